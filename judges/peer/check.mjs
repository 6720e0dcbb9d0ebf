// Shows that the peer does what the benchmark asks of it: a token is issued once per assertion and proof, is bound, and
// is introspected. Standard input: { "ca_file", "certificate_file", "key_file" } of a certificate for localhost.

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { webcrypto } from 'node:crypto'
import { createInterface } from 'node:readline'
import * as oauth from 'oauth4webapi'
import { discover, Fintech } from '../lib/client.mjs'
import { connection } from '../lib/connection.mjs'
import { check, judge, refused } from '../lib/judge.mjs'

async function started(facts, client_id, jwks) {
  const program = new URL('oidc_provider.mjs', import.meta.url).pathname
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  child.stdin.end(JSON.stringify({ port: 0, ...facts, client_id, jwks }))
  const [line] = await once(createInterface({ input: child.stdout }), 'line')
  return { child, issuer: JSON.parse(line).issuer }
}

await judge(async (facts) => {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const jwk = { ...(await webcrypto.subtle.exportKey('jwk', pair.privateKey)), kid: 'key-1', alg: 'ES256' }
  const { d, key_ops, ext, ...known } = jwk
  const { child, issuer } = await started(facts, 'bench', { keys: [known] })
  const as = await discover(issuer, connection(facts.ca_file))
  const client = await Fintech.of(as, facts, { client_id: 'bench', jwk_private: jwk })
  const token = await check('a token is issued for an assertion and a proof, and is bound', async () => {
    const response = await client.twoLegged('oob')
    const given = await oauth.processClientCredentialsResponse(as, client.client, response)
    assert.equal(given.token_type, 'dpop')
    assert.equal(given.access_token.split('.').length, 1, 'the token is opaque')
    return given.access_token
  })
  await check('the token is introspected', async () => {
    const told = await client.introspected(token)
    assert.equal(told.active, true)
    assert.equal(told.cnf.jkt, await client.dpop().calculateThumbprint())
  })
  await check('an assertion, and a proof, are taken once', async () => {
    const same = () => client.proving((_, claims) => Object.assign(claims, { jti: 'assertion-twice' }))
    assert.equal((await client.twoLegged('oob', { auth: same() })).status, 200)
    await refused(await client.twoLegged('oob', { auth: same() }), 401, 'invalid_client')
    const proof = () => client.dpop((_, claims) => (claims.jti = 'proof-twice'))
    assert.equal((await client.twoLegged('oob', { dpop: proof() })).status, 200)
    await refused(await client.twoLegged('oob', { dpop: proof() }), 400)
  })
  await check('a token request without proof is refused', async () => {
    assert.equal((await client.twoLegged('oob', { dpop: null })).status, 400)
  })
  await check('sixty in a row are issued and found again', async () => {
    const began = performance.now()
    for (let i = 0; i < 60; i += 1) await (await client.twoLegged('oob')).json()
    process.stderr.write(`${Math.round(60 / ((performance.now() - began) / 1000))} a second, one after the other\n`)
    assert.equal((await client.introspected(token)).active, true)
  })
  child.kill()
})
