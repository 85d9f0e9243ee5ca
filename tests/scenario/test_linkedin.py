# SPDX-License-Identifier: Apache-2.0
"""Signing in by LinkedIn (OpenID Connect), as Hack System's clients do it, with a provider that does what it is told."""

import threading
import time
import urllib.parse

import jwt
import pytest
from providers import (CALLBACK, CLIENT, CLIENT_SECRET, EC_KEY, OTHER_CALLBACK, OTHER_KEY, RSA_KEY, WEAK_KEY, Provider, public_jwk, query_of,
                       server_context, signed_by_public_key, unsigned)
from server import NEW_PASSWORD, NO_LIMITS, secret_in, token_in

SETTINGS = NO_LIMITS

INIT, CONTINUE = "/linkedin/init", "/linkedin/continue"
DENIED, FATAL, INPUT, NOWHERE = "ERROR_CODE_ACCESS_DENIED", "ERROR_FATAL", "ERROR_CODE_INPUT_ERROR", "ERROR_CODE_NOT_FOUND"
STRICT = {"pkce": "on", "nonce": "required", "state": "required"}


@pytest.fixture
def provider():
    made = Provider()
    yield made
    made.close()


def knows(rekey, provider, app="hack", name="linkedin", secret=CLIENT_SECRET, **settings):
    rekey.command("provider", "set", name, *(f"{key}={value}" for key, value in provider.settings(**settings).items()),
                  "--app", app, "--secret-stdin", stdin=secret + "\n")


@pytest.fixture
def hack(rekey, provider):
    """An app whose LinkedIn is the test's provider, as lenient as the real one is."""
    rekey.has_app("hack", dialects=["hacksystem"])
    knows(rekey, provider)
    return rekey


def begin(rekey, redirect_uri=CALLBACK, path=INIT, **options):
    answer = rekey.get(path, query={"redirect_uri": redirect_uri}, **options)
    assert answer.status == 200 and set(answer.body) == {"authUrl"}, (answer.status, answer.raw)
    return answer.body["authUrl"]


def finish(rekey, code, redirect_uri=CALLBACK, path=CONTINUE, query=None, **options):
    return rekey.get(path, query={"code": code, "redirect_uri": redirect_uri, **(query or {})}, **options)


def sign_in(rekey, provider, with_state=True, **person):
    url = begin(rekey)
    return finish(rekey, provider.lets_in(url, **person), query={"state": query_of(url)["state"]} if with_state else {})


def reasons(rekey, app="hack"):
    return [row["outcome"] for row in rekey.command_json("audit", "list", "--app", app) if row["event"] == "sign_in_finish"]


def is_refused(answer, status, code, message=None):
    assert (answer.status, answer.body["code"]) == (status, code), (answer.status, answer.raw)
    if message:
        assert answer.body["message"] == message, answer.body


def accounts(rekey, app="hack"):
    return [row["email"] for row in rekey.command_json("account", "list", "--app", app)]


# ---- as it should be ----


@pytest.mark.proves("hacksystem", "GET /linkedin/init", "GET /linkedin/continue")
def test_a_new_person_gets_an_account_and_a_returning_one_the_same(hack, provider):
    first = sign_in(hack, provider)
    assert first.status == 200 and set(first.body) == {"token", "name", "email"}, first.raw
    assert (first.body["name"], first.body["email"]) == ("Ann Example", "ann@example.org")
    again = sign_in(hack, provider, email="moved@example.org", name="Another")
    assert again.status == 200 and (again.body["name"], again.body["email"]) == ("Ann Example", "ann@example.org")
    assert again.body["token"] != first.body["token"] and accounts(hack) == ["ann@example.org"]
    assert reasons(hack) == ["done", "account made"]
    other = sign_in(hack, provider, sub="another-subject", email="bob@example.org", name="Bob")
    assert other.status == 200 and accounts(hack) == ["ann@example.org", "bob@example.org"]


def test_the_address_says_what_the_provider_has_to_know(hack, provider):
    knows(hack, provider, **STRICT, scopes="openid email")
    url = begin(hack)
    asked, again = query_of(url), query_of(begin(hack))
    assert url.startswith(provider.url + "/authorize?")
    assert {key: asked[key] for key in ("response_type", "client_id", "redirect_uri", "scope", "code_challenge_method")} == {
        "response_type": "code", "client_id": CLIENT, "redirect_uri": CALLBACK, "scope": "openid email", "code_challenge_method": "S256"}
    for secret in ("state", "nonce", "code_challenge"):
        assert len(asked[secret]) >= 43 and asked[secret] != again[secret]
    assert len({asked["state"], asked["nonce"], asked["code_challenge"]}) == 3
    assert not hack.sql("SELECT 1 FROM sign_in WHERE state_digest = ?", asked["state"].encode())


@pytest.mark.sqlite  # what a provider says knows no engine
@pytest.mark.parametrize("kid", ["rsa", "ec"])
@pytest.mark.parametrize("auth", ["post", "basic"])
def test_a_strict_provider_is_no_harder(hack, provider, kid, auth):
    knows(hack, provider, **STRICT, client_authentication=auth)
    provider.kid, provider.auth = kid, auth
    assert sign_in(hack, provider).status == 200


