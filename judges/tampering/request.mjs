// What a client asks, altered: at the pushed request, and at the authorization endpoint.

import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { check, refused } from '../lib/judge.mjs'
import { walk } from '../lib/journey.mjs'

export async function requests({ own, other, as, browser, facts }) {
  await check('a pushed request is answered 201, for less than ten minutes, and is not stored by caches', async () => {
    const response = await own.push((await own.asking()).asked)
    assert.equal(response.status, 201)
    assert.match(response.headers.get('cache-control'), /no-store/)
    const pushed = await oauth.processPushedAuthorizationResponse(as, own.client, response)
    assert.ok(pushed.expires_in > 0 && pushed.expires_in < 600)
  })
  const wrong = [
    ['without challenge', { code_challenge: undefined }, 'invalid_request'],
    ['without challenge method', { code_challenge_method: undefined }, 'invalid_request'],
    ['with a plain challenge', { code_challenge_method: 'plain' }, 'invalid_request'],
    ['with a challenge that is no digest', { code_challenge: 'short' }, 'invalid_request'],
    ['without redirect_uri', { redirect_uri: undefined }, 'invalid_request'],
    ['with another redirect_uri', { redirect_uri: 'https://evil.example/callback' }, 'invalid_request'],
    ['with a longer redirect_uri', { redirect_uri: `${facts.redirect_uri}/more` }, 'invalid_request'],
    ['with a query at redirect_uri', { redirect_uri: `${facts.redirect_uri}?a=b` }, 'invalid_request'],
    ['with response_type token', { response_type: 'token' }, 'unsupported_response_type'],
    ['with response_type code id_token', { response_type: 'code id_token' }, 'unsupported_response_type'],
    ['without scope', { scope: undefined }, 'invalid_scope'],
    ['with a scope that nobody knows', { scope: 'openid everything' }, 'invalid_scope'],
    ['with a scope that is not of people', { scope: 'openid oob' }, 'invalid_scope'],
    ['with a request_uri', { request_uri: 'urn:ietf:params:oauth:request_uri:x' }, 'invalid_request'],
    ['with a state without end', { state: 'x'.repeat(20_000) }, 'invalid_request'],
    ['with a grant that is not there', { grant_management_action: 'merge', grant_id: 'none' }, 'invalid_grant_id'],
    ['to create a grant that has an id', { grant_management_action: 'create', grant_id: 'x' }, 'invalid_request'],
  ]
  for (const [what, change, error] of wrong) {
    await check(`a pushed request ${what} is refused`, async () => {
      await refused(await own.push((await own.asking(change)).asked), 400, error)
    })
  }
  await check('a pushed request of a client that proves nothing is refused', async () => {
    const { asked } = await own.asking()
    await refused(await own.push(asked, { auth: oauth.None() }), 401, 'invalid_client')
    await refused(await own.push(asked, { auth: oauth.ClientSecretPost('secret') }), 401, 'invalid_client')
  })
  await check('a parameter twice is refused', async () => {
    const { asked } = await own.asking()
    const twice = [...Object.entries(asked), ['state', 'another']]
    await refused(await own.push(new URLSearchParams(twice)), 400, 'invalid_request')
  })
  await check('a pushed request as JSON, or by another method, is refused', async () => {
    const address = as.pushed_authorization_request_endpoint
    const headers = { 'content-type': 'application/json' }
    await refused(await own.fetch(address, { method: 'POST', body: '{}', headers }), 400, 'invalid_request')
    for (const method of ['GET', 'PUT', 'DELETE']) assert.equal((await own.fetch(address, { method })).status, 405)
  })
  await check('dpop_jkt and a proof of another key are refused together', async () => {
    const jkt = await oauth.DPoP(own.client, other.pair).calculateThumbprint()
    const { asked } = await own.asking({ dpop_jkt: jkt })
    await refused(await own.push(asked, { DPoP: own.dpop() }), 400, 'invalid_dpop_proof')
  })
  await authorizations({ own, other, as, browser, facts })
}

async function authorizations({ own, other, as, browser, facts }) {
  const stops = async (address) => {
    let where
    try {
      where = await walk(own.stranger(), address, { person: facts.person })
    } catch (error) {
      assert.ok(error.status >= 400 && error.status < 500, error.message)
      return
    }
    assert.fail(`the browser was sent to ${where}`)
  }
  await check('a request that was not pushed leads nowhere', async () => {
    const address = new URL(as.authorization_endpoint)
    address.search = new URLSearchParams({ client_id: own.client.client_id, ...(await own.asking()).asked })
    await stops(address)
  })
  await check('a request_uri that nobody pushed leads nowhere', async () => {
    await stops(own.address('urn:ietf:params:oauth:request_uri:invented'))
    await stops(own.address('https://evil.example/request'))
  })
  await check("another client's request_uri leads nowhere", async () => {
    const address = await other.start((await other.asking()).asked)
    address.searchParams.set('client_id', own.client.client_id)
    await stops(address)
  })
  await check('a request_uri that was answered leads nowhere a second time', async () => {
    const address = await own.start((await own.asking()).asked)
    await walk(browser, address, { person: facts.person })
    await stops(address)
  })
  await check('parameters beside the request_uri change nothing', async () => {
    const { asked } = await own.asking({ state: 'as pushed' })
    const address = await own.start(asked)
    for (const [name, value] of Object.entries({ state: 'altered', redirect_uri: 'https://evil.example/callback' })) {
      address.searchParams.set(name, value)
    }
    const callback = await walk(browser, address, { person: facts.person })
    assert.ok(callback.href.startsWith(`${facts.redirect_uri}?`), callback.href)
    assert.equal(callback.searchParams.get('state'), 'as pushed')
  })
  await check('a form without its token does not decide', async () => {
    const browser = own.stranger()
    const first = await browser.ask(await own.start((await own.asking()).asked))
    const here = new URL(first.headers.get('location'), facts.issuer)
    const options = { method: 'POST', body: new URLSearchParams({ decision: 'agree', csrf: 'guessed' }) }
    const response = await browser.ask(`${here.origin}${here.pathname}/decision`, options)
    assert.ok(!response.headers.get('location')?.includes('code='), response.headers.get('location'))
  })
}
