# SPDX-License-Identifier: Apache-2.0
"""What the scenarios of Backtory's users have in common: an app, its users, its back end, and the shape of their answers."""

from server import PASSWORD

USERS, ME, GUESTS, LOGIN, LOGOUT = "/auth/users", "/auth/users/me", "/auth/guest-users", "/auth/login", "/auth/logout"
COMPLETE, COMPLETE_MASTER = GUESTS + "/complete-registration", GUESTS + "/complete-registration-master"
REFRESH = {"X-Backtory-Authentication-Refresh": "1"}
MEMBERS = {"userId", "username", "firstName", "lastName", "email", "phoneNumber", "avatar", "guest", "active"}
ERROR_MEMBERS = {"timestamp", "status", "error", "exception", "message", "path"}


class Shop:
    """A Backtory app, and the verbs of its clients. Every answer is the server's own."""

    def __init__(self, rekey, name="shop", dialects=("backtory",), app=None, **settings):
        self.rekey, self.app = rekey, app or rekey.has_app(name, dialects=list(dialects), **settings)
        self.headers = rekey.backtory_headers(self.app)

    def call(self, method, path, headers=None, **options):
        return self.rekey.request(method, path, headers={**self.headers, **(headers or {})}, **options)

    def register(self, username="ann", password=PASSWORD, **members):
        return self.call("POST", USERS, username=username, password=password, **members)

    def has_user(self, username="ann", password=PASSWORD, **members):
        answer = self.register(username, password, **members)
        assert answer.status == 201, (answer.status, answer.raw)
        return answer.body

    def log_in(self, username="ann", password=PASSWORD):
        return self.rekey.backtory_log_in(self.app, username, password)

    def tokens(self, username="ann", password=PASSWORD):
        answer = self.log_in(username, password)
        assert answer.status == 200, (answer.status, answer.raw)
        return answer.body

    def session(self, username="ann", password=PASSWORD):
        return self.tokens(username, password)["access_token"]

    def refresh(self, token, **options):
        return self.call("POST", LOGIN, headers={**REFRESH, **options.pop("headers", {})}, multipart={"refresh_token": token}, **options)

    def log_in_master(self, key=None, **options):
        return self.rekey.post(LOGIN, headers=self.rekey.backtory_headers(self.app, key or self.app.master_key), **options)

    def master(self, key=None):
        answer = self.log_in_master(key)
        assert answer.status == 200, (answer.status, answer.raw)
        return answer.body["access_token"]

    def guest(self):
        answer = self.call("POST", GUESTS, length=False)
        assert answer.status == 201, (answer.status, answer.raw)
        return answer.body

    def me(self, session):
        return self.call("GET", ME, bearer=session)

    def user(self, user_id):
        """As the back end sees it."""
        answer = self.call("GET", f"{USERS}/{user_id}", bearer=self.master())
        assert answer.status == 200, (answer.status, answer.raw)
        return answer.body


def is_error(answer, status, exception=None):
    """The body of everything but authentication."""
    assert answer.status == status and answer.type == "application/json", (answer.status, answer.raw)
    assert set(answer.body) == ERROR_MEMBERS and answer.body["status"] == status and answer.body["message"], answer.body
    assert exception is None or answer.body["exception"] == exception, answer.body
    return True


def is_authentication_error(answer, *errors, status=401):
    assert answer.status == status and answer.type == "application/json", (answer.status, answer.raw)
    assert set(answer.body) == {"error", "error_description"} and answer.body["error_description"], answer.body
    assert not errors or answer.body["error"] in errors, answer.body
    return True
