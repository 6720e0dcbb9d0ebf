"""The path of a fintech in Python, with requests-oauth2client: PAR, PKCE, DPoP, private_key_jwt, and two tamperings."""

from urllib.parse import parse_qs, urlsplit

import requests
from requests_oauth2client import (
    AuthorizationRequest,
    BearerToken,
    DPoPKey,
    InvalidGrant,
    MismatchingState,
    OAuth2Client,
    PrivateKeyJwt,
)

from lib.journey import Browser, walk
from lib.judge import raises, run, same

SCOPE = "openid login inquiry"


class Fintech:
    """A client, a person's browser, and what both have done so far."""

    def __init__(self, facts):
        registered = facts["clients"]["dpop"]
        session = requests.Session()
        session.verify = facts["ca_file"]
        session.trust_env = False
        self.person = facts["person"]
        self.browser = Browser(facts["ca_file"])
        self.client = OAuth2Client.from_discovery_endpoint(
            issuer=facts["issuer"],
            auth=PrivateKeyJwt(registered["client_id"], registered["jwk_private"], aud=facts["issuer"]),
            session=session,
            redirect_uri=facts["redirect_uri"],
            id_token_signed_response_alg="ES256",
            dpop_bound_access_tokens=True,
        )

    def asked(self) -> AuthorizationRequest:
        return self.client.authorization_request(scope=SCOPE)

    def led(self, request, decision="agree"):
        """Pushes a request, lets the person decide, and gives the address of the answer."""
        pushed = self.client.pushed_authorization_request(request)
        return walk(self.browser, str(pushed.uri), self.person, decision)

    def tokens(self, answer):
        """Exchanges a code. The ID token is validated apart: release 1.8.0 cannot do it for a token bound with DPoP."""
        token = self.client.authorization_code(answer, validate=False)
        known = BearerToken(token.access_token, id_token=token.id_token).validate_id_token(self.client, answer)
        return token, known.id_token


def happy(judge, fintech):
    client = fintech.client

    def code():
        request = fintech.asked()
        callback = fintech.led(request)
        same(parse_qs(urlsplit(callback).query)["iss"], [client.issuer], "iss")
        token, id_token = fintech.tokens(request.validate_callback(callback))
        same(token.token_type, "DPoP", "token_type")
        same(id_token.claims["nonce"], request.nonce, "nonce")
        return token, id_token.claims["sub"]

    def userinfo():
        same(client.userinfo(token)["sub"], sub, "sub")

    def introspected():
        told = client.introspect_token(token)
        same(told["active"], True, "active")
        same(told["cnf"]["jkt"], token.dpop_key.dpop_jkt, "jkt")
        same(sorted(told["scope"].split()), sorted(SCOPE.split()), "scope")

    def refreshed():
        fresh = client.refresh_token(token)
        same(client.userinfo(fresh)["sub"], sub, "sub")

    def two_legged():
        told = client.introspect_token(client.client_credentials(scope="oob"))
        same(told["scope"], "oob", "scope")

    def revoked():
        same(client.revoke_refresh_token(token), True, "revoked")
        same(client.introspect_token(token), {"active": False}, "introspection")
        raises(InvalidGrant, lambda: client.refresh_token(token))

    token, sub = judge.check("code flow with PAR, PKCE, DPoP and ID token", code)
    judge.check("userinfo knows the same person as the ID token", userinfo)
    judge.check("introspection tells the key of the token", introspected)
    judge.check("a refresh gives a token that is served", refreshed)
    judge.check("client credentials", two_legged)
    judge.check("a revoked refresh token ends its grant", revoked)


def altered(judge, fintech):
    client = fintech.client

    def another_state():
        request = fintech.asked()
        callback = fintech.led(request).replace(request.state, "another")
        raises(MismatchingState, lambda: request.validate_callback(callback))

    def another_key():
        request = fintech.asked()
        answer = request.validate_callback(fintech.led(request))
        how = {"code_verifier": answer.code_verifier, "redirect_uri": answer.redirect_uri}
        key = DPoPKey.generate("ES256")
        raises(InvalidGrant, lambda: client.authorization_code(answer.code, dpop_key=key, **how))
        fintech.tokens(answer)

    def code_twice():
        request = fintech.asked()
        answer = request.validate_callback(fintech.led(request))
        token, _ = fintech.tokens(answer)
        raises(InvalidGrant, lambda: fintech.tokens(answer))
        same(client.introspect_token(token), {"active": False}, "introspection")

    judge.check("an answer with another state is left by the client", another_state)
    judge.check("a code is refused with another key than the one named at PAR", another_key)
    judge.check("a code is refused a second time, and its tokens end", code_twice)


def judged(judge):
    fintech = judge.check("discovery", lambda: Fintech(judge.facts))
    happy(judge, fintech)
    altered(judge, fintech)


run(judged)