@pytest.mark.sqlite  # what a provider says knows no engine
def test_linkedin_itself_needs_no_more_than_its_client(hack):
    hack.command("provider", "remove", "linkedin", "--app", "hack")
    hack.command("provider", "set", "linkedin", "client_id=86abc", f"redirect_uris={CALLBACK}", "--secret-stdin", "--app", "hack", stdin="sesame\n")
    url = begin(hack)
    assert url.startswith("https://www.linkedin.com/oauth/v2/authorization?") and "code_challenge" not in url
    shown = hack.command("provider", "show", "linkedin", "--app", "hack", "--json")
    assert '"client_secret": "set"' in shown or '"client_secret":"set"' in shown
    assert "sesame" not in shown and "https://www.linkedin.com/oauth/openid/jwks" in shown and "https://api.linkedin.com/v2/userinfo" in shown


def test_what_a_provider_adds_to_the_way_back_may_be_handed_on(hack, provider):
    url = begin(hack)
    answer = finish(hack, provider.lets_in(url), query={"state": query_of(url)["state"], "iss": provider.url})
    assert answer.status == 200
    url = begin(hack)
    foreign = finish(hack, provider.lets_in(url, sub="another"), query={"state": query_of(url)["state"], "iss": "https://evil.example"})
    is_refused(foreign, 403, DENIED)
    assert reasons(hack)[0] == "the answer is of another issuer"


@pytest.mark.proves("hacksystem", "GET /oauth/{provider}/init", "GET /oauth/{provider}/continue")
def test_a_second_provider_is_a_row(hack, provider):
    other = Provider()
    other.auth = "basic"  # what one that is not known by name gets
    try:
        knows(hack, other, name="example-id", **STRICT)
        url = begin(hack, path="/oauth/example-id/init")
        code = other.lets_in(url, sub="subject-of-ann", email="eve@example.org")
        state = {"state": query_of(url)["state"]}
        is_refused(finish(hack, code, query=state), 403, DENIED)  # at LinkedIn's door
        answer = finish(hack, code, path="/oauth/example-id/continue", query=state)
        assert answer.status == 200 and answer.body["email"] == "eve@example.org"
        assert sign_in(hack, provider).body["email"] == "ann@example.org"  # the same subject of another issuer
        is_refused(hack.get("/oauth/nobody/init", query={"redirect_uri": CALLBACK}), 404, NOWHERE)
        by_its_name = begin(hack, path="/oauth/linkedin/init")
        assert finish(hack, provider.lets_in(by_its_name), query={"state": query_of(by_its_name)["state"]}).status == 200
    finally:
        other.close()


def test_a_changed_issuer_finds_none_of_the_former_people(hack, provider):
    assert sign_in(hack, provider).status == 200
    other = Provider()
    try:
        knows(hack, other)
        is_refused(sign_in(hack, other), 403, DENIED)
        assert reasons(hack)[0] == "address has an account, which is not linked"
    finally:
        other.close()


# ---- state, codes and redirect addresses ----


def test_a_state_is_spent_once_whatever_comes_of_it(hack, provider):
    url = begin(hack)
    state = {"state": query_of(url)["state"]}
    code, other = provider.lets_in(url), provider.lets_in(url)
    is_refused(finish(hack, "no such code", query=state), 403, DENIED)
    is_refused(finish(hack, code, query=state), 403, DENIED, "This sign-in is unknown, over, or was begun elsewhere.")
    url = begin(hack)
    state = {"state": query_of(url)["state"]}
    assert finish(hack, provider.lets_in(url), query=state).status == 200
    is_refused(finish(hack, other, query=state), 403, DENIED)
    assert reasons(hack) == ["sign-in was finished before", "account made", "sign-in was finished before", "the provider refuses the code"]


def test_forged_and_foreign_states_are_refused(hack, provider):
    hack.has_app("other", dialects=["hacksystem"])
    knows(hack, provider, app="other")
    ours = "/api:hack" + CONTINUE
    url, elsewhere = (begin(hack, path=f"/api:{name}{INIT}") for name in ("hack", "other"))
    state, foreign = query_of(url)["state"], query_of(elsewhere)["state"]
    code = provider.lets_in(url)
    changed = state[:-1] + ("A" if state[-1] != "A" else "B")
    for tried, reason in (("x", "no such sign-in"), (changed, "no such sign-in"), (state + "A", "no such sign-in"),
                          (state[:-1], "no such sign-in"), (foreign, "state is of another app or provider")):
        is_refused(finish(hack, code, path=ours, query={"state": tried}), 403, DENIED)
        assert reasons(hack)[0] == reason, tried
    is_refused(finish(hack, code, redirect_uri=OTHER_CALLBACK, path=ours, query={"state": state}), 403, DENIED)
    assert reasons(hack)[0] == "state is of another redirect address"
    assert provider.asked == []
    assert finish(hack, code, path=ours, query={"state": state}).status == 200  # nothing of it was spent


def test_a_state_does_not_live_for_ever(hack, provider):
    url = begin(hack)
    hack.sql("UPDATE sign_in SET expires_at = 1")
    is_refused(finish(hack, provider.lets_in(url), query={"state": query_of(url)["state"]}), 403, DENIED)
    assert reasons(hack)[0] == "sign-in took too long"


