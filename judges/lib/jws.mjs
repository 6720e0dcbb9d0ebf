// Signed texts as no library would make them.

import { createHash, createHmac, createPrivateKey, sign } from 'node:crypto'

const encoded = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')

/** A compact JWS; ES256 with a private JWK, HS256 with bytes, `none` with nothing. */
export function jws(header, claims, key) {
  const input = `${encoded(header)}.${encoded(claims)}`
  if (key === undefined) return `${input}.`
  if (key instanceof Uint8Array) return `${input}.${createHmac('sha256', key).update(input).digest('base64url')}`
  const material = createPrivateKey({ key, format: 'jwk' })
  const signature = sign('sha256', Buffer.from(input), { key: material, dsaEncoding: 'ieee-p1363' })
  return `${input}.${signature.toString('base64url')}`
}

/** The claims of a compact JWS, unverified. */
export const claimsOf = (text) => JSON.parse(Buffer.from(text.split('.')[1], 'base64url'))

/** The same text with one claim altered and the signature kept. */
export function altered(text, change) {
  const [header, , signature] = text.split('.')
  return [header, encoded({ ...claimsOf(text), ...change }), signature].join('.')
}

/** The `ath` of a token (RFC 9449 4.2). */
export const ath = (token) => createHash('sha256').update(token).digest('base64url')

export const seconds = () => Math.floor(Date.now() / 1000)
