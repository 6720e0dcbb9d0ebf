// A person in front of a browser: follows a fintech's request through sign-in and consent, over plain HTTP, and gives
// back the address to which the hub sends them in the end. Forms are known by the names of their fields.

import { forms, text } from './html.mjs'

const STEPS_MAX = 16

/** A browser: cookies of one host, no script. */
export class Browser {
  #fetch
  #cookies = new Map()

  constructor(fetch) {
    this.#fetch = fetch
  }

  /** One request with the cookies that are there; redirects are not followed. */
  async ask(address, options = {}) {
    const headers = { accept: 'text/html', ...options.headers }
    const cookie = [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
    if (cookie) headers.cookie = cookie
    const response = await this.#fetch(address, { ...options, headers })
    for (const line of response.headers.getSetCookie()) this.#keep(line)
    return response
  }

  #keep(line) {
    const [pair, ...traits] = line.split(';').map((part) => part.trim())
    const at = pair.indexOf('=')
    const [name, value] = [pair.slice(0, at), pair.slice(at + 1)]
    if (traits.some((trait) => /^max-age=(0|-\d+)$/i.test(trait))) this.#cookies.delete(name)
    else this.#cookies.set(name, value)
  }

  /** Sends a form with a button pressed; `chosen` says for each box whether it is ticked. */
  async send(here, form, { filled = {}, chosen = () => false, button } = {}) {
    const body = new URLSearchParams()
    for (const field of form.fields) {
      if (field.name === '') continue
      const box = field.type === 'checkbox' || field.type === 'radio'
      if (box && !(field.checked || chosen(field))) continue
      body.append(field.name, box ? field.value : (filled[field.name] ?? field.value))
    }
    if (button?.name) body.append(button.name, button.value)
    const address = new URL(button?.action ?? (form.action || here), here)
    const headers = { origin: address.origin, referer: String(here) }
    if (form.method !== 'post') return [address, await this.ask(`${address}?${body}`, { headers })]
    return [address, await this.ask(address, { method: 'POST', body, headers })]
  }
}

const typed = (form, name) => form.fields.some((field) => field.name === name && field.type !== 'hidden')

/** What a person does on a page: which form, and what with it. */
function move(page, { person, decision, accounts }) {
  const all = forms(page)
  const consent = all.find((form) => form.buttons.some((button) => button.name === 'decision'))
  if (consent) {
    const button = consent.buttons.find((one) => one.name === 'decision' && one.value === decision)
    if (!button) throw new Error(`the consent page has no button to ${decision}`)
    const boxes = consent.fields.filter((field) => field.name === 'account')
    const ticked = new Set(accounts === undefined ? boxes : boxes.slice(0, accounts))
    return { form: consent, how: { button, chosen: (field) => field.name !== 'account' || ticked.has(field) } }
  }
  const code = all.find((form) => typed(form, 'code'))
  if (code) {
    const shown = text(page).match(/(?<!\d)\d{6}(?!\d)/)
    if (!shown) throw new Error('the page shows no simulated code')
    return { form: code, how: { filled: { code: shown[0] }, button: code.buttons[0] } }
  }
  const identity = all.find((form) => typed(form, 'name') && typed(form, 'birth_date') && typed(form, 'cell_no'))
  if (identity) return { form: identity, how: { filled: person, button: identity.buttons[0] } }
  return undefined
}

/**
 * Walks from the authorization request to the fintech's address.
 *
 * @param browser whose cookies are used: a second walk finds the person signed in
 * @param address the authorization request
 * @param wish `person`, `decision` (`agree` or `refuse`), `accounts` (how many; all where not said)
 * @returns the address at which the fintech is answered
 * @throws where the journey ends on a page of the hub; `status` and `page` say which
 */
export async function walk(browser, address, wish) {
  let here = new URL(address)
  const home = here.origin
  let response = await browser.ask(here)
  for (let step = 0; step < STEPS_MAX; step += 1) {
    if ([301, 302, 303].includes(response.status)) {
      here = new URL(response.headers.get('location'), here)
      if (here.origin !== home) return here
      response = await browser.ask(here)
      continue
    }
    const page = await response.text()
    const next = move(page, { decision: 'agree', ...wish })
    if (!next || ![200, 422].includes(response.status)) {
      throw Object.assign(new Error(`stopped at ${here.pathname}: ${response.status} ${text(page).slice(0, 160)}`), {
        status: response.status,
        page,
      })
    }
    ;[here, response] = await browser.send(here, next.form, next.how)
  }
  throw new Error(`the journey did not end within ${STEPS_MAX} steps`)
}