def test_a_foreign_code_is_of_no_use(hack, provider):
    """By the nonce, or by the code verifier, where the provider has them; with a state of one's own."""
    for settings in ({"pkce": "on"}, {"nonce": "optional"}, {"nonce": "required"}):
        knows(hack, provider, **{"pkce": "off", "nonce": "optional", **settings})
        code = provider.lets_in(begin(hack))
        is_refused(finish(hack, code, query={"state": query_of(begin(hack))["state"]}), 403, DENIED)
        assert reasons(hack)[0] in ("the provider refuses the code", "the ID token is of another sign-in (nonce)")
    assert accounts(hack) == []


def test_a_code_is_of_use_once(hack, provider):
    url, again = begin(hack), begin(hack)
    code = provider.lets_in(url)
    assert finish(hack, code, query={"state": query_of(url)["state"]}).status == 200
    is_refused(finish(hack, code, query={"state": query_of(again)["state"]}), 403, DENIED)


def test_who_sends_no_state_means_the_newest_sign_in_of_the_same_network(hack, provider):
    first = sign_in(hack, provider, with_state=False)
    assert first.status == 200
    is_refused(finish(hack, "a code"), 403, DENIED)
    assert reasons(hack)[0] == "no sign-in waits without a state"
    url = begin(hack)
    code = provider.lets_in(url)
    is_refused(finish(hack, code, redirect_uri=OTHER_CALLBACK), 403, DENIED)
    hack.sql("UPDATE sign_in SET network = network + 1")
    is_refused(finish(hack, code), 403, DENIED)
    hack.sql("UPDATE sign_in SET network = network - 1")
    assert finish(hack, code).status == 200
    for _ in range(3):
        begin(hack)
    url = begin(hack)
    assert finish(hack, provider.lets_in(url)).status == 200
    # Without a nonce and a verifier any waiting row will do, and each is spent once.
    provider.sends_nonce = False
    codes = [provider.lets_in(url) for _ in range(4)]
    assert [finish(hack, code).status for code in codes] == [200, 200, 200, 403]


def test_state_can_be_required(hack, provider):
    knows(hack, provider, state="required")
    url = begin(hack)
    code = provider.lets_in(url)
    is_refused(finish(hack, code), 403, DENIED)
    assert reasons(hack)[0] == "state is missing"
    assert finish(hack, code, query={"state": query_of(url)["state"]}).status == 200


@pytest.mark.sqlite  # what a provider says knows no engine
@pytest.mark.parametrize("uri", [CALLBACK + "/", CALLBACK + "?x", CALLBACK.upper(), "https://hack.example/welcome/../x", "https://evil.example/",
                                 CALLBACK + " " + OTHER_CALLBACK, "https://hack.example", "javascript:alert(1)", CALLBACK.replace("https", "http"),
                                 "//hack.example/welcome", "/\\hack.example/welcome", "\t//hack.example/welcome", "https:hack.example/welcome",
                                 "https://hack.example@evil.example/welcome", "https://hack.example%2f@evil.example/welcome", "https://hack.example\u3002evil.example/welcome",
                                 "https://hack.example.evil.example/welcome", CALLBACK + "%00", CALLBACK + "#", " " + CALLBACK, CALLBACK + "\n"])
def test_only_the_redirect_addresses_of_the_row_are_taken(hack, uri):
    is_refused(hack.get(INIT, query={"redirect_uri": uri}), 400, INPUT, "Invalid redirect_uri.")
    is_refused(finish(hack, "a code", redirect_uri=uri), 400, INPUT, "Invalid redirect_uri.")


def test_a_missing_member_is_named(hack):
    for path, query, name in ((INIT, {}, "redirect_uri"), (INIT, {"redirect_uri": ""}, "redirect_uri"), (CONTINUE, {"code": "x"}, "redirect_uri"),
                              (CONTINUE, {"redirect_uri": CALLBACK}, "code"), (CONTINUE, {"redirect_uri": CALLBACK, "code": ""}, "code")):
        answer = hack.get(path, query=query)
        is_refused(answer, 400, INPUT, f"Missing param: {name}")
        assert answer.body["payload"] == {"param": name}


def test_a_member_twice_is_refused(hack, provider):
    url = begin(hack)
    good = [("code", provider.lets_in(url)), ("redirect_uri", CALLBACK), ("state", query_of(url)["state"])]
    for extra in [*([pair] for pair in good), [("error", "x"), ("error", "y")]]:
        is_refused(hack.get(CONTINUE + "?" + urllib.parse.urlencode([*good, *extra])), 400, INPUT)
        is_refused(hack.get("/oauth/linkedin/continue?" + urllib.parse.urlencode([*good, *extra])), 400, INPUT)
    is_refused(hack.get("/oauth/linkedin/continue?" + urllib.parse.urlencode([*good, ("provider", "other")])), 400, INPUT)
    is_refused(hack.get(INIT, query={"redirect_uri": CALLBACK, "provider": "other"}), 400, INPUT)
    assert hack.get(CONTINUE + "?" + urllib.parse.urlencode(good)).status == 200


