// Reads a page as a person's browser would need it: its forms with their fields and buttons, and its visible text.

const VALUE = String.raw`"[^"]*"|'[^']*'|[^\s"'<>\x60]+`
const PAIR = String.raw`\s+[^\s"'<>/=]+(?:\s*=\s*(?:${VALUE}))?`
const TAG = new RegExp(String.raw`<!--[\s\S]*?-->|<(/?)([a-zA-Z][\w-]*)((?:${PAIR})*)\s*/?>`, 'g')
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>`]+)))?/g
const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

function decoded(text) {
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name) => {
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
    if (decimal) return String.fromCodePoint(Number.parseInt(decimal, 10))
    return ENTITIES[name] ?? whole
  })
}

function attributes(text) {
  const found = {}
  for (const [, name, double, single, bare] of text.matchAll(ATTRIBUTE)) {
    found[name.toLowerCase()] ??= decoded(double ?? single ?? bare ?? '')
  }
  return found
}

function field(kind, has) {
  const type = (has.type ?? (kind === 'button' ? 'submit' : 'text')).toLowerCase()
  const value = has.value ?? (type === 'checkbox' || type === 'radio' ? 'on' : '')
  return { name: has.name ?? '', type, value, checked: 'checked' in has, action: has.formaction }
}

/** The forms of a page: method, action, fields and submit buttons, in the order of the page. */
export function forms(html) {
  const all = []
  const byId = new Map()
  const loose = []
  let open
  for (const [, closing, tag, rest] of html.matchAll(TAG)) {
    const kind = tag?.toLowerCase()
    if (kind === 'form' && closing) open = undefined
    else if (kind === 'form') {
      const has = attributes(rest)
      open = { method: (has.method ?? 'get').toLowerCase(), action: has.action ?? '', fields: [], buttons: [] }
      if (has.id) byId.set(has.id, open)
      all.push(open)
    } else if (!closing && ['input', 'button', 'textarea'].includes(kind)) {
      const has = attributes(rest)
      if ('disabled' in has) continue
      if (has.form) loose.push([has.form, field(kind, has)])
      else if (open) place(open, field(kind, has))
    }
  }
  for (const [id, one] of loose) if (byId.has(id)) place(byId.get(id), one)
  return all
}

function place(form, one) {
  if (one.type === 'submit' || one.type === 'image') form.buttons.push(one)
  else if (one.type !== 'button' && one.type !== 'reset') form.fields.push(one)
}

/** What is to be read on a page, without its marks, scripts and styles. */
export function text(html) {
  const bare = html.replace(/<(script|style|head)\b[\s\S]*?<\/\1\s*>/gi, ' ').replace(TAG, ' ')
  return decoded(bare).replace(/\s+/g, ' ').trim()
}
