// Happy paths with openid-client: what a fintech's developer does on the first day, with nothing of ours in between.

import assert from 'node:assert/strict'
import * as openid from 'openid-client'
import { signingKey } from './lib/client.mjs'
import { connection } from './lib/connection.mjs'
import { check, judge } from './lib/judge.mjs'
import { Browser, walk } from './lib/journey.mjs'

const SCOPE = 'openid login inquiry grant_management_query'

async function configured(facts, { client_id }, { auth, identity, metadata }) {
  const fetch = connection(facts.ca_file, identity)
  const known = { id_token_signed_response_alg: 'ES256', ...metadata }
  const options = { [openid.customFetch]: fetch }
  const config = await openid.discovery(new URL(facts.issuer), client_id, known, auth, options)
  config[openid.customFetch] = fetch
  openid.enableNonRepudiationChecks(config)
  return config
}

/** Asks, lets the person agree, takes the answer. `to` says how the request is made and what proves the key. */
async function consented(facts, config, browser, { address = openid.buildAuthorizationUrlWithPAR, dpop } = {}) {
  const verifier = openid.randomPKCECodeVerifier()
  const [state, nonce] = [openid.randomState(), openid.randomNonce()]
  const parameters = {
    redirect_uri: facts.redirect_uri,
    scope: SCOPE,
    code_challenge: await openid.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  }
  const url = await address(config, parameters, dpop && { DPoP: dpop })
  const callback = await walk(browser, url, { person: facts.person })
  const expected = { pkceCodeVerifier: verifier, expectedState: state, expectedNonce: nonce, idTokenExpected: true }
  const tokens = await openid.authorizationCodeGrant(config, callback, expected, {}, dpop && { DPoP: dpop })
  return { callback, tokens }
}

function bound(tokens, type) {
  assert.equal(tokens.token_type, type)
  assert.ok(tokens.expires_in > 0 && tokens.expires_in <= 3_600, `expires_in ${tokens.expires_in}`)
}

/** The path that every kind of client goes after it has tokens. */
async function lived(kind, config, { tokens }, { dpop, thumbprint, type }) {
  const options = dpop && { DPoP: dpop }
  const subject = tokens.claims().sub
  await check(`${kind}: userinfo knows the same person as the ID token`, async () => {
    const told = await openid.fetchUserInfo(config, tokens.access_token, subject, options)
    assert.equal(told.sub, subject)
  })
  await check(`${kind}: introspection tells what the token is and what it is bound to`, async () => {
    const told = await openid.tokenIntrospection(config, tokens.access_token)
    assert.equal(told.active, true)
    assert.equal(told.sub, subject)
    assert.equal(told.client_id, config.clientMetadata().client_id)
    assert.equal(told.iss, config.serverMetadata().issuer)
    assert.equal(told.token_type, type)
    assert.deepEqual(new Set(told.scope.split(' ')), new Set(SCOPE.split(' ')))
    assert.ok(told.cnf[thumbprint], `cnf ${JSON.stringify(told.cnf)}`)
  })
  const fresh = await check(`${kind}: a refresh gives another access token`, async () => {
    const fresh = await openid.refreshTokenGrant(config, tokens.refresh_token, {}, options)
    bound(fresh, tokens.token_type)
    assert.notEqual(fresh.access_token, tokens.access_token)
    assert.ok([undefined, tokens.refresh_token].includes(fresh.refresh_token), 'the refresh token was rotated')
    await openid.fetchUserInfo(config, fresh.access_token, subject, options)
    return fresh
  })
  await check(`${kind}: a revoked access token is dead, its sister lives`, async () => {
    await openid.tokenRevocation(config, tokens.access_token, { token_type_hint: 'access_token' })
    assert.deepEqual(await openid.tokenIntrospection(config, tokens.access_token), { active: false })
    assert.equal((await openid.tokenIntrospection(config, fresh.access_token)).active, true)
    await assert.rejects(openid.fetchUserInfo(config, tokens.access_token, subject, options))
  })
  await check(`${kind}: a revoked refresh token takes its access tokens with it`, async () => {
    await openid.tokenRevocation(config, tokens.refresh_token)
    assert.deepEqual(await openid.tokenIntrospection(config, fresh.access_token), { active: false })
    await assert.rejects(openid.refreshTokenGrant(config, tokens.refresh_token, {}, options), /./)
  })
}

