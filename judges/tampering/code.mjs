// A code on its way to tokens, altered: verifier, address, client, key, a second time.

import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { check, refused, throws } from '../lib/judge.mjs'
import { altered } from '../lib/jws.mjs'

export async function codes({ own, other, as, browser }) {
  const led = await own.led(browser, {}, { options: { DPoP: own.dpop() } })
  const given = own.validated(led)
  const turnedAway = async (name, exchange, error = 'invalid_grant') =>
    check(`a code ${name} is refused`, async () => refused(await exchange(), 400, error))
  const key = await oauth.generateKeyPair('ES256')

  await turnedAway('with a wrong verifier', () => own.exchange(given, oauth.generateRandomCodeVerifier()))
  await turnedAway('without verifier', () => own.exchange(given, oauth.nopkce))
  const elsewhere = { redirect: 'https://fintech.example/other' }
  await turnedAway('with another redirect_uri', () => own.exchange(given, led.verifier, elsewhere))
  await turnedAway('with another key than was proved at PAR', () =>
    own.exchange(given, led.verifier, { dpop: own.dpop(undefined, key) }))
  const unproved = () => own.exchange(given, led.verifier, { dpop: null })
  await turnedAway('without proof of a key', unproved, 'invalid_dpop_proof')
  await turnedAway('of another client', () => {
    // The library wants parameters that it checked for this very client.
    return other.exchange(other.validated(led), led.verifier, { dpop: other.dpop(undefined, own.pair) })
  })
  await turnedAway('that was never given', () => {
    const callback = new URL(led.callback)
    callback.searchParams.set('code', 'nac_invented')
    return own.exchange(own.validated({ ...led, callback }), led.verifier)
  })
  await proofs({ own, as }, (dpop) => own.exchange(given, led.verifier, { dpop }))

  const tokens = await check('the same code, unaltered, is still good for its client', async () => {
    const response = await own.exchange(given, led.verifier)
    assert.match(response.headers.get('cache-control'), /no-store/)
    const raw = response.clone()
    await throws(own.taken(response, { asked: { ...led.asked, nonce: 'another' } }), 'nonce')
    return own.taken(raw, led)
  })
  await idTokens({ own, as }, led, tokens)
  await check('a second use of a code is refused, and ends what the first use gave', async () => {
    assert.equal((await own.userinfo(tokens.access_token)).status, 200)
    await refused(await own.exchange(given, led.verifier), 400, 'invalid_grant')
    assert.equal((await own.userinfo(tokens.access_token)).status, 401)
    await refused(await own.refresh(tokens.refresh_token), 400, 'invalid_grant')
  })
  await atOnce({ own, browser })
  for (const grant of ['password', 'implicit', 'urn:ietf:params:oauth:grant-type:token-exchange']) {
    await check(`the grant type ${grant} is refused`, async () => {
      const parameters = { username: 'a', password: 'b' }
      const options = { ...own.to, DPoP: own.dpop() }
      const to = [as, own.client, own.auth, grant, parameters, options]
      await refused(await oauth.genericTokenEndpointRequest(...to), 400, 'unsupported_grant_type')
    })
  }
}

/** What may be used once, used several times in the same moment. */
async function atOnce({ own, browser }) {
  const taken = async (requests) => (await Promise.all(requests)).filter((response) => response.status === 200).length
  const times = (count, request) => Array.from({ length: count }, request)
  await check('of the same code five times at once, one is served at most', async () => {
    const led = await own.led(browser)
    const given = own.validated(led)
    assert.ok((await taken(times(5, () => own.exchange(given, led.verifier)))) <= 1)
  })
  await check('of the same assertion, and of the same proof, five times at once, one is served', async () => {
    const auth = () => own.proving((_, claims) => (claims.jti = 'assertion-at-once'))
    assert.equal(await taken(times(5, () => own.twoLegged('oob', { auth: auth() }))), 1)
    const dpop = () => own.dpop((_, claims) => (claims.jti = 'proof-at-once'))
    assert.equal(await taken(times(5, () => own.twoLegged('oob', { dpop: dpop() }))), 1)
  })
}

