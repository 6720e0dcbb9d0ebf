// Requests that two readers would take apart differently, written to the connection byte by byte (RFC 9112).

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import tls from 'node:tls'
import { check } from '../lib/judge.mjs'

const PATIENCE_MS = 3_000

/** Everything that comes back until the hub closes, or is silent for a while. */
function said(facts, bytes) {
  const { hostname, port } = new URL(facts.issuer)
  return new Promise((resolve, reject) => {
    const options = { host: hostname, port, ca: readFileSync(facts.ca_file), servername: hostname }
    const socket = tls.connect(options, () => socket.write(bytes))
    let text = ''
    const end = () => {
      socket.destroy()
      resolve(text)
    }
    socket.setTimeout(PATIENCE_MS, end)
    socket.on('data', (chunk) => (text += chunk))
    socket.on('close', end)
    socket.on('error', (error) => (['ECONNRESET', 'EPIPE'].includes(error.code) ? end() : reject(error)))
  })
}

export async function smuggling({ as, facts }) {
  const { host, pathname } = new URL(as.token_endpoint)
  const form = 'Content-Type: application/x-www-form-urlencoded'
  const post = (headers, body) => `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\n${form}\r\n${headers}\r\n${body}`
  const hidden = `GET /.well-known/openid-configuration HTTP/1.1\r\nHost: ${host}\r\n\r\n`
  const answers = (text) => [...text.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map((found) => Number(found[1]))

  const wrong = {
    'two different lengths': post('Content-Length: 3\r\nContent-Length: 40\r\n', `a=1${hidden}`),
    'a length with a sign': post('Content-Length: +3\r\n', `a=1${hidden}`),
    'a length that is no number': post('Content-Length: 3, 40\r\n', `a=1${hidden}`),
    'a blank before the colon': post('Content-Length : 3\r\n', `a=1${hidden}`),
    'a folded header': post('X-A: b\r\n c\r\nContent-Length: 3\r\n', `a=1${hidden}`),
    'a coding that nobody knows': post('Transfer-Encoding: xchunked\r\n', `a=1${hidden}`),
    'chunks of a wrong length': post('Transfer-Encoding: chunked\r\n', `zz\r\na=1\r\n0\r\n\r\n${hidden}`),
  }
  for (const [what, bytes] of Object.entries(wrong)) {
    await check(`a request with ${what} hides no second one`, async () => {
      const found = answers(await said(facts, bytes))
      assert.ok(found.length <= 1 && found.every((status) => status >= 400 && status < 500), found.join(' '))
    })
  }
  await check('a length beside chunks is refused, or ends the connection', async () => {
    const body = `0\r\n\r\n${hidden}`
    const bytes = post(`Content-Length: ${body.length}\r\nTransfer-Encoding: chunked\r\n`, body)
    const found = answers(await said(facts, bytes))
    assert.ok(found.length <= 1 && found.every((status) => status >= 400), found.join(' '))
  })
  const hosts = { 'no host': '', 'two hosts': `Host: ${host}\r\nHost: evil.example\r\n` }
  for (const [what, lines] of Object.entries(hosts)) {
    await check(`a request with ${what} is refused (RFC 9112 3.2)`, async () => {
      const found = answers(await said(facts, `GET /.well-known/openid-configuration HTTP/1.1\r\n${lines}\r\n`))
      assert.deepEqual(found, [400])
    })
  }
  await check('what a request says of its host is not believed', async () => {
    const text = await said(facts, `GET /.well-known/openid-configuration HTTP/1.1\r\nHost: evil.example\r\n\r\n`)
    assert.ok(!text.includes('evil.example'), 'the foreign host is in the answer')
    const forwarded = `Host: ${host}\r\nX-Forwarded-Host: evil.example\r\nForwarded: host=evil.example\r\n`
    const again = await said(facts, `GET /.well-known/openid-configuration HTTP/1.1\r\n${forwarded}\r\n`)
    assert.ok(!again.includes('evil.example'), 'the forwarded host is in the answer')
  })
}
