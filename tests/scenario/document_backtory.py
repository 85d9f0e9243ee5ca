# SPDX-License-Identifier: Apache-2.0
"""What has to be there before an example of docs/api-backtory.md can be tried."""

from backtory import Shop

# The page's placeholders for what only an answer can give.
APP_ID, KEY, USER_ID = "0c6d8f2b7a9e415d3e8b6f10", "KEY", "9a41e6c07d5b4f2e83c1d0a7"
ACCESS_TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJhbm4ifQ.c2lnbmF0dXJl"
MASTER_TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzY29wZSI6WyJtYXN0ZXIiXX0.c2lnbmF0dXJl"
REFRESH_TOKEN = "U3q1m9G8bZVqg0nTq0cJ5oJ6kqN8p2wXb1Zr4sYtE7c"
GUEST_PASSWORD = "7KQM2RXW4ZBT9HCN6PVD"
ALL = {"firstName": "Ann", "lastName": "Example", "email": "ann@example.org", "phoneNumber": "+15550100",
       "avatar": "https://app.example.org/ann.png", "team": "blue"}


def settle(rekey):
    """An app with its one user, who has said all there is to say; what stands for the placeholders of every call."""
    shop = Shop(rekey, "default")
    rekey.shop, rekey.ann = shop, shop.has_user("ann", **ALL)
    return {APP_ID: shop.app.id}


def nothing(_rekey):
    return {}


def session(rekey):
    return {ACCESS_TOKEN: rekey.shop.session()}


def refresh_token(rekey):
    return {REFRESH_TOKEN: rekey.shop.tokens()["refresh_token"]}


def client_key(rekey):
    return {KEY: rekey.shop.app.client_key}


def refresh_and_key(rekey):
    return {**refresh_token(rekey), **client_key(rekey)}


def master_key(rekey):
    return {KEY: rekey.shop.app.master_key}


def master(rekey):
    return {MASTER_TOKEN: rekey.shop.master()}


def master_and_id(rekey):
    return {**master(rekey), USER_ID: rekey.ann["userId"]}


def session_and_id(rekey):
    return {**session(rekey), USER_ID: rekey.ann["userId"]}


def guest(rekey):
    made = rekey.shop.guest()
    return {ACCESS_TOKEN: rekey.shop.session(made["username"], made["password"]), GUEST_PASSWORD: made["password"]}


def guest_and_master(rekey):
    made = rekey.shop.guest()
    return {**master(rekey), USER_ID: made["userId"], GUEST_PASSWORD: made["password"]}


PREPARATIONS = {
    "POST /auth/change-password": session,
    "POST /auth/forgot-password": nothing,
    "POST /auth/login with X-Backtory-Authentication-Refresh": refresh_and_key,
    "POST /auth/login with username": client_key,
    "POST /auth/login with nothing": master_key,
    "DELETE /auth/logout": refresh_token,
    "GET /auth/token_key": nothing,
    "POST /auth/users": nothing,
    "POST /auth/guest-users": nothing,
    "POST /auth/guest-users/complete-registration": guest,
    "POST /auth/guest-users/complete-registration-master": guest_and_master,
    "GET /auth/users/me": session,
    "PUT /auth/users/me": session,
    "GET /auth/users/search": master,
    "GET /auth/users/get-number-of-user": master,
    "POST /auth/users/by-user-ids": master_and_id,
    "GET /auth/users/by-username/{username}": master,
    "GET /auth/users/{user_id}": master_and_id,
    "PUT /auth/users/{user_id}": session_and_id,
    "DELETE /auth/users/{user_id}": master_and_id,
}
