// Signed requests and signed answers (FAPI 2.0 Message Signing), altered.

import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { check, refused, throws } from '../lib/judge.mjs'
import { walk } from '../lib/journey.mjs'
import { altered, claimsOf, jws, seconds } from '../lib/jws.mjs'

export async function signedMessages({ signed, own, as, browser, facts }) {
  signed.client.authorization_signed_response_alg = 'ES256'
  const object = async (change, { signing = signed.signing, asked } = {}) => {
    asked ??= (await signed.asking()).asked
    return oauth.issueRequestObject(as, signed.client, asked, signing, change && { [oauth.modifyAssertion]: change })
  }
  const push = (request, beside = {}) => signed.push({ client_id: signed.client.client_id, request, ...beside })
  await requestObjects({ signed, own, as, facts }, { object, push })

  const { asked } = await signed.asking()
  const led = await check('a signed request is answered with a signed answer and nothing beside it', async () => {
    const response = await push(await object(undefined, { asked }), { state: 'beside', scope: 'openid transfer' })
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, signed.client, response)
    const callback = await walk(browser, signed.address(request_uri), { person: facts.person })
    assert.deepEqual([...callback.searchParams.keys()], ['response'])
    const said = claimsOf(callback.searchParams.get('response'))
    assert.ok(said.iss === as.issuer && said.aud === signed.client.client_id && said.exp > seconds())
    assert.equal(said.state, asked.state, 'what stands beside the signed request is not used')
    return callback
  })
  await answersAltered({ signed, own, as }, led, asked)
  await check('a refusal is signed too', async () => {
    const { asked } = await signed.asking()
    const response = await push(await object(undefined, { asked }))
    const { request_uri } = await oauth.processPushedAuthorizationResponse(as, signed.client, response)
    const wish = { person: facts.person, decision: 'refuse' }
    const callback = await walk(browser, signed.address(request_uri), wish)
    assert.deepEqual([...callback.searchParams.keys()], ['response'])
    const taken = oauth.validateJwtAuthResponse(as, signed.client, callback, asked.state, signed.to)
    await throws(taken, 'AUTHORIZATION_RESPONSE_ERROR', 'access_denied')
  })
}

async function requestObjects({ signed, own, as, facts }, { object, push }) {
  const turnedAway = async (request, error = 'invalid_request_object', beside) =>
    refused(await push(request, beside), 400, error)
  await check('a request that is not signed is refused where it must be', async () => {
    const response = await signed.push((await signed.asking()).asked)
    const body = await refused(response, 400)
    assert.ok(['invalid_request', 'invalid_request_object'].includes(JSON.parse(body).error), body)
  })
  const fine = {
    'issuer in a list as audience': (_, claims) => (claims.aud = [as.issuer, 'https://other.example']),
    'a clock 8 s ahead': (_, claims) => Object.assign(claims, { iat: seconds() + 8, nbf: seconds() + 8 }),
  }
  for (const [what, change] of Object.entries(fine)) {
    await check(`a signed request with ${what} is taken`, async () => {
      const response = await push(await object(change))
      assert.equal(response.status, 201, await response.text())
    })
  }
  const now = seconds()
  const wrong = {
    'another audience': (_, claims) => (claims.aud = 'https://evil.example'),
    'no audience': (_, claims) => delete claims.aud,
    'no beginning': (_, claims) => delete claims.nbf,
    'no end': (_, claims) => delete claims.exp,
    'a beginning 61 minutes ago': (_, claims) => Object.assign(claims, { nbf: now - 3_660, exp: now + 60 }),
    'an end 61 minutes after its beginning': (_, claims) => Object.assign(claims, { nbf: now, exp: now + 3_660 }),
    'an end five minutes ago': (_, claims) => Object.assign(claims, { nbf: now - 600, exp: now - 300 }),
    'a beginning in two minutes': (_, claims) => Object.assign(claims, { nbf: now + 120, exp: now + 180 }),
    'another issuer': (_, claims) => (claims.iss = own.client.client_id),
    'another client inside': (_, claims) => (claims.client_id = own.client.client_id),
    'a request_uri inside': (_, claims) => (claims.request_uri = 'https://fintech.example/request'),
    'a request inside': (_, claims) => (claims.request = 'ey.ey.x'),
  }
  for (const [what, change] of Object.entries(wrong)) {
    await check(`a signed request with ${what} is refused`, async () => turnedAway(await object(change)))
  }
  await check("a request signed with another client's key is refused", async () => {
    await turnedAway(await object(undefined, { signing: own.signing }))
  })
  await check('a signed request that was altered is refused', async () => {
    await turnedAway(altered(await object(), { scope: 'openid login inquiry transfer' }))
  })
  await check('a signed request without signature, or with a symmetric one, is refused', async () => {
    const claims = claimsOf(await object())
    const typ = 'oauth-authz-req+jwt'
    const { d, ...publicKey } = facts.clients.signed.jwk_private
    await turnedAway(jws({ alg: 'none', typ }, claims))
    await turnedAway(jws({ alg: 'HS256', typ }, claims, Buffer.from(JSON.stringify(publicKey))))
  })
  await check('a signed request without redirect_uri is refused, wherever else it stands', async () => {
    const without = await object((_, claims) => delete claims.redirect_uri)
    await turnedAway(without, 'invalid_request', { redirect_uri: facts.redirect_uri })
  })
  await check('a signed request beside a request_uri is refused', async () => {
    await turnedAway(await object(), 'invalid_request', { request_uri: 'urn:ietf:params:oauth:request_uri:x' })
  })
}

async function answersAltered({ signed, own, as }, callback, asked) {
  const take = (url, { client = signed.client, state = asked.state } = {}) =>
    oauth.validateJwtAuthResponse(as, client, url, state, signed.to)
  const changed = (change) => {
    const url = new URL(callback)
    url.searchParams.set('response', change(callback.searchParams.get('response')))
    return url
  }
  await check('a signed answer is taken as it is', () => take(callback))
  await check('a signed answer with another state is left', () => throws(take(callback, { state: 'another' }), 'state'))
  await check('a signed answer for another client is left', () => {
    const client = { ...own.client, authorization_signed_response_alg: 'ES256' }
    return throws(take(callback, { client }), 'aud')
  })
  for (const [what, change] of Object.entries({ code: { code: 'nac_another' }, end: { exp: seconds() + 9_999 } })) {
    await check(`a signed answer whose ${what} was altered is left`, () =>
      throws(take(changed((text) => altered(text, change))), 'signature'))
  }
  await check('a signed answer of another issuer is left', () =>
    throws(take(changed((text) => altered(text, { iss: 'https://evil.example' }))), 'iss'))
  await check('an answer without signature is left', () =>
    throws(take(changed((text) => jws({ alg: 'none' }, claimsOf(text)))), 'alg'))
}