def test_what_else_comes_back_with_a_person_changes_nothing(hack, provider):
    url = begin(hack)
    answer = finish(hack, provider.lets_in(url), query={"state": query_of(url)["state"], "account_id": "1", "terms": "1", "provider": "other",
                                                        "email": "eve@evil.example", "scope": "openid", "session_state": "x"})
    assert answer.status == 200 and answer.body["email"] == "ann@example.org"


def test_an_app_without_the_provider_has_no_such_call(hack):
    hack.command("provider", "remove", "linkedin", "--app", "hack")
    for path, query in ((INIT, {}), (CONTINUE, {"code": "x"})):
        is_refused(hack.get(path, query={"redirect_uri": CALLBACK, **query}), 404, NOWHERE)
    assert reasons(hack) == ["no such provider"]


def test_who_says_no_at_the_provider_is_told_so(hack, provider):
    url = begin(hack)
    state = query_of(url)["state"]
    said = {"redirect_uri": CALLBACK, "error": "user_cancelled_login", "error_description": "The user cancelled", "state": state}
    is_refused(hack.get(CONTINUE, query=said), 403, DENIED)
    assert reasons(hack) == ["the provider or the person said no"] and provider.asked == []
    is_refused(finish(hack, provider.lets_in(url), query={"state": state}), 403, DENIED)


# ---- ID tokens ----

HEADER = {"typ": "JWT", "kid": "rsa"}


def sign(key, algorithm="RS256", **header):
    return lambda claims: jwt.encode(claims, key, algorithm, headers={"kid": "rsa", **header})


# What is wrong: how it is made so, and what the trail says.
TOKENS = {
    "of another issuer": ({"claims": lambda claims: {**claims, "iss": "https://evil.example"}}, "the ID token is of another issuer"),
    "of an issuer with a slash more": ({"claims": lambda claims: {**claims, "iss": claims["iss"] + "/"}}, "the ID token is of another issuer"),
    "of no issuer": ({"claims": lambda claims: without(claims, "iss")}, "the ID token is of another issuer"),
    "for another client": ({"claims": lambda claims: {**claims, "aud": "another"}}, "the ID token is for another client"),
    "for nobody": ({"claims": lambda claims: without(claims, "aud")}, "the ID token is for another client"),
    "for several, of another party": ({"claims": lambda claims: {**claims, "aud": [CLIENT, "another"], "azp": "another"}}, "the ID token is for another client"),
    "for several, of no party": ({"claims": lambda claims: {**claims, "aud": [CLIENT, "another"]}}, "the ID token is for another client"),
    "expired": ({"claims": lambda claims: {**claims, "exp": claims["iat"] - 61}}, "the ID token has expired"),
    "without an end": ({"claims": lambda claims: without(claims, "exp")}, "the ID token does not say when it was made and expires"),
    "without a beginning": ({"claims": lambda claims: without(claims, "iat")}, "the ID token does not say when it was made and expires"),
    "of the future": ({"claims": lambda claims: {**claims, "iat": claims["iat"] + 3600, "exp": claims["iat"] + 7200}}, "the ID token is of the future"),
    "of another nonce": ({"claims": lambda claims: {**claims, "nonce": "another"}}, "the ID token is of another sign-in (nonce)"),
    "of a nonce that is no text": ({"claims": lambda claims: {**claims, "nonce": 1}}, "the ID token is of another sign-in (nonce)"),
    "without a subject": ({"claims": lambda claims: without(claims, "sub")}, "the ID token's claims cannot be read"),
    "of a subject that is no text": ({"claims": lambda claims: {**claims, "sub": 12}}, "the ID token's claims cannot be read"),
    "unsigned": ({"sign": lambda claims: unsigned(claims, {**HEADER, "alg": "none"})}, "the ID token is not signed by RS256 or ES256"),
    "unsigned in other letters": ({"sign": lambda claims: unsigned(claims, {**HEADER, "alg": "nOnE"})}, "the ID token is not signed by RS256 or ES256"),
    "said to be signed": ({"sign": lambda claims: unsigned(claims, {**HEADER, "alg": "RS256"})}, "the ID token's signature is wrong"),
    "signed by the public key": ({"sign": lambda claims: signed_by_public_key(claims, "rsa")}, "the ID token is not signed by RS256 or ES256"),
    "signed by another algorithm": ({"sign": sign(RSA_KEY, "PS256")}, "the ID token is not signed by RS256 or ES256"),
    "signed by another key": ({"sign": sign(OTHER_KEY)}, "the ID token's signature is wrong"),
    "signed by a key of another kind": ({"sign": sign(EC_KEY, "ES256")}, "the ID token's signature is wrong"),
    "signed by a key that it brings": ({"sign": sign(OTHER_KEY, jwk=public_jwk(OTHER_KEY, "rsa"))}, "the ID token's signature is wrong"),
    "signed by a key that it tells the place of": ({"sign": sign(OTHER_KEY, jku="http://127.0.0.1:1/keys")}, "the ID token's signature is wrong"),
    "of an unknown key": ({"sign": sign(OTHER_KEY, kid="new")}, "the ID token is of no key of the provider"),
    "of a shared key": ({"sign": lambda claims: jwt.encode(claims, b"\0\0\0", "HS256", headers={"kid": "rsa"})}, "the ID token is not signed by RS256 or ES256"),
    "of a key without a name": ({"sign": lambda claims: jwt.encode(claims, RSA_KEY, "RS256")}, "the ID token names no key"),
    "with an extension": ({"sign": sign(RSA_KEY, crit=["exp"])}, "the ID token has an extension"),
    "an access token": ({"sign": sign(RSA_KEY, typ="at+jwt")}, "the token is of another type"),
    "no token": ({"sign": lambda claims: "gibberish"}, "the ID token cannot be read"),
    "cut off": ({"sign": lambda claims: sign(RSA_KEY)(claims)[:-20]}, "the ID token's signature is wrong"),
}


