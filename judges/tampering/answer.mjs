// What comes back through the browser, altered: the client must not take it.

import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { check, throws } from '../lib/judge.mjs'

export async function answers({ own, as, browser }) {
  const led = await check('an answer as the hub gives it is taken', async () => {
    const led = await own.led(browser)
    own.validated(led)
    assert.equal(led.callback.searchParams.get('iss'), as.issuer)
    assert.equal(led.callback.searchParams.get('state'), led.asked.state)
    return led
  })
  const altered = (name, value) => {
    const callback = new URL(led.callback)
    if (value === undefined) callback.searchParams.delete(name)
    else callback.searchParams.set(name, value)
    return { ...led, callback }
  }
  const left = async (changed, ...words) => throws((async () => own.validated(changed))(), ...words)
  await check('an answer with another state is left', () => left(altered('state', 'another'), 'state'))
  await check('an answer without state is left', () => left(altered('state'), 'state'))
  await check('an answer of another issuer is left', () => left(altered('iss', 'https://evil.example'), 'iss'))
  await check('an answer without issuer is left', () => left(altered('iss'), 'iss'))
  await check('an answer twice is left', () => {
    const callback = new URL(led.callback)
    callback.searchParams.append('iss', as.issuer)
    return left({ ...led, callback }, 'iss')
  })
  await check('a long state and a nonce of 64 characters come back whole', async () => {
    const [state, nonce] = ['s'.repeat(1_500), 'n'.repeat(64)]
    const long = await own.led(browser, { state, nonce })
    assert.equal(long.callback.searchParams.get('state'), state)
    const tokens = await own.tokens(long)
    assert.equal(oauth.getValidatedIdTokenClaims(tokens).nonce, nonce)
  })
  await check('a request without state is answered without one', async () => {
    const led = await own.led(browser, { state: undefined })
    assert.equal(led.callback.searchParams.has('state'), false)
    own.validated(led)
  })
  await check('a refusal names issuer, state and error, and gives no code', async () => {
    const { callback, asked } = await own.led(browser, {}, { decision: 'refuse' })
    assert.equal(callback.searchParams.get('iss'), as.issuer)
    assert.equal(callback.searchParams.get('state'), asked.state)
    assert.equal(callback.searchParams.get('error'), 'access_denied')
    assert.equal(callback.searchParams.has('code'), false)
    await throws((async () => own.validated({ callback, asked }))(), 'access_denied', 'AUTHORIZATION_RESPONSE_ERROR')
  })
}
