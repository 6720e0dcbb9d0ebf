// Tokens after they were issued: refreshed, introspected and revoked by those who may, and by those who may not.

import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { check, refused } from '../lib/judge.mjs'
import { claimsOf } from '../lib/jws.mjs'

const INACTIVE = { active: false }

export async function tokens({ own, other, as, browser }) {
  const given = await own.tokens(await own.led(browser))
  await refreshes({ own, other, as }, given)
  await introspections({ own, other, as }, given)
  await revocations({ own, other, as }, given)
}

async function refreshes({ own, other, as }, given) {
  await check("another client's refresh token is refused", async () => {
    await refused(await other.refresh(given.refresh_token), 400, 'invalid_grant')
  })
  await check('an access token does not refresh', async () => {
    await refused(await own.refresh(given.access_token), 400, 'invalid_grant')
  })
  await check('a refresh without proof of a key is refused', async () => {
    await refused(await own.refresh(given.refresh_token, { dpop: null }), 400, 'invalid_dpop_proof')
  })
  await check('a refresh may narrow the scope', async () => {
    const response = await own.refresh(given.refresh_token, { parameters: { scope: 'openid' } })
    const fresh = await oauth.processRefreshTokenResponse(as, own.client, response)
    assert.equal(fresh.scope, 'openid')
    assert.equal((await own.introspected(fresh.access_token)).scope, 'openid')
  })
  await check('a refresh may not widen the scope', async () => {
    const parameters = { scope: 'openid login inquiry transfer' }
    await refused(await own.refresh(given.refresh_token, { parameters }), 400, 'invalid_scope')
  })
  await check('a refresh with another key binds to that key, and the refresh token stays', async () => {
    const pair = await oauth.generateKeyPair('ES256')
    const response = await own.refresh(given.refresh_token, { dpop: own.dpop(undefined, pair) })
    const fresh = await oauth.processRefreshTokenResponse(as, own.client, response)
    const told = await own.introspected(fresh.access_token)
    assert.equal(told.cnf.jkt, await own.dpop(undefined, pair).calculateThumbprint())
    assert.equal((await own.userinfo(fresh.access_token, own.dpop(undefined, pair))).status, 200)
    assert.equal((await own.userinfo(fresh.access_token)).status, 401)
    assert.equal((await own.refresh(given.refresh_token)).status, 200)
  })
}

async function introspections({ own, other, as }, given) {
  await check('introspection tells what was issued', async () => {
    const told = await own.introspected(given.access_token)
    for (const name of ['active', 'iss', 'sub', 'aud', 'client_id', 'scope', 'exp', 'iat', 'jti', 'cnf', 'grant_id']) {
      assert.ok(told[name], name)
    }
    assert.equal(told.token_type, 'DPoP')
    assert.equal(told.cnf.jkt, await own.dpop().calculateThumbprint())
    const life = told.exp - told.iat
    assert.ok(Math.abs(life - given.expires_in) <= 5, `exp - iat is ${life}, expires_in was ${given.expires_in}`)
  })
  await check('a signed introspection verifies and has its type (RFC 9701)', async () => {
    const options = { ...own.to, requestJwtResponse: true }
    const response = await oauth.introspectionRequest(as, own.client, own.auth, given.access_token, options)
    const text = await response.clone().text()
    const header = JSON.parse(Buffer.from(text.split('.')[0], 'base64url'))
    assert.equal(header.typ, 'token-introspection+jwt')
    const claims = claimsOf(text)
    assert.ok(claims.iat && !('sub' in claims) && !('exp' in claims))
    const signed = { ...own.client, introspection_signed_response_alg: 'ES256' }
    const told = await oauth.processIntrospectionResponse(as, signed, response)
    assert.equal(told.active, true)
    await oauth.validateApplicationLevelSignature(as, response, own.to)
  })
  await check("another client's token, and one that nobody issued, are told apart by nothing", async () => {
    assert.deepEqual(await other.introspected(given.access_token), INACTIVE)
    assert.deepEqual(await other.introspected(given.refresh_token), INACTIVE)
    assert.deepEqual(await own.introspected('nat_invented'), INACTIVE)
  })
  await check('a wrong hint hides no token', async () => {
    const additionalParameters = { token_type_hint: 'refresh_token' }
    assert.equal((await own.introspected(given.access_token, { additionalParameters })).active, true)
  })
  await check('introspection and revocation want to know who asks', async () => {
    const auth = oauth.None()
    const asked = await oauth.introspectionRequest(as, own.client, auth, given.access_token, own.to)
    await refused(asked, 401, 'invalid_client')
    const ended = await oauth.revocationRequest(as, own.client, auth, given.access_token, own.to)
    await refused(ended, 401, 'invalid_client')
  })
}

async function revocations({ own, other, as }, given) {
  await check("another client's token is not revoked, and nothing says so", async () => {
    await other.revoke(given.access_token)
    await other.revoke(given.refresh_token)
    assert.equal((await own.introspected(given.access_token)).active, true)
    assert.equal((await own.refresh(given.refresh_token)).status, 200)
  })
  await check('a token that nobody issued is revoked without a word', () => own.revoke('nat_invented'))
  await check('an access token is revoked in spite of a wrong hint', async () => {
    const response = await own.refresh(given.refresh_token)
    const fresh = await oauth.processRefreshTokenResponse(as, own.client, response)
    await own.revoke(fresh.access_token, { parameters: { token_type_hint: 'refresh_token' } })
    assert.deepEqual(await own.introspected(fresh.access_token), INACTIVE)
    assert.equal((await own.userinfo(fresh.access_token)).status, 401)
  })
  await check('a revoked refresh token ends every access token of its grant', async () => {
    assert.equal((await own.userinfo(given.access_token)).status, 200)
    await own.revoke(given.refresh_token)
    assert.equal((await own.userinfo(given.access_token)).status, 401)
    assert.deepEqual(await own.introspected(given.access_token), INACTIVE)
    await refused(await own.refresh(given.refresh_token), 400, 'invalid_grant')
  })
}