async function withDpop(facts, browser) {
  const kind = 'private_key_jwt and DPoP'
  const registered = facts.clients.dpop
  const auth = openid.PrivateKeyJwt(await signingKey(registered.jwk_private))
  const config = await check(`${kind}: discovery`, () => configured(facts, registered, { auth }))
  const dpop = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
  const known = await check(`${kind}: code flow with PAR, PKCE and ID token`, async () => {
    const known = await consented(facts, config, browser, { dpop })
    bound(known.tokens, 'dpop')
    assert.equal(known.tokens.claims().aud, registered.client_id)
    assert.ok(known.tokens.claims().auth_time > 0 && known.tokens.claims().acr)
    return known
  })
  await lived(kind, config, known, { dpop, thumbprint: 'jkt', type: 'DPoP' })
  await check(`${kind}: client credentials`, async () => {
    const tokens = await openid.clientCredentialsGrant(config, { scope: 'oob' }, { DPoP: dpop })
    bound(tokens, 'dpop')
    assert.equal(tokens.scope, 'oob')
    assert.equal(tokens.refresh_token, undefined)
    assert.equal((await openid.tokenIntrospection(config, tokens.access_token)).sub, registered.client_id)
  })
  await check(`${kind}: a resource outside the authorization server is reached with the same key`, async () => {
    const { tokens } = await consented(facts, config, browser, { dpop })
    const told = await openid.tokenIntrospection(config, tokens.access_token)
    const url = new URL(`${config.serverMetadata().grant_management_endpoint}/${told.grant_id}`)
    const to = [config, tokens.access_token, url, 'GET', undefined, undefined, { DPoP: dpop }]
    const response = await openid.fetchProtectedResource(...to)
    assert.equal(response.status, 200, await response.text())
  })
  await check(`${kind}: the person refuses, and the fintech is told access_denied`, async () => {
    const parameters = {
      redirect_uri: facts.redirect_uri,
      scope: SCOPE,
      code_challenge: await openid.calculatePKCECodeChallenge(openid.randomPKCECodeVerifier()),
      code_challenge_method: 'S256',
      state: 'refusing',
    }
    const url = await openid.buildAuthorizationUrlWithPAR(config, parameters)
    const callback = await walk(browser, url, { person: facts.person, decision: 'refuse' })
    const grant = openid.authorizationCodeGrant(config, callback, { expectedState: 'refusing' })
    await assert.rejects(grant, (error) => error.error === 'access_denied')
  })
}

async function withSignedMessages(facts, browser) {
  const kind = 'JAR and JARM'
  const registered = facts.clients.signed
  const signing = await signingKey(registered.jwk_private)
  const metadata = { authorization_signed_response_alg: 'ES256', introspection_signed_response_alg: 'ES256' }
  const auth = openid.PrivateKeyJwt(signing)
  const config = await configured(facts, registered, { auth, metadata })
  openid.useJwtResponseMode(config)
  const dpop = openid.getDPoPHandle(config, await openid.randomDPoPKeyPair('ES256'))
  const address = async (config, parameters, options) => {
    const signed = await openid.buildAuthorizationUrlWithJAR(config, parameters, signing)
    return openid.buildAuthorizationUrlWithPAR(config, signed.searchParams, options)
  }
  const known = await check(`${kind}: signed request, signed answer, tokens`, async () => {
    const known = await consented(facts, config, browser, { address, dpop })
    assert.deepEqual([...known.callback.searchParams.keys()], ['response'])
    bound(known.tokens, 'dpop')
    return known
  })
  await check(`${kind}: signed introspection (RFC 9701)`, async () => {
    const told = await openid.tokenIntrospection(config, known.tokens.access_token)
    assert.equal(told.active, true)
    assert.equal(told.client_id, registered.client_id)
  })
}

async function withCertificate(facts, browser) {
  const kind = 'tls_client_auth and certificate-bound tokens'
  const registered = facts.clients.mtls
  const metadata = { use_mtls_endpoint_aliases: true, tls_client_certificate_bound_access_tokens: true }
  const to = { auth: openid.TlsClientAuth(), identity: registered, metadata }
  const config = await configured(facts, registered, to)
  const known = await check(`${kind}: code flow with PAR, PKCE and ID token`, async () => {
    const known = await consented(facts, config, browser)
    bound(known.tokens, 'bearer')
    return known
  })
  await lived(kind, config, known, { thumbprint: 'x5t#S256', type: 'Bearer' })
  await check(`${kind}: client credentials`, async () => {
    const tokens = await openid.clientCredentialsGrant(config, { scope: 'oob' })
    bound(tokens, 'bearer')
    assert.ok((await openid.tokenIntrospection(config, tokens.access_token)).cnf['x5t#S256'])
  })
}

await judge(async (facts) => {
  const browser = new Browser(connection(facts.ca_file))
  await withDpop(facts, browser)
  await withSignedMessages(facts, browser)
  await withCertificate(facts, browser)
})
