// A bound token at a resource: without its key, with another, in another place.

import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { check, refused } from '../lib/judge.mjs'
import { ath } from '../lib/jws.mjs'

export async function resources({ own, other, as, browser, facts }) {
  const given = await own.tokens(await own.led(browser))
  const token = given.access_token
  const ask = (headers, address = as.userinfo_endpoint, options = {}) => own.fetch(address, { headers, ...options })
  const proof = async (change, { address = as.userinfo_endpoint, pair } = {}) => {
    const headers = new Headers()
    const handle = own.dpop(change, pair)
    await handle.addProof(new URL(address), headers, 'GET', token)
    return headers.get('dpop')
  }
  const turnedAway = async (response, error) => {
    const text = await response.text()
    assert.equal(response.status, 401, text)
    const header = response.headers.get('www-authenticate') ?? ''
    assert.match(header, /\bDPoP\b/)
    if (error) assert.match(header, new RegExp(`error="${error}"`), header)
    assert.ok(!text.includes('"sub"'))
  }
  const bound = `DPoP ${token}`

  await check('a bound token with its proof is served', async () => {
    const response = await ask({ authorization: bound, dpop: await proof() })
    assert.equal(response.status, 200, await response.text())
  })
  await check('the scheme may be written small', async () => {
    const response = await ask({ authorization: `dpop ${token}`, dpop: await proof() })
    assert.equal(response.status, 200, await response.text())
  })
  await check('no token is asked for one, without an error', async () => {
    const response = await ask({})
    assert.equal(response.status, 401)
    assert.match(response.headers.get('www-authenticate'), /DPoP/)
    assert.ok(!response.headers.get('www-authenticate').includes('error='))
  })
  await check('a bound token as Bearer is refused', async () => {
    await turnedAway(await ask({ authorization: `Bearer ${token}` }), 'invalid_token')
    await turnedAway(await ask({ authorization: `Bearer ${token}`, dpop: await proof() }), 'invalid_token')
  })
  await check('a bound token without proof is refused', async () => turnedAway(await ask({ authorization: bound })))
  await check('a proof of another key is refused', async () => {
    const pair = other.pair
    await turnedAway(await ask({ authorization: bound, dpop: await proof(undefined, { pair }) }), 'invalid_token')
  })
  const wrong = {
    'the digest of another token': (_, claims) => (claims.ath = ath('another')),
    'no digest of the token': (_, claims) => delete claims.ath,
    'another method': (_, claims) => (claims.htm = 'POST'),
    'another address': (_, claims) => (claims.htu = as.token_endpoint),
    'an hour ago': (_, claims) => (claims.iat -= 3_600),
    'another type': (header) => (header.typ = 'JWT'),
  }
  for (const [what, change] of Object.entries(wrong)) {
    await check(`a proof with ${what} is refused at a resource`, async () => {
      await turnedAway(await ask({ authorization: bound, dpop: await proof(change) }), 'invalid_dpop_proof')
    })
  }
  await check('a proof twice is refused at a resource', async () => {
    const dpop = await proof()
    assert.equal((await ask({ authorization: bound, dpop })).status, 200)
    await turnedAway(await ask({ authorization: bound, dpop }), 'invalid_dpop_proof')
  })
  await check('two proofs are refused', async () => {
    const dpop = [await proof(), await proof()]
    await turnedAway(await ask({ authorization: bound, dpop }), 'invalid_dpop_proof')
  })
  await check('a token in the address or in the body is not looked at', async () => {
    const address = `${as.userinfo_endpoint}?access_token=${token}`
    const inAddress = await ask({ dpop: await proof() }, address)
    assert.ok([400, 401].includes(inAddress.status), String(inAddress.status))
    const body = new URLSearchParams({ access_token: token })
    const inBody = await ask({ dpop: await proof() }, as.userinfo_endpoint, { method: 'POST', body })
    assert.ok([400, 401].includes(inBody.status), String(inBody.status))
  })
  await check('a token that nobody issued is refused', async () => {
    await turnedAway(await own.userinfo('nat_invented'), 'invalid_token')
  })
  await check('userinfo of another person is left by the client', async () => {
    const response = await own.userinfo(token)
    const told = oauth.processUserInfoResponse(as, own.client, 'another', response)
    await assert.rejects(told, /sub/)
  })
  await scopesAndGrants({ own, other, as, browser, facts }, given)
}

async function scopesAndGrants({ own, other, as, browser }, given) {
  const grants = async (who, method, id, token) => {
    const address = new URL(`${as.grant_management_endpoint}/${id}`)
    const options = { ...who.to, DPoP: who.dpop() }
    try {
      return await oauth.protectedResourceRequest(token, method, address, undefined, undefined, options)
    } catch (error) {
      if (error.cause instanceof Response || error.response) return error.response ?? error.cause
      throw error
    }
  }
  const twoLegged = async (who, scope) => {
    const response = await who.twoLegged(scope)
    return (await oauth.processClientCredentialsResponse(as, who.client, response)).access_token
  }
  await check('a token without the scope is refused with 403', async () => {
    const response = await own.userinfo(await twoLegged(own, 'oob'))
    assert.equal(response.status, 403)
    assert.match(response.headers.get('www-authenticate'), /insufficient_scope/)
  })
  await check('a scope of people is not given without a person', async () => {
    await refused(await own.twoLegged('inquiry'), 400, 'invalid_scope')
    await refused(await own.twoLegged('openid oob'), 400, 'invalid_scope')
  })
  const { grant_id: id } = await own.introspected(given.access_token)
  await check('a grant is shown to its client, and to nobody else', async () => {
    const shown = await grants(own, 'GET', id, await twoLegged(own, 'grant_management_query'))
    assert.equal(shown.status, 200)
    const body = await shown.json()
    assert.ok(Array.isArray(body.scopes) && !JSON.stringify(body).includes('nat_'))
    const foreign = await grants(other, 'GET', id, await twoLegged(other, 'grant_management_query'))
    assert.equal(foreign.status, 403)
    const unknown = await grants(own, 'GET', 'unknown', await twoLegged(own, 'grant_management_query'))
    assert.equal(unknown.status, 404)
  })
  await check('a grant is not ended by another client, nor with the scope to look', async () => {
    const looking = await grants(own, 'DELETE', id, await twoLegged(own, 'grant_management_query'))
    assert.equal(looking.status, 403)
    const foreign = await grants(other, 'DELETE', id, await twoLegged(other, 'grant_management_revoke'))
    assert.equal(foreign.status, 403)
    assert.equal((await own.userinfo(given.access_token)).status, 200)
  })
  await check('a grant that its client ends takes every token with it', async () => {
    const ended = await grants(own, 'DELETE', id, await twoLegged(own, 'grant_management_revoke'))
    assert.equal(ended.status, 204)
    assert.equal((await own.userinfo(given.access_token)).status, 401)
    await refused(await own.refresh(given.refresh_token), 400, 'invalid_grant')
    const again = await grants(own, 'DELETE', id, await twoLegged(own, 'grant_management_revoke'))
    assert.equal(again.status, 404)
  })
  await check('a grant that is managed is named in the token response, not before', async () => {
    const led = await own.led(browser, { grant_management_action: 'create' })
    assert.ok(!led.callback.searchParams.has('grant_id'))
    assert.ok((await own.tokens(led)).grant_id)
  })
}
