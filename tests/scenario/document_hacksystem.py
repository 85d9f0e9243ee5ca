# SPDX-License-Identifier: Apache-2.0
"""What has to be there before an example of docs/api-hacksystem.md can be tried."""

from providers import CALLBACK, CLIENT_SECRET, Provider, query_of
from server import PASSWORD, secret_in

# The page's placeholders for what only an answer can give.
TOKEN, CODE = "wmh3ZcU7q0Jr1xK9tV5bYd2sLfEoN8aGpQ4uRiTzM6k", '"CODE"'
PROVIDERS_CODE, STATE, ISSUER = "CODE-OF-THE-PROVIDER", "STATE-OF-THE-SIGN-IN", "https://provider.example"
ANN = "ann@example.org"


def settle(rekey):
    """An app with its one user, who signed up there; nothing stands for a placeholder of every call."""
    rekey.has_app("default", dialects=["hacksystem"])
    rekey.command("content", "set", "app_structure/menu", "text=Menu")
    rekey.command("content", "set", "content_strings/welcome", "slug=home", "text=Hello")
    rekey.token = rekey.post("/auth/signup", email=ANN, password=PASSWORD).body["authToken"]
    return {}


def session(rekey):
    return {TOKEN: rekey.token}


def named_session(rekey):
    """The answer shows a name."""
    assert rekey.put("/user/profile", bearer=rekey.token, user={"name": "Ann"}).status == 200
    return session(rekey)


def code(rekey):
    assert rekey.get("/reset/password", query={"email": ANN}).status == 200
    return {CODE: f'"{secret_in(rekey.mail_to(ANN))}"'}


def provider(rekey, name):
    """One that answers, of this name; the test closes it."""
    made = Provider()
    rekey.lent.append(made)
    settings = (f"{key}={value}" for key, value in made.settings(client_authentication="post").items())
    rekey.command("provider", "set", name, *settings, "--secret-stdin", stdin=CLIENT_SECRET + "\n")
    return made


def come_back(rekey, name, path):
    """Somebody whom nobody knows yet has signed in there."""
    made = provider(rekey, name)
    url = rekey.get(path, query={"redirect_uri": CALLBACK}).body["authUrl"]
    code = made.lets_in(url, email="new@example.org")
    return {PROVIDERS_CODE: code, STATE: query_of(url)["state"], ISSUER: made.url}


def with_linkedin(rekey):
    provider(rekey, "linkedin")
    return {}


def with_another(rekey):
    provider(rekey, "acme")
    return {}


def nothing(_rekey):
    return {}


PREPARATIONS = {
    "GET /linkedin/init": with_linkedin,
    "GET /linkedin/continue": lambda rekey: come_back(rekey, "linkedin", "/linkedin/init"),
    "GET /oauth/{provider}/init": with_another,
    "GET /oauth/{provider}/continue": lambda rekey: come_back(rekey, "acme", "/oauth/acme/init"),
    "GET /reset/password": nothing,
    "POST /reset/password": code,
    "POST /auth/login": nothing,
    "POST /auth/signup": nothing,
    "GET /auth/user": named_session,
    "GET /content": nothing,
    "PUT /user/password": session,
    "PUT /user/profile": session,
    "POST /waitinglist": nothing,
}