/** Every part of a proof at the token endpoint, altered. */
async function proofs({ own, as }, exchange) {
  const now = Math.floor(Date.now() / 1000)
  const wrong = {
    'another method': (_, claims) => (claims.htm = 'GET'),
    'another address': (_, claims) => (claims.htu = as.pushed_authorization_request_endpoint),
    'another host': (_, claims) => (claims.htu = 'https://evil.example/fapi2/token'),
    'an hour ago': (_, claims) => (claims.iat = now - 3_600),
    'in an hour': (_, claims) => (claims.iat = now + 3_600),
    'another type': (header) => (header.typ = 'jwt'),
    'no type': (header) => delete header.typ,
    'no key': (header) => delete header.jwk,
    'a private member in its key': (header) => (header.jwk = { ...header.jwk, d: header.jwk.x }),
    'an algorithm of nobody': (header) => (header.alg = 'none'),
    'a symmetric algorithm': (header) => (header.alg = 'HS256'),
    'no id': (_, claims) => delete claims.jti,
    'no method': (_, claims) => delete claims.htm,
    'no address': (_, claims) => delete claims.htu,
    'no time': (_, claims) => delete claims.iat,
  }
  for (const [what, change] of Object.entries(wrong)) {
    await check(`a proof with ${what} is refused at the token endpoint`, async () => {
      await refused(await exchange(own.dpop(change)), 400, 'invalid_dpop_proof')
    })
  }
  await check('a proof twice is refused', async () => {
    const same = () => own.dpop((_, claims) => (claims.jti = 'this-proof-twice'))
    const first = await own.twoLegged('oob', { dpop: same() })
    assert.equal(first.status, 200, await first.text())
    // Another second of the clock makes another proof; its id stays the same.
    await refused(await own.twoLegged('oob', { dpop: same() }), 400, 'invalid_dpop_proof')
  })
  const harmless = {
    'ten seconds ahead': (_, claims) => (claims.iat = now + 10),
    'ten seconds behind': (_, claims) => (claims.iat = now - 10),
    'claims that nobody knows': (_, claims) => Object.assign(claims, { nbf: now, exp: now + 60, more: true }),
    'capitals in its address': (_, claims) => (claims.htu = claims.htu.replace(as.issuer, as.issuer.toUpperCase())),
    'a query at its address': (_, claims) => (claims.htu += '?a=b#c'),
  }
  for (const [what, change] of Object.entries(harmless)) {
    await check(`a proof with ${what} is taken`, async () => {
      const response = await own.twoLegged('oob', { dpop: own.dpop(change) })
      assert.equal(response.status, 200, await response.text())
    })
  }
}

async function idTokens({ own, as }, led, tokens) {
  await check('the ID token names issuer, client, person, nonce, and how the person signed in', () => {
    const claims = oauth.getValidatedIdTokenClaims(tokens)
    assert.equal(claims.iss, as.issuer)
    assert.equal(claims.aud, own.client.client_id)
    assert.equal(claims.nonce, led.asked.nonce)
    assert.ok(claims.sub && claims.exp > claims.iat && claims.auth_time <= claims.iat && claims.acr)
  })
  const answer = (change) => Response.json({ ...tokens, ...change })
  const taken = async (change) => {
    const response = answer(change)
    const expected = { expectedNonce: led.asked.nonce, requireIdToken: true }
    await oauth.processAuthorizationCodeResponse(as, own.client, response, expected)
    await oauth.validateApplicationLevelSignature(as, response, own.to)
  }
  await check('the signature of the ID token verifies with the published keys', () => taken({}))
  await check('an ID token with another subject does not verify', () =>
    throws(taken({ id_token: altered(tokens.id_token, { sub: 'another' }) }), 'signature'))
  await check('an ID token for another client is left', () =>
    throws(taken({ id_token: altered(tokens.id_token, { aud: 'another' }) }), 'aud'))
  await check('an ID token of another issuer is left', () =>
    throws(taken({ id_token: altered(tokens.id_token, { iss: 'https://evil.example' }) }), 'iss'))
}
