# SPDX-License-Identifier: Apache-2.0
"""Users of other systems come with their passwords: the files that they come in, what is told of each
line, and that who has logged in once is like everybody else."""

import ctypes
import json
import os
import re
import signal
import subprocess
import time
import unicodedata

import pytest
from server import NEW_PASSWORD, PASSWORD, SANITIZER

libcrypt = ctypes.CDLL("libcrypt.so.1")
libcrypt.crypt.restype = ctypes.c_char_p


def old_hash(password=PASSWORD, setting="$2b$04$abcdefghijklmnopqrstuu"):
    password = password.encode() if isinstance(password, str) else password
    return libcrypt.crypt(password, setting.encode()).decode()


def hash_of(rekey, **where):
    (column, value), = where.items()
    return rekey.sql(f"SELECT phc FROM account WHERE {column} = ?", value)[0][0]


def imports(rekey, text, *options, app=None):
    done = rekey.run("account", "import", "-", "--json", *options, *(["--app", app] if app else []), stdin=text)
    assert done.returncode in (0, 1), done.stderr
    return json.loads(done.stdout.splitlines()[-1]), done


BACKTORY = """\ufeffuserId,username,firstName,lastName,email,phoneNumber,avatar,guest,active,password,favouriteColour\r
5a1b2c3d4e5f60718293a4b5,ann,Ann,"O""Hara, née Ng",shared@example.org,+49 30 1,,false,true,{0},red\r
5a1b2c3d4e5f60718293a4b6,bob,Bob,,shared@example.org,,,false,false,{0},\r
5a1b2c3d4e5f60718293a4b7,carol,"Ca
rol",,no address,,,false,true,{0},\r
5a1b2c3d4e5f60718293a4b8,guest-1,,,,,,true,true,{0},\r
"""


def test_users_of_backtory_come_with_their_names_and_passwords(rekey):
    rekey.has_app("shop", dialects=["backtory"])
    summary, done = imports(rekey, BACKTORY.format(old_hash()))
    assert summary == {"imported": 4, "existing": 0, "refused": 0, "incomplete": 1, "bcrypt": 4}
    assert done.stderr == "line 4: without email, which cannot be kept\n"
    rows = {row[0]: row[1:] for row in rekey.sql("SELECT username, public_id, email, email_key, status, guest FROM account")}
    assert rows == {"ann": ("5a1b2c3d4e5f60718293a4b5", "shared@example.org", None, 0, 0),
                    "bob": ("5a1b2c3d4e5f60718293a4b6", "shared@example.org", None, 1, 0),
                    "carol": ("5a1b2c3d4e5f60718293a4b7", None, None, 0, 0),
                    "guest-1": ("5a1b2c3d4e5f60718293a4b8", None, None, 0, 1)}
    fields = rekey.sql("SELECT account_field.name, value FROM account_field JOIN account ON account.id = account_id WHERE username = 'ann' ORDER BY account_field.id")
    assert fields == [("firstName", "Ann"), ("lastName", 'O"Hara, née Ng'), ("phoneNumber", "+49 30 1"), ("favouriteColour", "red")]


XANO = """\
{{"id": 7, "created_at": 1700000000123, "name": "Dora", "email": "dora@example.org", "password": "{0}", "info": {{"job": "smith"}}, "linkedin_oauth": {{"id": "x"}}, "reset_code": "1234"}}
{{"id": 8, "created_at": "2024-02-03 04:05:06+0000", "email": "Emil@Example.org", "password": "{0}"}}
{{"id": 9, "created_at": 1700000000123, "email": "fay@example.org", "password": "{1}"}}
"""


def test_users_of_xano_come_with_their_addresses_and_passwords(rekey):
    rekey.has_app("hack", dialects=["account", "hacksystem"])
    text = XANO.format(old_hash(), "8f14e45fceea167a.5f4dcc3b5aa765d61d8327deb882cf99")
    summary, done = imports(rekey, text)
    assert summary == {"imported": 2, "existing": 0, "refused": 1, "bcrypt": 2}
    assert re.fullmatch(r"line 3: the password_hash is of no kind that is known: .*\n", done.stderr)
    rows = rekey.sql("SELECT email_key, public_id, created_at, name FROM account ORDER BY id")
    assert rows == [("dora@example.org", "000000000000000000000007", 1700000000, "Dora"),
                    ("emil@example.org", "000000000000000000000008", 1706933106, None)]
    fields = rekey.sql("SELECT account_field.name, value FROM account_field ORDER BY id")
    assert fields == [("info", '{"job":"smith"}'), ("linkedin_oauth", '{"id":"x"}')]
    summary, done = imports(rekey, text, "--drop-hashes")
    assert summary == {"imported": 1, "existing": 2, "refused": 0, "without_password": 1}
    assert not done.stderr


def test_a_log_in_makes_a_better_hash_of_the_same_password(rekey):
    rekey.has_app("hack")
    imports(rekey, XANO.format(old_hash(), old_hash()))
    assert not rekey.can_log_in("dora@example.org", NEW_PASSWORD)
    assert hash_of(rekey, email_key="dora@example.org") == old_hash()
    assert rekey.can_log_in("dora@example.org", PASSWORD)
    assert hash_of(rekey, email_key="dora@example.org").startswith("$argon2id$")
    assert rekey.can_log_in("dora@example.org", PASSWORD)
    assert not rekey.can_log_in("dora@example.org", NEW_PASSWORD)
    assert hash_of(rekey, email_key="emil@example.org") == old_hash()
