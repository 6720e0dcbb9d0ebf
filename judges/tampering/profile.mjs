// The two profiles side by side: nothing of the one is good in the other.

import assert from 'node:assert/strict'
import { check } from '../lib/judge.mjs'

export async function profiles({ own, as, browser, facts }) {
  const given = await own.tokens(await own.led(browser))
  const me = new URL('/v2.0/user/me', facts.issuer)
  me.searchParams.set('user_seq_no', (await own.introspected(given.access_token)).sub)
  const code = async (headers) => (await (await own.fetch(me, { headers })).json()).rsp_code
  const proof = async () => {
    const headers = new Headers()
    await own.dpop().addProof(new URL(me.origin + me.pathname), headers, 'GET', given.access_token)
    return headers.get('dpop')
  }
  await check('a bound token is refused as Bearer at the routes of the other profile', async () => {
    assert.notEqual(await code({ authorization: `Bearer ${given.access_token}` }), 'A0000')
    assert.notEqual(await code({ authorization: `Bearer ${given.access_token}`, dpop: await proof() }), 'A0000')
    assert.notEqual(await code({ authorization: `DPoP ${given.access_token}` }), 'A0000')
  })
  await check('with its proof it is served there', async () => {
    assert.equal(await code({ authorization: `DPoP ${given.access_token}`, dpop: await proof() }), 'A0000')
  })
  await check('a client of this profile is unknown at the endpoints of the other', async () => {
    const asked = { response_type: 'code', client_id: own.client.client_id, redirect_uri: facts.redirect_uri }
    const query = new URLSearchParams({ ...asked, scope: 'login inquiry', state: 'x'.repeat(32), auth_type: '0' })
    const page = await own.fetch(new URL(`/oauth/2.0/authorize?${query}`, facts.issuer))
    assert.ok(page.status >= 400 && page.status < 500, String(page.status))
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'oob', client_id: asked.client_id })
    body.set('client_secret', '')
    const answer = await own.fetch(new URL('/oauth/2.0/token', facts.issuer), { method: 'POST', body })
    assert.ok(!(await answer.text()).includes('access_token'))
  })
  await check('introspection tells when a token was issued, not when its grant was given', async () => {
    await new Promise((resolve) => setTimeout(resolve, 2_100))
    const began = Math.floor(Date.now() / 1000)
    const fresh = await (await own.refresh(given.refresh_token)).json()
    const told = await own.introspected(fresh.access_token)
    assert.ok(told.iat >= began - 1, `iat is ${began - told.iat} s before the token was asked for`)
    assert.ok(Math.abs(told.exp - told.iat - fresh.expires_in) <= 1, `exp - iat is ${told.exp - told.iat}`)
  })
}
