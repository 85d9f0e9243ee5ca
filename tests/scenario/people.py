# SPDX-License-Identifier: Apache-2.0
"""A person at the hosted pages, with a browser that keeps cookies and runs no scripts."""

import urllib.parse

from server import PASSWORD, PUBLIC_URL

HOST = urllib.parse.urlsplit(PUBLIC_URL).netloc
OURS = {"Origin": PUBLIC_URL, "Sec-Fetch-Site": "same-origin"}


class Person:
    def __init__(self, rekey, prefix="", **headers):
        self.rekey, self.prefix, self.headers, self.cookies = rekey, prefix, headers, {}

    def _keep(self, answer):
        for line in answer.headers.all("Set-Cookie"):
            name, _, rest = line.partition("=")
            value, *terms = [part.strip() for part in rest.split(";")]
            if "Max-Age=0" in terms:
                self.cookies.pop(name, None)
            else:
                self.cookies[name] = value
        return answer

    def _headers(self, more):
        cookie = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {**self.headers, **({"Cookie": cookie} if cookie else {}), **more}

    def opens(self, path, headers=None):
        """The page that answers, redirects followed as a browser does."""
        for _ in range(4):
            answer = self._keep(self.rekey.get(self.prefix + path, headers=self._headers(headers or {}), host=HOST))
            if answer.status != 303:
                return answer
            path = self.leads_to(answer, path)
        raise AssertionError("redirects without end")

    def leads_to(self, answer, path):
        """Where a redirect goes, below the app: never to another host."""
        target = urllib.parse.urljoin(PUBLIC_URL + self.prefix + path, answer.headers["Location"])
        assert target.startswith(PUBLIC_URL + self.prefix + "/"), target
        return target.removeprefix(PUBLIC_URL + self.prefix).partition("#")[0]

    def posts(self, path, headers=OURS, **fields):
        """The answer itself; a redirect is not followed."""
        return self._keep(self.rekey.post(self.prefix + path, form=fields, headers=self._headers(headers), host=HOST))

    def fills(self, page, action, **values):
        """Sends the form of a page with that action."""
        form = form_to(page, action)
        return self.posts("/" + action, **{**form.inputs, **values})

    def does(self, action, **values):
        """Opens the account, sends one of its forms, and follows to the page that tells what came of it."""
        answer = self.fills(self.opens("/account").page, action, **values)
        return self.opens(self.leads_to(answer, "/" + action)) if answer.status == 303 else answer

    def signs_in(self, login, password=PASSWORD):
        answer = self.posts("/sign-in", login=login, password=password)
        assert answer.status == 303, answer.text
        return self

    def is_signed_in(self):
        return self.form_token() is not None

    def form_token(self):
        """That of the forms of the account; None: nobody is signed in."""
        for form in self.opens("/account").page.forms:
            if form.inputs.get("form_token"):
                return form.inputs["form_token"]
        return None


def form_to(page, action):
    found = [form for form in page.forms if form.action.removeprefix("../").removeprefix("../") == action]
    assert found, (action, page.says)
    return found[0]