def without(claims, name):
    return {key: value for key, value in claims.items() if key != name}


@pytest.mark.sqlite  # what a provider says knows no engine
@pytest.mark.parametrize("name", TOKENS)
def test_an_id_token_is_refused_that_is(hack, provider, name):
    twist, reason = TOKENS[name]
    assert sign_in(hack, provider, sub="somebody-else", email="bob@example.org").status == 200  # the keys are known
    for what, how in twist.items():
        setattr(provider, what, how)
    is_refused(sign_in(hack, provider), 403, DENIED, "The provider does not vouch for this sign-in.")
    assert reasons(hack)[0] == reason and accounts(hack) == ["bob@example.org"]


def test_a_provider_that_gives_the_nonce_back_has_to_do_so(hack, provider):
    provider.sends_nonce = False
    assert sign_in(hack, provider).status == 200
    knows(hack, provider, nonce="required")
    is_refused(sign_in(hack, provider), 403, DENIED)
    assert reasons(hack)[0] == "the ID token has no nonce"


@pytest.mark.sqlite  # what a provider says knows no engine
def test_a_new_key_of_the_provider_is_found_but_not_at_every_beck(hack, provider):
    assert sign_in(hack, provider).status == 200 and provider.count("/keys") == 1
    provider.keys = {"newer": OTHER_KEY}
    provider.sign = sign(OTHER_KEY, kid="newer")
    assert sign_in(hack, provider).status == 200 and provider.count("/keys") == 2
    provider.sign = sign(OTHER_KEY, kid="made up")
    for _ in range(3):
        is_refused(sign_in(hack, provider), 403, DENIED)
    assert provider.count("/keys") == 2


@pytest.mark.sqlite  # what a provider says knows no engine
def test_a_key_that_is_too_short_is_no_key(hack, provider):
    provider.keys = {"rsa": WEAK_KEY}
    provider.sign = sign(WEAK_KEY)
    is_refused(sign_in(hack, provider), 503, FATAL, "The provider does not answer as it should. Please begin again.")
    assert reasons(hack)[0] == "the provider's keys cannot be used"


# ---- what a page may hand on ----


def test_what_is_empty_is_not_there(hack, provider):
    is_refused(hack.get(INIT, query={"redirect_uri": ""}), 400, INPUT)
    code = provider.lets_in(begin(hack))
    for query in ({"code": ""}, {"redirect_uri": ""}, {"code": "", "error": ""}):
        is_refused(hack.get(CONTINUE, query={"code": code, "redirect_uri": CALLBACK, **query}), 400, INPUT)
    is_refused(hack.get(CONTINUE, query={"error": "", "redirect_uri": CALLBACK}), 400, INPUT)
    assert finish(hack, code, query={"state": "", "error": "", "error_description": ""}).status == 200


def test_what_else_a_provider_sends_along_is_passed_over(hack, provider):
    url = begin(hack)
    more = {"scope": "openid", "session_state": "x", "authuser": "0", "prompt": "none", "error_uri": "https://id.example/why"}
    assert finish(hack, provider.lets_in(url), query={"state": query_of(url)["state"], **more}).status == 200
    answer = hack.get(CONTINUE, query={"error": "access_denied", "redirect_uri": CALLBACK, "state": query_of(begin(hack))["state"], **more})
    is_refused(answer, 403, DENIED)
    is_refused(hack.get(INIT, query={"redirect_uri": CALLBACK, **more}), 400, INPUT)


# ---- what a provider may do instead of answering ----

JSON = {"Content-Type": "application/json"}


def slowly(handler):
    time.sleep(20)


def drops(handler):
    handler.connection.close()


