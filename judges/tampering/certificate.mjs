// A client of certificates, and its tokens, with another certificate or with none.

import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { Fintech } from '../lib/client.mjs'
import { check, refused } from '../lib/judge.mjs'

export async function certificates({ mtls, own, as, browser, facts }) {
  const id = { client_id: facts.clients.mtls.client_id }
  const another = await Fintech.of(as, facts, { ...id, ...facts.stranger })
  const bare = await Fintech.of(as, facts, id)
  const bearer = { dpop: null }

  await check('a certificate of the right name is taken, and binds the token', async () => {
    const response = await mtls.twoLegged('oob', bearer)
    const given = await oauth.processClientCredentialsResponse(as, mtls.client, response)
    assert.equal(given.token_type, 'bearer')
    assert.ok((await mtls.introspected(given.access_token)).cnf['x5t#S256'])
  })
  await check('a certificate of another name is refused', async () => {
    await refused(await another.twoLegged('oob', bearer), 401, 'invalid_client')
  })
  await check('no certificate is refused', async () => {
    await refused(await bare.twoLegged('oob', bearer), 401, 'invalid_client')
  })
  await check('a certificate does not speak for another client', async () => {
    const auth = (_as, _client, body) => body.set('client_id', own.client.client_id)
    await refused(await mtls.twoLegged('oob', { auth, ...bearer }), 401, 'invalid_client')
  })
  await check('a certificate and no client_id is refused', async () => {
    await refused(await mtls.twoLegged('oob', { auth: () => {}, ...bearer }), 401, 'invalid_client')
  })
  await check('a client of certificates gets no token bound to a key', async () => {
    await refused(await mtls.twoLegged('oob'), 400, 'invalid_dpop_proof')
  })

  const given = await mtls.tokens(await mtls.led(browser), bearer)
  await check('a bound token is served on a connection with its certificate', async () => {
    assert.equal((await mtls.userinfo(given.access_token, null)).status, 200)
  })
  for (const [what, who] of Object.entries({ 'another certificate': another, 'no certificate': bare })) {
    await check(`a bound token on a connection with ${what} is refused`, async () => {
      const response = await who.userinfo(given.access_token, null)
      assert.equal(response.status, 401)
      assert.match(response.headers.get('www-authenticate'), /error="invalid_token"/)
    })
    await check(`a refresh on a connection with ${what} is refused`, async () => {
      await refused(await who.refresh(given.refresh_token, bearer), 401, 'invalid_client')
    })
    await check(`a certificate in a header does not help on a connection with ${what}`, async () => {
      const pem = encodeURIComponent('-----BEGIN CERTIFICATE-----')
      const names = ['x-client-cert', 'x-forwarded-client-cert', 'ssl-client-cert', 'client-cert', 'x-ssl-client-cert']
      const headers = { authorization: `Bearer ${given.access_token}` }
      for (const name of names) headers[name] = pem
      assert.equal((await who.fetch(as.userinfo_endpoint, { headers })).status, 401)
    })
  }
  await check('a code of a client of certificates is not exchanged without one', async () => {
    const led = await mtls.led(browser)
    const parameters = bare.validated(led)
    await refused(await bare.exchange(parameters, led.verifier, bearer), 401, 'invalid_client')
    await mtls.tokens(led, bearer)
  })
}
