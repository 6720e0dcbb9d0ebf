// Makes signature keys for a trial's clients: as many as the first argument says, each one a line of JSON with the
// public set that is registered and the private key that the judge is told.

import { webcrypto } from 'node:crypto'

for (let i = 1; i <= Number(process.argv[2] ?? 1); i += 1) {
  const pair = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify'])
  const { kty, crv, x, y, d } = await webcrypto.subtle.exportKey('jwk', pair.privateKey)
  const shared = { kty, crv, x, y, kid: `key-${i}`, alg: 'ES256', use: 'sig' }
  process.stdout.write(`${JSON.stringify({ jwks: { keys: [shared] }, jwk_private: { ...shared, d } })}\n`)
}
