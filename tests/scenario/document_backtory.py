# SPDX-License-Identifier: Apache-2.0
"""What has to be there before an example of docs/api-backtory.md can be tried."""

# The page's placeholders for what only an answer can give.
APP_ID, KEY = "0c6d8f2b7a9e415d3e8b6f10", "KEY"
ACCESS_TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"


def settle(rekey):
    """An app with its one user; what stands for the placeholders of every call."""
    app = rekey.has_app("default", dialects=["backtory"])
    rekey.has_account("ann@example.org", username="ann")
    return {APP_ID: app.id}


def app_of(rekey):
    return rekey.apps["default"]


def session(rekey):
    return {ACCESS_TOKEN: rekey.backtory_session(app_of(rekey), "ann")}


def client_key(rekey):
    return {KEY: app_of(rekey).client_key}


def nothing(_rekey):
    return {}


PREPARATIONS = {
    "POST /auth/change-password": session,
    "POST /auth/forgot-password": nothing,
    "POST /auth/login": client_key,
}
