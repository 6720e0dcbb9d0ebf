// What no client would send: broken forms, too much, wrong types, foreign characters. Never a fault of the hub, never a
// token.

import assert from 'node:assert/strict'
import { check } from '../lib/judge.mjs'

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

function bodies() {
  const many = new URLSearchParams()
  for (let i = 0; i < 500; i += 1) many.append(`p${i}`, 'x')
  return {
    'nothing': '',
    'an ampersand': '&',
    'a name without end': 'a'.repeat(10_000),
    'five hundred parameters': many,
    'a broken percent': 'grant_type=%zz&client_id=%',
    'bytes that are no text': new Uint8Array([0x61, 0x3d, 0xff, 0xfe, 0x00, 0xc3]),
    'a zero byte': 'token=%00&client_id=%00&grant_type=client_credentials&code=%00',
    'JSON in the clothes of a form': '{"grant_type":"client_credentials"}',
    'an assertion of dots': 'grant_type=client_credentials&client_assertion=....&client_assertion_type=x',
    'names that end JavaScript': '__proto__=1&constructor=2&client_id=__proto__',
  }
}

export async function nonsense({ own, as }) {
  const endpoints = {
    token: as.token_endpoint,
    PAR: as.pushed_authorization_request_endpoint,
    introspection: as.introspection_endpoint,
    revocation: as.revocation_endpoint,
  }
  const refusedWell = async (response, what) => {
    const text = await response.text()
    assert.ok(response.status >= 400 && response.status < 500, `${what}: ${response.status} ${text.slice(0, 200)}`)
    assert.ok(!text.includes('nat_'), what)
    return text
  }
  for (const [name, address] of Object.entries(endpoints)) {
    await check(`the ${name} endpoint refuses nonsense with an OAuth error`, async () => {
      for (const [what, body] of Object.entries(bodies())) {
        const response = await own.fetch(address, { method: 'POST', body, headers: FORM })
        const said = JSON.parse(await refusedWell(response, what))
        assert.ok(typeof said.error === 'string' && said.error !== 'server_error', what)
      }
    })
    await check(`the ${name} endpoint refuses other content types and other methods`, async () => {
      for (const type of ['application/json', 'text/plain', 'multipart/form-data; boundary=x', '']) {
        const headers = type === '' ? {} : { 'content-type': type }
        const body = new TextEncoder().encode('grant_type=client_credentials')
        await refusedWell(await own.fetch(address, { method: 'POST', body, headers }), type)
      }
      for (const method of ['GET', 'PUT', 'PATCH', 'DELETE']) {
        assert.equal((await own.fetch(address, { method })).status, 405, method)
      }
    })
    await check(`the ${name} endpoint refuses a body that is too large with 413`, async () => {
      const response = await own.fetch(address, { method: 'POST', body: `a=${'x'.repeat(70_000)}`, headers: FORM })
      assert.equal(response.status, 413, (await response.text()).slice(0, 200))
    })
  }
  await check('a resource refuses nonsense as a token', async () => {
    const authorizations = ['DPoP', 'DPoP ', 'Bearer', 'Basic YTpi', 'DPoP a b c', `DPoP ${'x'.repeat(9_000)}`, 'ÿ']
    for (const authorization of authorizations) {
      const response = await own.fetch(as.userinfo_endpoint, { headers: { authorization, dpop: 'x.y.z' } })
      assert.ok([400, 401, 431].includes(response.status), `${authorization.slice(0, 20)}: ${response.status}`)
    }
  })
  await check('a proof that is too long is refused, and is no fault', async () => {
    const response = await own.twoLegged('oob', { dpop: own.dpop((_, claims) => (claims.more = 'x'.repeat(20_000))) })
    assert.ok([400, 431].includes(response.status), String(response.status))
  })
  await check('the authorization endpoint refuses nonsense with a page', async () => {
    const bytes = '?client_id=%ff&request_uri=%ff'
    for (const query of ['', '?', '?client_id', '?request_uri=%00', bytes, `?a=${'b'.repeat(9_000)}`]) {
      const response = await own.fetch(`${as.authorization_endpoint}${query}`)
      assert.ok(response.status >= 400 && response.status < 500, `${query.slice(0, 30)}: ${response.status}`)
    }
  })
}
