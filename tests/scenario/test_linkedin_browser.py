# SPDX-License-Identifier: Apache-2.0
"""Signing in by LinkedIn as a person does it in Chromium: an application's page, Rekey, and oidc-provider as LinkedIn."""

import http.server
import json
import os
import pathlib
import shutil
import subprocess
import threading

import pytest
from playwright.sync_api import expect, sync_playwright
from server import NO_LIMITS

SETTINGS = NO_LIMITS
HERE = pathlib.Path(__file__).parent
NODE_MODULES = os.environ.get("REKEY_NODE_MODULES") or HERE.parent.parent / "build-test" / "node" / "node_modules"
# The application: two calls, and what it keeps of the state between them (docs/linkedin.md).
PAGE = """<!doctype html><meta charset="utf-8"><title>An application</title><main></main><button>Sign in with LinkedIn</button>
<script>
const rekey = REKEY, here = location.origin + "/welcome", asked = new URLSearchParams(location.search);
const say = (words) => { document.querySelector("main").textContent = words; };
const ask = async (path, query) => {
  const answer = await fetch(rekey + path + "?" + new URLSearchParams(query));
  return [answer.status, await answer.json()];
};
document.querySelector("button").onclick = async () => {
  const [, body] = await ask("/linkedin/init", { redirect_uri: here });
  sessionStorage.setItem("state", new URL(body.authUrl).searchParams.get("state"));
  location.assign(body.authUrl);
};
if (location.pathname === "/welcome") (async () => {
  if (asked.has("state") && asked.get("state") !== sessionStorage.getItem("state")) return say("this is not what I began");
  if (!WITH_STATE) asked.delete("state");
  asked.delete("iss");
  asked.set("redirect_uri", here);
  const [status, body] = await ask("/linkedin/continue", asked);
  say(status === 200 ? `Hello ${body.name}, ${body.email}, ${body.token.length}` : `${status} ${body.message}`);
})();
</script>"""


class Application:
    def __init__(self, rekey, with_state):
        page = PAGE.replace("REKEY", json.dumps(rekey.url)).replace("WITH_STATE", json.dumps(with_state)).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                self.send_response(200 if self.path.partition("?")[0] in ("/", "/welcome") else 404)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(page)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Provider:
    """oidc-provider, as npm gives it."""

    def __init__(self, **client):
        self.process = subprocess.Popen([shutil.which("node"), str(HERE.parent / "node" / "provider.mjs"), str(NODE_MODULES), json.dumps(client)],
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        self.issuer = self.process.stdout.readline().strip()
        assert self.issuer.startswith("http://127.0.0.1:"), self.process.stderr.read()

    def close(self):
        self.process.stdin.close()
        try:
            self.process.wait(10)
        finally:
            self.process.kill()


# As LinkedIn is, and as a provider that has all that OpenID Connect offers.
WAYS = {
    "lenient": ({"pkce": False, "alg": "RS256", "token_endpoint_auth_method": "client_secret_post"}, {}),
    "without a state": ({"pkce": False, "alg": "RS256", "token_endpoint_auth_method": "client_secret_post"}, {"pkce": "on"}),
    "strict": ({"pkce": True, "alg": "ES256", "token_endpoint_auth_method": "client_secret_basic"},
               {"pkce": "on", "nonce": "required", "state": "required", "client_authentication": "basic"}),
}


@pytest.fixture(params=WAYS)
def place(rekey, request):
    """(Rekey, the application's origin), with an app whose LinkedIn is oidc-provider."""
    of_provider, of_row = WAYS[request.param]
    application = Application(rekey, with_state=request.param != "without a state")
    secret = "a secret with + and % in it"
    provider = Provider(client_id="the-app", client_secret=secret, redirect_uris=[application.origin + "/welcome"], **of_provider)
    try:
        rekey.has_app("hack", dialects=["hacksystem"], origins=[application.origin])
        row = {"issuer": provider.issuer, "client_id": "the-app", "redirect_uris": application.origin + "/welcome",
               "authorization_url": provider.issuer + "/auth", "token_url": provider.issuer + "/token", "keys_url": provider.issuer + "/jwks",
               "user_info_url": provider.issuer + "/me", **of_row}
        rekey.command("provider", "set", "linkedin", *(f"{key}={value}" for key, value in row.items()), "--secret-stdin", stdin=secret + "\n")
        yield rekey, application.origin
    finally:
        provider.close()
        application.close()


@pytest.fixture
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("REKEY_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def open_application(chromium, origin):
    page = chromium.new_context().new_page()
    page.set_default_timeout(20_000)
    page.goto(origin + "/")
    return page


def goes_to_the_provider(page, name):
    page.get_by_role("button", name="Sign in with LinkedIn").click()
    page.get_by_placeholder("Enter any login").fill(name)
    page.get_by_placeholder("and password").fill("whatever")
    page.get_by_role("button", name="Sign-in").click()


def signs_in(page, name):
    goes_to_the_provider(page, name)
    page.get_by_role("button", name="Continue").click()


def reads(page, words):
    expect(page.locator("main")).to_contain_text(words, timeout=20_000)


def test_a_person_signs_in_comes_back_and_nobody_else_does(place, chromium):
    rekey, origin = place
    page = open_application(chromium, origin)
    signs_in(page, "ann")
    reads(page, "Hello Ann Example, ann@example.org, 43")
    page.reload()  # the same code and the same state once more
    reads(page, "403 This sign-in is unknown, over, or was begun elsewhere.")

    returning = open_application(chromium, origin)
    signs_in(returning, "ann")
    reads(returning, "Hello Ann Example, ann@example.org, 43")
    other = open_application(chromium, origin)
    signs_in(other, "bob")
    reads(other, "Hello Bob Example, bob@example.org, 43")
    assert [row["email"] for row in rekey.command_json("account", "list")] == ["ann@example.org", "bob@example.org"]

    refusing = open_application(chromium, origin)
    refusing.get_by_role("button", name="Sign in with LinkedIn").click()
    refusing.get_by_role("link", name="Cancel").click()
    reads(refusing, "403 The provider does not vouch for this sign-in.")

    lured = open_application(chromium, origin)  # with a link to somebody else's finished way back
    lured.goto(f"{origin}/welcome?code=a-code-of-another&state=a-state-of-another")
    reads(lured, "this is not what I began")
