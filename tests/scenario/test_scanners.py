# SPDX-License-Identifier: Apache-2.0
"""Twelve mail scanners, as gateways and mail programs have them: each looks at every kind of mailed link before its person does, in its
own way. Afterwards nothing has changed, and every link still does for its person what it was mailed for."""

import concurrent.futures
import contextlib
import http.client
import http.server
import os
import threading
import urllib.parse

import pytest
from attacks import SAME_ORIGIN, rows, settled
from playwright.sync_api import Error, sync_playwright
from server import NEW_PASSWORD, PASSWORD, PUBLIC_URL, link_in, path_of

pytestmark = pytest.mark.sqlite

OTHER = "another password of theirs"


def address(name):
    return f"{name}@example.org"


class Links:
    """One mailed link of each kind, and what it is for."""

    def __init__(self, rekey):
        self.rekey = rekey
        app = rekey.has_app("default", dialects=["account", "backtory"])
        for name in ("reset", "confirm", "change", "notme"):
            rekey.has_account(address(name), username=name, app="default")
        rekey.asks_for_reset(address("reset"))
        assert rekey.post("/auth/forgot-password", query={"username": "confirm"}, headers=rekey.backtory_headers(app)).status == 200
        assert rekey.post("/api/v1/accounts", email=address("verify"), password=PASSWORD).status == 202
        session = rekey.session_of("change")
        assert rekey.put("/api/v1/account/email", email=address("moved"), password=PASSWORD, bearer=session).status == 202
        assert rekey.put_password(old=PASSWORD, new=OTHER, bearer=rekey.session_of("notme")).status == 204
        self.all = {name: link_in(rekey.mail_to(address(mailbox))) for name, mailbox in
                    (("reset", "reset"), ("confirm", "confirm"), ("verify", "verify"), ("change", "moved"), ("notme", "notme"))}
        settled(rekey)

    def page(self, name):
        answer = self.rekey.open_link(self.all[name])
        assert answer.status == 200, (name, answer.status)
        return answer.page

    def work(self):
        """Each, for its person."""
        rekey = self.rekey
        at = {name: path_of(link).partition("?")[0] for name, link in self.all.items()}
        done = {
            "reset": rekey.submit(self.page("reset").form_with("new"), at=at["reset"], new=NEW_PASSWORD, confirm=NEW_PASSWORD),
            "confirm": rekey.submit(self.page("confirm").form_with("username"), at=at["confirm"], username="confirm"),
            "verify": rekey.submit(self.page("verify").form_with("address"), at=at["verify"], address=address("verify")),
            "change": rekey.submit(self.page("change").form_with("address"), at=at["change"], address=address("moved")),
            "notme": rekey.submit(self.page("notme").form_with("address"), at=at["notme"], address=address("notme")),
        }
        assert {name: answer.status for name, answer in done.items()} == dict.fromkeys(done, 200)
        assert rekey.can_log_in(address("reset"), NEW_PASSWORD) and rekey.can_log_in(address("verify"), PASSWORD)
        assert rekey.can_log_in(address("moved"), PASSWORD)
        assert rekey.mail_to(address("confirm"))


# ---- the scanners ----

AGENTS = ["Mozilla/5.0 (compatible; SafeLinks)", "GoogleImageProxy", "curl/8.5.0", ""]


def head(rekey, link):
    rekey.request("HEAD", path_of(link))


def get(rekey, link):
    assert rekey.open_link(link).status == 200


def prefetch(rekey, link):
    for headers in ({"Purpose": "prefetch"}, {"Sec-Purpose": "prefetch;prerender"}, {"X-Purpose": "preview"}, {"X-Moz": "prefetch"}):
        rekey.get(path_of(link), headers=headers)


def two_opens(rekey, link):
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda agent: rekey.get(path_of(link), headers={"User-Agent": agent}), AGENTS))
    assert [answer.status for answer in answers] == [200] * 4


def other_methods(rekey, link):
    for method in ("OPTIONS", "PROPFIND", "TRACE", "PUT", "DELETE"):
        assert rekey.request(method, path_of(link)).status >= 400 or method == "OPTIONS", method


def in_parts(rekey, link):
    for headers in ({"Range": "bytes=0-99"}, {"If-None-Match": "*"}, {"If-Modified-Since": "Mon, 30 Nov 2099 00:00:00 GMT"}, {"Accept": "image/*"}):
        assert rekey.get(path_of(link), headers=headers).status == 200, headers


def rewritten(rekey, link):
    """By a gateway that puts its own address around it, tells its name and adds parameters."""
    class Gateway(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(302)
            self.send_header("Location", urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)["url"][0])
            self.end_headers()

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Gateway) as gateway:
        threading.Thread(target=gateway.serve_forever, daemon=True).start()
        connection = http.client.HTTPConnection("127.0.0.1", gateway.server_port, timeout=20)
        connection.request("GET", "/?" + urllib.parse.urlencode({"url": link + "&data=05%7C02%7C&reserved=0&utm_source=mail"}))
        target = connection.getresponse().getheader("Location")
        connection.close()
        gateway.shutdown()
    answer = rekey.get(path_of(target), headers={"Referer": "https://safelinks.example/"})
    assert answer.status == 200


