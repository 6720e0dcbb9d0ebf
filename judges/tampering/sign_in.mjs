// How a person signed in, as a fintech may demand it; and the pages they saw.

import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { check, refused } from '../lib/judge.mjs'
import { walk } from '../lib/journey.mjs'
import { seconds } from '../lib/jws.mjs'

export async function signIns({ own, other, as, browser, facts }) {
  const known = async (led) => oauth.getValidatedIdTokenClaims(await own.tokens(led))
  await check('prompt=login makes the person sign in again', async () => {
    const began = seconds()
    const { auth_time: at } = await known(await own.led(browser, { prompt: 'login' }))
    assert.ok(at >= began, `signed in ${began - at} s before`)
  })
  await check('max_age=0 makes the person sign in again', async () => {
    const began = seconds()
    const { auth_time: at } = await known(await own.led(browser, { max_age: '0' }))
    assert.ok(at >= began, `signed in ${began - at} s before`)
  })
  await check('without either, a person who is signed in is not asked again', async () => {
    const began = (await known(await own.led(browser))).auth_time
    assert.equal((await known(await own.led(browser))).auth_time, began)
  })
  await check('prompt=none is refused: people see what they agree to', async () => {
    await refused(await own.push((await own.asking({ prompt: 'none' })).asked), 400)
  })
  await check('an essential acr is met, or nothing is given', async () => {
    const acr = as.acr_values_supported
    const claims = (value) => JSON.stringify({ id_token: { acr: { essential: true, value } } })
    let met = 0
    for (const value of [...acr, 'urn:nobody:knows']) {
      let led
      try {
        led = await own.led(browser, { claims: claims(value) })
      } catch (error) {
        // A page of the hub that goes no further without a stronger sign-in, or a request that is refused at once.
        assert.ok(error.page === undefined || error.status < 500, error.message)
        continue
      }
      if (led.callback.searchParams.has('error')) continue
      assert.equal((await known(led)).acr, value)
      met += 1
    }
    assert.ok(met > 0, 'no offered acr could be met')
  })
  await check('without the scope openid there is no ID token, and no userinfo', async () => {
    const led = await own.led(browser, { scope: 'login inquiry', nonce: undefined })
    const given = await own.tokens(led)
    assert.equal(given.id_token, undefined)
    assert.equal((await own.userinfo(given.access_token)).status, 403)
  })
  await check('a request may be opened twice before it is answered', async () => {
    const { asked, verifier } = await own.asking()
    const address = await own.start(asked)
    await own.stranger().ask(address)
    await browser.ask(address)
    const callback = await walk(browser, address, { person: facts.person })
    await own.tokens({ asked, verifier, callback })
  })
  await check('dpop_jkt alone binds the code', async () => {
    const led = await own.led(browser, { dpop_jkt: await own.dpop().calculateThumbprint() })
    const dpop = own.dpop(undefined, other.pair)
    await refused(await own.exchange(own.validated(led), led.verifier, { dpop }), 400, 'invalid_grant')
    await own.tokens(led)
  })
  await pages({ own, as })
  await grantsManaged({ own, as, browser, facts })
}

async function pages({ own }) {
  await check('the pages of a journey are careful with frames, referrers, scripts and cookies', async () => {
    const first = await own.fetch(await own.start((await own.asking()).asked))
    assert.ok([302, 303].includes(first.status), String(first.status))
    const cookies = first.headers.getSetCookie()
    assert.ok(cookies.length > 0)
    for (const cookie of cookies) {
      assert.match(cookie, /^__Host-/)
      for (const trait of ['Secure', 'HttpOnly', 'Path=/', 'SameSite']) assert.ok(cookie.includes(trait), cookie)
      assert.ok(!/domain=/i.test(cookie))
    }
    const cookie = cookies.map((line) => line.split(';')[0]).join('; ')
    const page = await own.fetch(new URL(first.headers.get('location'), own.as.issuer), { headers: { cookie } })
    const policy = page.headers.get('content-security-policy')
    assert.match(policy, /frame-ancestors 'none'/)
    assert.match(policy, /default-src 'none'|default-src 'self'/)
    assert.ok(!/unsafe-inline|unsafe-eval/.test(policy), policy)
    assert.equal(page.headers.get('referrer-policy'), 'no-referrer')
    assert.equal(page.headers.get('x-content-type-options'), 'nosniff')
    assert.match(page.headers.get('strict-transport-security'), /max-age=\d{8}/)
    assert.match(page.headers.get('cache-control'), /no-store/)
  })
}

async function grantsManaged({ own, as, browser, facts }) {
  await check('a merged grant keeps its id, and its earlier refresh tokens end', async () => {
    const first = await own.tokens(await own.led(browser, { grant_management_action: 'create' }))
    const changes = { grant_management_action: 'merge', grant_id: first.grant_id }
    const second = await own.tokens(await own.led(browser, changes))
    assert.equal(second.grant_id, first.grant_id)
    await refused(await own.refresh(first.refresh_token), 400, 'invalid_grant')
    assert.equal((await own.refresh(second.refresh_token)).status, 200)
  })
  await check('a replaced grant has the new scopes alone, and its earlier refresh tokens end', async () => {
    const first = await own.tokens(await own.led(browser, { grant_management_action: 'create' }))
    const changes = { grant_management_action: 'replace', grant_id: first.grant_id, scope: 'openid login' }
    const second = await own.tokens(await own.led(browser, changes))
    assert.equal(second.grant_id, first.grant_id)
    const told = await own.introspected(second.access_token)
    assert.deepEqual(new Set(told.scope.split(' ')), new Set(['openid', 'login']))
    await refused(await own.refresh(first.refresh_token), 400, 'invalid_grant')
    const before = await own.introspected(first.access_token)
    assert.ok(!before.active || !before.scope.split(' ').includes('inquiry'), JSON.stringify(before))
  })
  await check("another person's grant cannot be merged or replaced", async () => {
    const theirs = await own.tokens(await own.led(browser, { grant_management_action: 'create' }))
    for (const action of ['merge', 'replace']) {
      const changes = { grant_management_action: action, grant_id: theirs.grant_id }
      const led = await own.led(own.stranger(), changes, { person: facts.other_person })
      assert.equal(led.callback.searchParams.get('error'), 'invalid_grant_id', led.callback.search)
      assert.equal(led.callback.searchParams.get('iss'), as.issuer)
    }
    assert.equal((await own.introspected(theirs.access_token)).active, true)
    assert.equal((await own.refresh(theirs.refresh_token)).status, 200)
  })
}