ANSWERS = {
    "fails": ((500, JSON, b"{}"), 503, "the provider answers with a failure"),
    "is overloaded": ((429, JSON, b"{}"), 503, "the provider answers with a failure"),
    "redirects": ((302, {"Location": "http://127.0.0.1:1/"}, b""), 503, "the provider answers with a redirect"),
    "redirects with the method": ((307, {"Location": "/token2"}, b""), 503, "the provider answers with a redirect"),
    "refuses the client": ((401, JSON, b'{"error": "invalid_client"}'), 503, "the provider refuses our client"),
    "refuses the client otherwise": ((400, JSON, b'{"error": "unauthorized_client"}'), 503, "the provider refuses our client"),
    "refuses the code": ((400, JSON, b'{"error": "invalid_request"}'), 403, "the provider refuses the code"),
    "says nothing": ((200, JSON, b""), 503, "the provider's answer cannot be understood"),
    "says what is no JSON": ((200, {"Content-Type": "text/html"}, b"<html>"), 503, "the provider's answer cannot be understood"),
    "says what is cut off": ((200, JSON, b'{"access_token": "x'), 503, "the provider's answer cannot be understood"),
    "says it in a list": ((200, JSON, b"[1]"), 503, "the provider's answer cannot be understood"),
    "nests deep": ((200, JSON, b'{"a":' * 20000 + b"1" + b"}" * 20000), 503, "the provider's answer is too long"),
    "nests deep enough": ((200, JSON, b'{"a":' * 5000 + b"1" + b"}" * 5000), 503, "the provider's answer cannot be understood"),
    "gives no ID token": ((200, JSON, b'{"access_token": "x", "token_type": "Bearer"}'), 503, "the provider gives no ID token"),
    "says too much": ((200, JSON, b'{"access_token": "' + b"x" * 70000 + b'"}'), 503, "the provider's answer is too long"),
    "says more than it announced": ((200, {**JSON, "Content-Length": "10000000"}, b"{}"), 503, None),
    "has long headers": ((200, {f"X-{n}": "x" * 1000 for n in range(30)}, b"{}"), 503, "the provider's answer is too long"),
    "hangs up": (drops, 503, "the connection to the provider broke"),
    "takes too long": (slowly, 503, "the provider took too long"),
}


@pytest.mark.sqlite  # what a provider says knows no engine
@pytest.mark.parametrize("name", ANSWERS)
def test_a_provider_that(hack, provider, name):
    provider.answers["/token"], status, reason = ANSWERS[name]
    is_refused(sign_in(hack, provider), status, FATAL if status == 503 else DENIED)
    if reason:
        assert reasons(hack)[0] == reason
    if status == 503:
        assert "sign-in by linkedin of app hack: " in hack.stderr()
    provider.answers.clear()
    assert sign_in(hack, provider).status == 200


@pytest.mark.sqlite  # what a provider says knows no engine
def test_keys_and_user_info_that_cannot_be_had_are_the_providers_fault(hack, provider):
    for path, answer, status, reason in (
            ("/keys", (404, JSON, b"{}"), 503, "the provider does not give its keys"),
            ("/keys", (200, JSON, b'{"keys": []}'), 503, "the provider's keys cannot be used"),
            ("/keys", (200, JSON, b'{"keys": [{"kty": "RSA", "kid": "rsa", "n": "!", "e": "AQAB"}, 7, null]}'), 503, "the provider's keys cannot be used"),
            ("/me", (500, JSON, b"{}"), 503, "the provider does not give the user info"),
            ("/me", (200, JSON, b"[]"), 503, "the provider's user info cannot be read"),
            ("/me", (200, JSON, b'{"sub": "somebody-else"}'), 403, "the user info is of another subject")):
        provider.answers = {path: answer}
        is_refused(sign_in(hack, provider), status, FATAL if status == 503 else DENIED)
        assert reasons(hack)[0] == reason
    assert accounts(hack) == []


@pytest.mark.sqlite  # what a provider says knows no engine
def test_slow_providers_do_not_keep_others_waiting(hack, provider):
    hack.has_account("bob@example.org", app="hack")
    waiting = threading.Event()
    provider.answers["/token"] = lambda handler: waiting.wait(10) and None
    urls = [begin(hack) for _ in range(12)]
    answers = []
    threads = [threading.Thread(target=lambda url=url: answers.append(finish(hack, "code", query={"state": query_of(url)["state"]}).status))
               for url in urls]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + 20
    while len(answers) < 4 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert answers == [503] * 4  # there is no ninth turn
    began = time.monotonic()
    assert hack.hack_log_in("bob@example.org").status == 200 and time.monotonic() - began < 5
    waiting.set()
    for thread in threads:
        thread.join()
    assert len(answers) == 12


@pytest.mark.sqlite  # what a provider says knows no engine
def test_a_certificate_that_is_not_trusted_is_no_providers(make_rekey, certificates):
    provider = Provider(server_context(certificates))
    try:
        for trusted in (None, certificates / "ca.pem"):
            rekey = make_rekey({"outbound.ca_file": trusted}).start()
            rekey.has_app("hack", dialects=["hacksystem"])
            knows(rekey, provider)
            answer = sign_in(rekey, provider)
            assert answer.status == (200 if trusted else 503), answer.raw
            assert reasons(rekey) == ["account made" if trusted else "the provider's certificate is not trusted"]
            knows(rekey, provider, **{name: value.replace("127.0.0.1", "127.0.0.2") for name, value in provider.settings().items() if name == "token_url"})
            is_refused(sign_in(rekey, provider), 503, FATAL)
    finally:
        provider.close()


# ---- who it is ----


def test_an_address_that_has_an_account_is_never_linked_to(hack, provider):
    hack.has_account("ann@example.org", app="hack")
    for verified in (True, False):
        answer = sign_in(hack, provider, email="Ann@EXAMPLE.org", email_verified=verified)
        is_refused(answer, 403, DENIED, hack.message("user_exist", "hack")["message"])
    assert reasons(hack) == ["address has an account, which is not linked"] * 2
    assert hack.hack_log_in("ann@example.org").status == 200 and not hack.sql("SELECT id FROM identity")


