// What every judge in JavaScript does: it reads facts as JSON on standard input, prints a line for each check and the
// sums at the end, and fails when a check failed or nothing was checked.

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'

let passed = 0
let failed = 0

const print = (line) => process.stdout.write(`${JSON.stringify(line)}\n`)

function reason(error) {
  const parts = []
  for (let at = error; at && parts.length < 4; at = at.cause) {
    if (at instanceof Error) parts.push(`${at.name}${at.code ? ` ${at.code}` : ''}: ${at.message}`)
    else if (at instanceof Response) parts.push(`answer ${at.status}`)
    else parts.push(JSON.stringify(at).slice(0, 600))
  }
  return parts.join(' <- ')
}

/** One check: it holds when its body does not throw. What the body returns is given back; nothing when it failed. */
export async function check(name, body) {
  try {
    const value = await body()
    passed += 1
    print({ check: name, ok: true })
    return value
  } catch (error) {
    failed += 1
    print({ check: name, ok: false, why: reason(error) })
    return undefined
  }
}

/** Runs a judge from its facts to its sums. */
export async function judge(body) {
  try {
    await body(JSON.parse(readFileSync(0, 'utf8')))
  } catch (error) {
    failed += 1
    print({ check: 'the judge came to its end', ok: false, why: reason(error) })
  }
  print({ passed, failed })
  process.exit(failed > 0 || passed === 0 ? 1 : 0)
}

/** The answer is a refusal with this status and OAuth error; gives its body. */
export async function refused(response, status, error) {
  const text = await response.text()
  const said = `${response.status} ${text.slice(0, 300)}`
  assert.equal(response.status, status, `expected ${status} ${error ?? ''}, was ${said}`)
  if (error === undefined) return text
  const body = JSON.parse(text)
  assert.equal(body.error, error, `expected ${error}, was ${said}`)
  return body
}

/** The promise fails, and with one of the words in what it says or in its code. */
export async function throws(promise, ...words) {
  let value
  try {
    value = await promise
  } catch (error) {
    const said = reason(error)
    const known = words.length === 0 || words.some((word) => said.includes(word))
    assert.ok(known, `refused for another reason than ${words}: ${said}`)
    return
  }
  assert.fail(`was taken: ${JSON.stringify(value)?.slice(0, 300)}`)
}