def crawler(rekey, link):
    """All links of the page, and theirs, as a search engine would; no forms."""
    seen, waiting = set(), [path_of(link)]
    while waiting and len(seen) < 30:
        path = waiting.pop()
        seen.add(path)
        answer = rekey.get(path)
        if answer.type != "text/html":
            continue
        for _, attributes in answer.page.tags:
            place = attributes.get("href") or attributes.get("src")
            target = urllib.parse.urljoin(PUBLIC_URL + path, place) if place else ""
            if target.startswith(PUBLIC_URL) and path_of(target) not in seen:
                waiting.append(path_of(target))


def empty_forms(rekey, link):
    """Every form as it stands, by its method; and once more with every field filled with the same word."""
    page = rekey.open_link(link).page
    at = path_of(link).partition("?")[0]
    for form in page.forms:
        if "lang" not in form.inputs:
            assert rekey.submit(form, at=at).status >= 400
            filled = {name: "scanner" for name, kind in form.types.items() if kind != "hidden"}
            assert rekey.submit(form, at=at, **filled).status >= 400


def bare_posts(rekey, link):
    """The token in every place that it might be read from."""
    token = urllib.parse.parse_qs(urllib.parse.urlsplit(link).query)["token"][0]
    path = path_of(link).partition("?")[0]
    for options in ({"query": {"token": token}}, {"form": {"token": token}}, {"json_value": {"token": token}}, {"query": {"token": token}, "form": {"token": token}},
                    {"multipart": {"token": token}}, {"form": {"token": token, "confirm": "on", "submit": "1"}}):
        for one in (path, "/password-reset/confirm", "/verify", "/verify/email", "/verify/not-me"):
            assert rekey.post(one, headers=SAME_ORIGIN, host="rekey.example", **options).status >= 400, (one, options)


# ---- with a browser ----

@contextlib.contextmanager
def chromium(rekey, *arguments):
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("REKEY_CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox", f"--host-resolver-rules=MAP rekey.example:80 127.0.0.1:{rekey.port}, MAP * ~NOTFOUND", *arguments])
        yield browser
        browser.close()


def goes(page, link):
    """Again where what was pressed before is still on its way and takes the page elsewhere."""
    for _ in range(4):
        with contextlib.suppress(Error):
            return page.goto(link)
        page.wait_for_timeout(300)
    return page.goto(link)


def sandbox(rekey, links):
    """A detonation chamber: it runs the scripts, presses every button, and submits every form, whatever the page says to that."""
    with chromium(rekey) as browser:
        for javascript in (True, False):
            context = browser.new_context(java_script_enabled=javascript)
            page = context.new_page()
            page.set_default_timeout(10_000)
            for link in links:
                goes(page, link)
                for number in range(page.locator("main button, main input[type=submit]").count()):
                    with contextlib.suppress(Error):  # hidden, or gone with what was before it
                        page.locator("main button, main input[type=submit]").nth(number).click(timeout=500)
                    page.wait_for_load_state()
                    goes(page, link)
                for number in range(page.locator("main form").count()):
                    goes(page, link)
                    if javascript:
                        page.evaluate("n => { const form = document.querySelectorAll('main form')[n]; form.noValidate = true; form.requestSubmit(); }", number)
                        page.wait_for_timeout(200)
                        page.wait_for_load_state()
                        goes(page, link)
                        with page.expect_navigation():
                            page.evaluate("n => HTMLFormElement.prototype.submit.call(document.querySelectorAll('main form')[n])", number)
            context.close()


def prerender(rekey, links):
    """A mail program that draws what may be opened next; and one that shows a link in a frame, or its picture."""
    with chromium(rekey) as browser:
        page = browser.new_context().new_page()
        page.goto(PUBLIC_URL + "/")
        for link in links:
            rules = '{"prefetch": [{"source": "list", "urls": [%s]}], "prerender": [{"source": "list", "urls": [%s]}]}' % (f'"{link}"', f'"{link}"')
            page.evaluate("""([link, rules]) => {
                const add = (tag, more) => document.head.append(Object.assign(document.createElement(tag), more));
                add('script', { type: 'speculationrules', textContent: rules });
                add('link', { rel: 'prefetch', href: link });
                add('link', { rel: 'prerender', href: link });
                new Image().src = link;
                return fetch(link, { method: 'HEAD' }).then(() => fetch(link));
            }""", [link, rules])
        page.wait_for_timeout(300)


SCANNERS = {
    "asks for the head alone": head,
    "opens": get,
    "prefetches": prefetch,
    "opens several times at once, as several programs": two_opens,
    "tries what the address takes": other_methods,
    "opens in parts, or if it is newer": in_parts,
    "opens by way of a gateway": rewritten,
    "follows every link": crawler,
    "submits every form as it stands": empty_forms,
    "sends the token by itself": bare_posts,
}
WITH_BROWSERS = {"runs scripts, presses every button and submits every form": sandbox, "draws the page beforehand": prerender}


def test_there_are_twelve():
    assert len({**SCANNERS, **WITH_BROWSERS}) == 12


@pytest.mark.parametrize("scanner", {**SCANNERS, **WITH_BROWSERS})
def test_nothing_has_changed_and_every_link_still_works_after_a_scanner_that(rekey, scanner):
    links = Links(rekey)
    before = rows(rekey)
    for name, link in links.all.items():
        if scanner in SCANNERS:
            SCANNERS[scanner](rekey, link)
            assert rows(rekey) == before, name
    if scanner in WITH_BROWSERS:
        WITH_BROWSERS[scanner](rekey, links.all.values())
    assert rows(rekey) == before
    links.work()
