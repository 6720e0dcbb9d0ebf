// A fetch of our own over node:https: it trusts one authority, may show a client certificate, follows no redirect, and
// sends a header twice where its value is a list.

import { readFileSync } from 'node:fs'
import https from 'node:https'

const TIMEOUT_MS = 30_000
const TIMES_AGAIN = 5
const SECONDS_AGAIN = 10
const CLOSED = new Set(['ECONNRESET', 'EPIPE'])

function plain(headers) {
  if (headers instanceof Headers) return Object.fromEntries(headers.entries())
  return { ...headers }
}

function bytes(body) {
  if (body === undefined || body === null) return undefined
  return Buffer.from(body instanceof Uint8Array ? body : String(body))
}

function answer(incoming, chunks) {
  const headers = new Headers()
  for (let i = 0; i < incoming.rawHeaders.length; i += 2) {
    headers.append(incoming.rawHeaders[i], incoming.rawHeaders[i + 1])
  }
  const empty = [204, 205, 304].includes(incoming.statusCode)
  return new Response(empty ? null : Buffer.concat(chunks), { status: incoming.statusCode, headers })
}

/** As a well-behaved client: where it is asked to come again soon, it does. */
async function patient(once) {
  for (let left = TIMES_AGAIN; ; left -= 1) {
    const response = await once()
    const seconds = Number(response.headers.get('retry-after') ?? Number.NaN)
    if (response.status !== 429 || left === 0 || !(seconds <= SECONDS_AGAIN)) return response
    await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  }
}

/** A fetch that trusts `caFile` alone, and shows a certificate where one is given. */
export function connection(caFile, identity) {
  const agent = new https.Agent({
    ca: readFileSync(caFile),
    cert: identity && readFileSync(identity.certificate_file),
    key: identity && readFileSync(identity.key_file),
    keepAlive: true,
  })
  return (address, options = {}) => {
    const body = bytes(options.body)
    const headers = plain(options.headers)
    const names = Object.keys(headers).map((name) => name.toLowerCase())
    if (options.body instanceof URLSearchParams && !names.includes('content-type')) {
      headers['content-type'] = 'application/x-www-form-urlencoded;charset=UTF-8'
    }
    if (body) headers['content-length'] = body.length
    const once = () => new Promise((resolve, reject) => {
      const settings = { agent, method: options.method ?? 'GET', headers, timeout: TIMEOUT_MS, signal: options.signal }
      const request = https.request(new URL(address), settings, (incoming) => {
        const chunks = []
        incoming.on('data', (chunk) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => resolve(answer(incoming, chunks)))
      })
      request.on('timeout', () => request.destroy(new Error('the hub did not answer in time')))
      // A connection that the hub closed while it lay idle: the request never arrived, and goes out once more.
      request.on('error', (error) => (request.reusedSocket && CLOSED.has(error.code) ? resolve(once()) : reject(error)))
      request.end(body)
    })
    return patient(once)
  }
}
