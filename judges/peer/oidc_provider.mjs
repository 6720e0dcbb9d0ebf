// The peer of the benchmark: oidc-provider, set up as the hub's twin for client credentials and introspection. It
// reads { "port", "certificate_file", "key_file", "client_id", "jwks" } on standard input, prints { "issuer" } when it
// serves, and serves until it is ended or its parent is gone.
//
// Like the hub: TLS in the process, private_key_jwt and DPoP with ES256 alone, assertions and proofs taken once, opaque
// access tokens bound to the key, the FAPI 2.0 profile. Unlike the hub: everything is kept in memory, nothing durably.

import { randomBytes, webcrypto } from 'node:crypto'
import { readFileSync } from 'node:fs'
import https from 'node:https'

process.env.NODE_ENV = 'production'
const { default: Provider } = await import('oidc-provider')

const TOKEN_SECONDS = 600
const SWEEP_MS = 10_000

/** Rows in a map. The store that comes with the package forgets all but the last thousand, and with them the tokens. */
class Memory {
  static #all = new Map()

  static sweep() {
    const now = Date.now()
    for (const [name, { until }] of Memory.#all) if (until < now) Memory.#all.delete(name)
  }

  constructor(kind) {
    this.kind = kind
  }

  async upsert(id, payload, seconds) {
    Memory.#all.set(`${this.kind}:${id}`, { payload, until: seconds ? Date.now() + seconds * 1000 : Infinity })
  }

  async find(id) {
    const row = Memory.#all.get(`${this.kind}:${id}`)
    return row && row.until > Date.now() ? row.payload : undefined
  }

  async consume(id) {
    const row = Memory.#all.get(`${this.kind}:${id}`)
    if (row) row.payload.consumed = Math.floor(Date.now() / 1000)
  }

  async destroy(id) {
    Memory.#all.delete(`${this.kind}:${id}`)
  }

  async findByUid() {}
  async findByUserCode() {}
  async revokeByGrantId() {}
}

async function signingKey() {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const { kty, crv, x, y, d } = await webcrypto.subtle.exportKey('jwk', pair.privateKey)
  return { kty, crv, x, y, d, kid: 'peer', alg: 'ES256', use: 'sig' }
}

async function configuration({ client_id, jwks }) {
  return {
    adapter: Memory,
    clients: [
      {
        client_id,
        jwks,
        token_endpoint_auth_method: 'private_key_jwt',
        token_endpoint_auth_signing_alg: 'ES256',
        id_token_signed_response_alg: 'ES256',
        grant_types: ['client_credentials'],
        response_types: [],
        redirect_uris: [],
        dpop_bound_access_tokens: true,
        scope: 'oob',
      },
    ],
    clientAuthMethods: ['private_key_jwt'],
    cookies: { keys: [randomBytes(32).toString('hex')] },
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES256'],
      dPoPSigningAlgValues: ['ES256'],
      idTokenSigningAlgValues: ['ES256'],
    },
    features: {
      clientCredentials: { enabled: true },
      devInteractions: { enabled: false },
      dPoP: { enabled: true, nonceSecret: randomBytes(32), requireNonce: () => false },
      fapi: { enabled: true, profile: '2.0' },
      introspection: { enabled: true, allowedPolicy: (ctx, client, token) => token.clientId === client.clientId },
    },
    jwks: { keys: [await signingKey()] },
    scopes: ['oob'],
    ttl: { ClientCredentials: TOKEN_SECONDS },
  }
}

const asked = JSON.parse(readFileSync(0, 'utf8'))
let serve
const server = https.createServer(
  { cert: readFileSync(asked.certificate_file), key: readFileSync(asked.key_file) },
  (request, response) => serve(request, response),
)
server.keepAliveTimeout = 60_000
server.listen(asked.port ?? 0, '127.0.0.1', async () => {
  const issuer = `https://localhost:${server.address().port}`
  serve = new Provider(issuer, await configuration(asked)).callback()
  process.stdout.write(`${JSON.stringify({ issuer })}\n`)
})
const parent = process.ppid
setInterval(() => {
  Memory.sweep()
  if (process.ppid !== parent) process.exit(0)
}, SWEEP_MS)
