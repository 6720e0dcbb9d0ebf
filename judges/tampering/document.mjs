// What the hub says of itself: two documents, the keys, and answers that a stranger may see.

import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { check, throws } from '../lib/judge.mjs'

const REQUIRED = [
  'issuer',
  'authorization_endpoint',
  'token_endpoint',
  'jwks_uri',
  'response_types_supported',
  'subject_types_supported',
  'id_token_signing_alg_values_supported',
  'pushed_authorization_request_endpoint',
  'dpop_signing_alg_values_supported',
]
const ALGORITHMS = new Set(['ES256', 'PS256', 'EdDSA', 'Ed25519'])

export async function documents({ facts, as, own }) {
  await check('RFC 8414 and OpenID Discovery say the same', async () => {
    const options = { ...own.to, algorithm: 'oauth2' }
    const response = await oauth.discoveryRequest(new URL(facts.issuer), options)
    assert.match(response.headers.get('cache-control'), /max-age=\d+/)
    assert.deepEqual(await oauth.processDiscoveryResponse(new URL(facts.issuer), response), as)
  })
  await check('metadata of another issuer is refused by the client', async () => {
    const response = await oauth.discoveryRequest(new URL(facts.issuer), { ...own.to, algorithm: 'oidc' })
    await throws(oauth.processDiscoveryResponse(new URL('https://other.example'), response), 'issuer')
  })
  await check('metadata has what must be there, and no empty list', () => {
    for (const name of REQUIRED) assert.ok(as[name], name)
    for (const [name, value] of Object.entries(as)) assert.ok(!Array.isArray(value) || value.length > 0, name)
    assert.equal(as.issuer, facts.issuer)
    assert.equal(as.require_pushed_authorization_requests, true)
    assert.equal(as.authorization_response_iss_parameter_supported, true)
    assert.deepEqual(as.code_challenge_methods_supported, ['S256'])
    assert.deepEqual(as.response_types_supported, ['code'])
  })
  await check('metadata offers only the algorithms and methods of FAPI 2.0', () => {
    for (const [name, value] of Object.entries(as)) {
      if (!/_alg_values_supported$/.test(name)) continue
      for (const algorithm of value) assert.ok(ALGORITHMS.has(algorithm), `${name} ${algorithm}`)
    }
    for (const method of as.token_endpoint_auth_methods_supported) {
      assert.ok(['private_key_jwt', 'tls_client_auth', 'self_signed_tls_client_auth'].includes(method), method)
    }
  })
  await check('the published keys are public, named, and told apart', async () => {
    const response = await own.fetch(as.jwks_uri)
    const { keys } = await response.json()
    assert.ok(keys.length > 0)
    for (const key of keys) {
      for (const secret of ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k']) assert.ok(!(secret in key), secret)
    }
    assert.equal(new Set(keys.map((key) => key.kid)).size, keys.length)
    assert.match(response.headers.get('cache-control'), /max-age=\d+/)
  })
  await check('the authorization endpoint answers no other origin', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'GET' }
    for (const method of ['OPTIONS', 'GET']) {
      const response = await own.fetch(as.authorization_endpoint, { method, headers })
      for (const [name] of response.headers) assert.ok(!name.startsWith('access-control-'), name)
    }
  })
}
