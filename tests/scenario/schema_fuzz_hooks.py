# SPDX-License-Identifier: Apache-2.0
"""What schemathesis cannot make up: a session that lives, and the names of some."""

import json
import os
import random
import urllib.request

import schemathesis
from schema_fuzz import MEMBERS
from server import NEW_PASSWORD, PASSWORD

URL = os.environ["REKEY_FUZZ_URL"]
NEW_SESSION_EVERY = 10  # requests that need one
dice = random.Random(1)


def call(path, token=None, **members):
    headers = {"Content-Type": "application/json"} if members else {}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    request = urllib.request.Request(URL + path, json.dumps(members).encode() if members else None, headers)
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)
    except urllib.error.HTTPError:
        return None


class Session:
    """Of somebody whose password is still one that we know."""

    def __init__(self):
        self.asked, self.token = 0, None

    def get(self, _case, _context):
        if self.asked % NEW_SESSION_EVERY == 0:
            self.token = self.log_in() or self.token
        self.asked += 1
        return self.token

    def log_in(self):
        for member in dice.sample(MEMBERS, len(MEMBERS)):
            for password in (PASSWORD, NEW_PASSWORD):
                made = call("/api/v1/sessions", login=member, password=password)
                if made:
                    return made["access_token"]
        return None  # all have changed their passwords, or are gone

    def set(self, case, data, _context):
        case.headers = {**(case.headers or {}), "Authorization": f"Bearer {data}"}


schemathesis.auth(refresh_interval=None)(Session)
