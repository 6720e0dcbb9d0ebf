// A fintech as oauth4webapi knows it: its client, its key, its way of proving itself, its key for DPoP.

import { webcrypto } from 'node:crypto'
import * as oauth from 'oauth4webapi'
import { connection } from './connection.mjs'
import { Browser, walk } from './journey.mjs'

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' }

/** A private key from its JWK, with the name under which it is registered. */
export async function signingKey(jwk) {
  const { alg, use, key_ops, kid, ...material } = jwk
  return { key: await webcrypto.subtle.importKey('jwk', material, CURVE, false, ['sign']), kid }
}

/** The hub as the client found it. */
export async function discover(issuer, fetch) {
  const options = { [oauth.customFetch]: fetch, algorithm: 'oidc' }
  const response = await oauth.discoveryRequest(new URL(issuer), options)
  return oauth.processDiscoveryResponse(new URL(issuer), response)
}

/** A fintech with everything it needs to speak; `to` are the options of its requests. */
export class Fintech {
  static async of(as, facts, registered) {
    const self = new Fintech()
    self.as = as
    self.facts = facts
    self.client = { client_id: registered.client_id, id_token_signed_response_alg: 'ES256' }
    self.registered = registered
    self.fetch = connection(facts.ca_file, registered.certificate_file && registered)
    self.to = { [oauth.customFetch]: self.fetch }
    self.signing = registered.jwk_private && (await signingKey(registered.jwk_private))
    self.auth = self.signing ? self.proving() : oauth.TlsClientAuth()
    self.pair = await oauth.generateKeyPair('ES256')
    return self
  }

  /** Its assertion, altered by `change` where one is given. */
  proving(change, signing = this.signing) {
    return oauth.PrivateKeyJwt(signing, change && { [oauth.modifyAssertion]: change })
  }

  /** Proofs of its key, altered by `change` where one is given. A fresh handle: no nonce is carried over. */
  dpop(change, pair = this.pair) {
    return oauth.DPoP(this.client, pair, change && { [oauth.modifyAssertion]: change })
  }

  /** A request of its own, with all that a person is asked. */
  async asking(changes = {}) {
    const verifier = oauth.generateRandomCodeVerifier()
    const asked = {
      response_type: 'code',
      redirect_uri: this.facts.redirect_uri,
      scope: 'openid login inquiry',
      code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: oauth.generateRandomState(),
      nonce: oauth.generateRandomNonce(),
      ...changes,
    }
    for (const [name, value] of Object.entries(asked)) if (value === undefined) delete asked[name]
    return { asked, verifier }
  }

  /** Pushes a request; the raw answer. */
  push(asked, { auth = this.auth, ...more } = {}) {
    return oauth.pushedAuthorizationRequest(this.as, this.client, auth, asked, { ...this.to, ...more })
  }

  /** The address at which a pushed request goes on in the browser. */
  async start(asked, options) {
    const response = await this.push(asked, options)
    const { request_uri } = await oauth.processPushedAuthorizationResponse(this.as, this.client, response)
    return this.address(request_uri)
  }

  address(requestUri) {
    const address = new URL(this.as.authorization_endpoint)
    address.search = new URLSearchParams({ client_id: this.client.client_id, request_uri: requestUri })
    return address
  }

  /** A person's browser that was never here. */
  stranger() {
    return new Browser(connection(this.facts.ca_file))
  }

  /** Pushes, lets a person decide, and gives back where the fintech is answered. */
  async led(browser, changes, { options, ...wish } = {}) {
    const { asked, verifier } = await this.asking(changes)
    const address = await this.start(asked, options)
    const callback = await walk(browser, address, { person: this.facts.person, ...wish })
    return { asked, verifier, callback }
  }

  /** Parameters of an answer that holds, as the library gives them. */
  validated({ callback, asked }) {
    return oauth.validateAuthResponse(this.as, this.client, callback, asked.state ?? oauth.expectNoState)
  }

  /** Asks for tokens with a code; the raw answer. */
  exchange(parameters, verifier, { auth = this.auth, redirect = this.facts.redirect_uri, dpop = this.dpop() } = {}) {
    const options = { ...this.to, ...(dpop && { DPoP: dpop }) }
    return oauth.authorizationCodeGrantRequest(this.as, this.client, auth, parameters, redirect, verifier, options)
  }

  /** Tokens from a code, checked by the library. */
  async tokens(led, options) {
    const response = await this.exchange(this.validated(led), led.verifier, options)
    return this.taken(response, led)
  }

  taken(response, { asked }) {
    const requireIdToken = asked.scope.includes('openid')
    const expected = { expectedNonce: asked.nonce ?? oauth.expectNoNonce, requireIdToken }
    return oauth.processAuthorizationCodeResponse(this.as, this.client, response, expected)
  }

  refresh(token, { parameters, dpop = this.dpop(), auth = this.auth } = {}) {
    const options = { ...this.to, ...(dpop && { DPoP: dpop }), additionalParameters: parameters }
    return oauth.refreshTokenGrantRequest(this.as, this.client, auth, token, options)
  }

  twoLegged(scope, { dpop = this.dpop(), auth = this.auth } = {}) {
    const options = { ...this.to, ...(dpop && { DPoP: dpop }) }
    const parameters = scope === undefined ? {} : { scope }
    return oauth.clientCredentialsGrantRequest(this.as, this.client, auth, parameters, options)
  }

  userinfo(token, dpop = this.dpop()) {
    return oauth.userInfoRequest(this.as, this.client, token, { ...this.to, ...(dpop && { DPoP: dpop }) })
  }

  async introspected(token, { auth = this.auth, ...more } = {}) {
    const response = await oauth.introspectionRequest(this.as, this.client, auth, token, { ...this.to, ...more })
    return oauth.processIntrospectionResponse(this.as, this.client, response)
  }

  async revoke(token, { auth = this.auth, parameters } = {}) {
    const options = { ...this.to, additionalParameters: parameters }
    return oauth.processRevocationResponse(await oauth.revocationRequest(this.as, this.client, auth, token, options))
  }
}