def test_without_an_address_there_is_no_account(hack, provider):
    for person in ({"email": None}, {"email": ""}, {"email": "no address"}, {"email": "ann@example.org\r\nBcc: eve@example.org"}):
        is_refused(sign_in(hack, provider, **person), 403, DENIED)
        assert reasons(hack)[0] == "the provider gives no address"
    assert accounts(hack) == []


def test_a_disabled_account_stays_outside(hack, provider):
    assert sign_in(hack, provider).status == 200
    hack.command("account", "disable", "ann@example.org", "--app", "hack")
    is_refused(sign_in(hack, provider), 403, DENIED)
    assert reasons(hack)[0] == "account is disabled"
    hack.command("account", "enable", "ann@example.org", "--app", "hack")
    assert sign_in(hack, provider).status == 200


def test_an_app_that_takes_no_new_people_takes_none_by_a_provider(hack, provider):
    assert sign_in(hack, provider).status == 200
    hack.sets_app("hack", sign_up="closed")
    is_refused(sign_in(hack, provider, sub="another", email="bob@example.org"), 403, DENIED)
    assert sign_in(hack, provider).status == 200


def test_a_removed_account_is_forgotten_and_can_come_anew(hack, provider):
    assert sign_in(hack, provider).status == 200
    hack.command("account", "remove", "ann@example.org", "--app", "hack")
    assert sign_in(hack, provider).status == 200 and reasons(hack)[0] == "account made"


def test_whoever_reads_the_mail_is_the_owner_of_an_unverified_address(hack, provider):
    """Who signed in first with somebody else's address does not stay in the house when its owner comes."""
    assert sign_in(hack, provider, email_verified=False).status == 200
    assert hack.get("/reset/password", query={"email": "ann@example.org"}).status == 200
    code = secret_in(hack.mail_to("ann@example.org"))
    assert hack.post("/reset/password", code=code, password=NEW_PASSWORD).status == 200
    is_refused(sign_in(hack, provider, email_verified=False), 403, DENIED)
    assert sign_in(hack, provider, sub="bob", email="bob@example.org").status == 200
    assert hack.get("/reset/password", query={"email": "bob@example.org"}).status == 200
    code = secret_in(hack.mail_to("bob@example.org"))
    assert hack.post("/reset/password", code=code, password=NEW_PASSWORD).status == 200
    assert sign_in(hack, provider, sub="bob", email="bob@example.org").status == 200


def test_whoever_asks_for_the_verification_link_is_the_owner_too(hack, provider):
    """The link sets a password, so that no password, session or sign-in of who came first outlives the proof."""
    hack.sets_app("hack", **{"dialects+": "account"})
    assert sign_in(hack, provider, email_verified=False).status == 200
    session = hack.post("/auth/signup", email="bob@example.org", password="the attacker's").body["authToken"]
    for address in ("ann@example.org", "bob@example.org"):
        assert hack.put("/api/v1/account/verification", email=address).status == 202
        token = token_in(hack.mail_to(address))
        assert hack.put("/api/v1/account/verification", token=token).status == 410
        assert hack.put("/api/v1/account/password", token=token, new=NEW_PASSWORD).status == 204
    is_refused(sign_in(hack, provider, email_verified=False), 403, DENIED)
    assert hack.get("/auth/user", bearer=session).status == 401
    assert hack.post("/auth/login", email="bob@example.org", password="the attacker's").status == 400
    assert hack.post("/auth/login", email="bob@example.org", password=NEW_PASSWORD).status == 200


def test_who_the_operator_links_stays_linked_when_they_prove_their_address(hack, provider):
    hack.sets_app("hack", sign_up="open")
    assert hack.post("/auth/signup", email="ann@example.org", password="my own horse").status == 200
    hack.command("provider", "link", "linkedin", "ann@example.org", "ann-at-linkedin", "--app", "hack")
    assert hack.get("/reset/password", query={"email": "ann@example.org"}).status == 200
    code = secret_in(hack.mail_to("ann@example.org"))
    assert hack.post("/reset/password", code=code, password=NEW_PASSWORD).status == 200
    assert sign_in(hack, provider, sub="ann-at-linkedin").status == 200 and accounts(hack) == ["ann@example.org"]


