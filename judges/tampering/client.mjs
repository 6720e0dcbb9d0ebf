// How a client proves itself, altered: every claim, the key, the algorithm, the same assertion twice.

import assert from 'node:assert/strict'
import * as oauth from 'oauth4webapi'
import { check, refused } from '../lib/judge.mjs'
import { jws, seconds } from '../lib/jws.mjs'

const TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'

export async function clients({ own, other, as, facts }) {
  const accepted = async (auth) => {
    const response = await own.twoLegged('oob', { auth })
    assert.equal(response.status, 200, await response.clone().text())
  }
  const turnedAway = async (auth) => refused(await own.twoLegged('oob', { auth }), 401, 'invalid_client')

  await check('an assertion as the library makes it is taken', () => accepted(own.auth))
  for (const ahead of [0, 8]) {
    await check(`an assertion whose clock is ${ahead} s ahead is taken`, () =>
      accepted(own.proving((_, claims) => Object.assign(claims, { iat: seconds() + ahead, nbf: seconds() + ahead }))))
  }
  for (const name of ['iss', 'sub', 'aud', 'exp', 'jti']) {
    await check(`an assertion without ${name} is refused`, () =>
      turnedAway(own.proving((_, claims) => delete claims[name])))
  }
  const wrong = {
    'the token endpoint as audience': { aud: as.token_endpoint },
    'the PAR endpoint as audience': { aud: as.pushed_authorization_request_endpoint },
    'the issuer in a list as audience': { aud: [as.issuer] },
    'the issuer and a slash as audience': { aud: `${as.issuer}/` },
    'another client as issuer': { iss: other.client.client_id },
    'another client as subject': { sub: other.client.client_id },
    'an end five minutes ago': { exp: seconds() - 300 },
    'an end in a year': { exp: seconds() + 31_536_000 },
    'a beginning in two minutes': { nbf: seconds() + 120 },
    'an issue in two minutes': { iat: seconds() + 120 },
    'an end in words': { exp: 'tomorrow' },
    'an empty id': { jti: '' },
  }
  for (const [what, change] of Object.entries(wrong)) {
    await check(`an assertion with ${what} is refused`, () =>
      turnedAway(own.proving((_, claims) => Object.assign(claims, change))))
  }
  await check('the same assertion is taken once', async () => {
    const same = () => own.proving((_, claims) => Object.assign(claims, { jti: 'the-same-twice' }))
    await accepted(same())
    await turnedAway(same())
  })
  await check("another client's key is refused", () => turnedAway(own.proving(undefined, other.signing)))

  const sent = async (fields, headers) => {
    const body = new URLSearchParams({ grant_type: 'client_credentials', scope: 'oob', ...fields })
    return own.fetch(as.token_endpoint, { method: 'POST', body, headers })
  }
  const now = seconds()
  const id = own.client.client_id
  const claims = { iss: id, sub: id, aud: as.issuer, iat: now, exp: now + 60, jti: 'made-by-hand' }
  const { d, ...publicKey } = facts.clients.dpop.jwk_private
  const forged = {
    'alg none': jws({ alg: 'none' }, claims),
    'HS256 over the public key': jws({ alg: 'HS256' }, claims, Buffer.from(JSON.stringify(publicKey))),
    'RS256 in the header': jws({ alg: 'RS256', kid: 'key-1' }, claims, facts.clients.dpop.jwk_private),
    'three empty parts': '..',
    'no dots': 'nothing',
  }
  for (const [what, client_assertion] of Object.entries(forged)) {
    await check(`an assertion with ${what} is refused`, async () => {
      await refused(await sent({ client_assertion_type: TYPE, client_assertion }), 401, 'invalid_client')
    })
  }
  await check('a client secret is refused, in the form and in the header', async () => {
    await refused(await sent({ client_id: id, client_secret: 'secret' }), 401, 'invalid_client')
    const authorization = `Basic ${Buffer.from(`${id}:secret`).toString('base64')}`
    await refused(await sent({}, { authorization }), 401, 'invalid_client')
  })
  await check('a client that proves nothing is refused', async () => {
    await refused(await sent({ client_id: id }), 401, 'invalid_client')
    await refused(await sent({}), 401, 'invalid_client')
  })
  await check('a client of certificates cannot prove itself with a key', async () => {
    const mtls = { client_id: facts.clients.mtls.client_id }
    await refused(await oauth.clientCredentialsGrantRequest(as, mtls, own.auth, {}, own.to), 401, 'invalid_client')
  })
}