def test_the_same_new_person_twice_at_once_is_one_account(hack, provider):
    urls = [begin(hack) for _ in range(6)]
    answers = []
    threads = [threading.Thread(target=lambda code=provider.lets_in(url), url=url: answers.append(
        finish(hack, code, query={"state": query_of(url)["state"]}).status)) for url in urls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == [200] * 6 and accounts(hack) == ["ann@example.org"]


def test_the_session_is_one_like_any_other(hack, provider):
    hack.sets_app("hack", **{"dialects+": "account"})
    token = sign_in(hack, provider).body["token"]
    told = hack.get("/api/v1/account", bearer=token)
    assert told.status == 200 and told.body["email"] == "ann@example.org"
    hack.command("account", "disable", "ann@example.org", "--app", "hack")
    assert hack.get("/api/v1/account", bearer=token).status == 401


# ---- the operator ----


def test_a_secret_is_kept_sealed_and_shown_to_nobody(hack, provider):
    for words in (("provider", "list", "--app", "hack"), ("provider", "show", "linkedin", "--app", "hack")):
        assert CLIENT_SECRET not in hack.command(*words, "--json") and CLIENT_SECRET not in hack.command(*words)
    for row in hack.sql("SELECT sealed_secret FROM provider"):
        assert CLIENT_SECRET.encode() not in bytes(row[0])
    assert sign_in(hack, provider).status == 200
    assert CLIENT_SECRET not in hack.stderr()


@pytest.mark.sqlite  # what a provider says knows no engine
@pytest.mark.parametrize("words", [
    ("issuer=http://id.example",), ("issuer=",), ("client_id=",), ("token_url=ftp://127.0.0.1/",), ("token_url=https://user@id.example/",), ("keys_url=/keys",),
    ("keys_url=http://10.0.0.1/keys",), ("authorization_url=https://id.example/#",), ("user_info_url=http://localhost.evil.example/",), ("redirect_uris=http://hack.example/",), ("redirect_uris=https://*.example/",),
    ("redirect_uris=https://hack.example/#here",), ("redirect_uris+=,",), ("scopes=profile email",), ("scopes=",), ("pkce=yes",), ("nonce=off",), ("state=no",),
    ("client_authentication=jwt",), ("nothing=1",), ("name=other",), ("pkce",), ("client_id=a\nb",), ("redirect_uris=" + ",".join(f"https://hack.example/{n}" for n in range(17)),)])
def test_a_setting_that_cannot_be_changes_nothing(hack, words):
    before = hack.command("provider", "show", "linkedin", "--app", "hack")
    assert hack.run("provider", "set", "linkedin", "client_id=changed", *words, "--app", "hack").returncode == 1
    assert hack.command("provider", "show", "linkedin", "--app", "hack") == before


@pytest.mark.sqlite  # what a provider says knows no engine
def test_a_provider_that_is_not_known_by_name_has_to_be_told_whole(hack, provider):
    for missing in ("issuer", "client_id", "authorization_url", "token_url", "keys_url"):
        words = [f"{key}={value}" for key, value in provider.settings().items() if key != missing]
        assert hack.run("provider", "set", "other", *words, "--app", "hack").returncode == 1, missing
    refused = hack.run("provider", "set", "other", "client_id=x", "--app", "hack")
    assert "issuer" in refused.stderr and "no such setting" not in refused.stderr
    assert hack.run("provider", "show", "other", "--app", "hack").returncode == 1
    assert hack.run("provider", "set", "No Name", "client_id=x", "--app", "hack").returncode == 1


def test_redirect_addresses_are_a_list(hack):
    def redirects():
        return hack.command_json("provider", "show", "linkedin", "--app", "hack")["redirect_uris"]

    hack.command("provider", "set", "linkedin", "redirect_uris+=http://localhost:3000/x,https://hack.example/welcome", "--app", "hack")
    assert redirects() == [CALLBACK, OTHER_CALLBACK, "http://localhost:3000/x"]
    hack.command("provider", "set", "linkedin", f"redirect_uris-={OTHER_CALLBACK}", "--app", "hack")
    assert redirects() == [CALLBACK, "http://localhost:3000/x"]
    hack.command("provider", "set", "linkedin", "redirect_uris=", "--app", "hack")
    assert redirects() == []
    is_refused(hack.get(INIT, query={"redirect_uri": CALLBACK}), 400, INPUT)


def test_the_operator_may_say_who_is_who(hack, provider):
    hack.has_account("ann@example.org", app="hack")
    is_refused(sign_in(hack, provider), 403, DENIED)
    hack.command("provider", "link", "linkedin", "ann@example.org", "subject-of-ann", "--app", "hack")
    assert sign_in(hack, provider).body["email"] == "ann@example.org"
    assert [(one["subject"], one["email"]) for one in hack.command_json("provider", "people", "linkedin", "--app", "hack")] == [
        ("subject-of-ann", "ann@example.org")]
    hack.has_account("bob@example.org", app="hack")
    for words in (("bob@example.org", "subject-of-ann"), ("bob@example.org", "no subject"), ("bob@example.org", ""), ("nobody@example.org", "x")):
        assert hack.run("provider", "link", "linkedin", *words, "--app", "hack").returncode == 1, words
    assert hack.run("provider", "link", "other", "bob@example.org", "x", "--app", "hack").returncode == 1
    hack.command("provider", "unlink", "linkedin", "ann@example.org", "--app", "hack")
    assert hack.run("provider", "unlink", "linkedin", "ann@example.org", "--app", "hack").returncode == 1
    is_refused(sign_in(hack, provider), 403, DENIED)
    assert hack.hack_log_in("ann@example.org").status == 200


def test_an_app_takes_its_providers_along_when_it_goes(hack, provider):
    assert sign_in(hack, provider).status == 200
    begin(hack)
    hack.command("app", "remove", "hack", "--yes")
    for table in ("provider", "sign_in", "identity"):
        assert not hack.sql(f"SELECT id FROM {table}"), table
