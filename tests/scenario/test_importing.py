# SPDX-License-Identifier: Apache-2.0
"""Users of other systems come with their passwords: the files that they come in, what is told of each
line, and that who has logged in once is like everybody else."""

import ctypes
import json
import re
import signal
import subprocess
import time
import unicodedata

from server import NEW_PASSWORD, PASSWORD

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
                    "bob": ("5a1b2c3d4e5f60718293a4b6", "shared@example.org", None, 2, 0),
                    "carol": ("5a1b2c3d4e5f60718293a4b7", None, None, 0, 0),
                    "guest-1": ("5a1b2c3d4e5f60718293a4b8", None, None, 0, 1)}
    fields = rekey.sql("SELECT account_field.name, value FROM account_field JOIN account ON account.id = account_id WHERE username = 'ann' ORDER BY account_field.id")
    assert fields == [("firstName", "Ann"), ("lastName", 'O"Hara, née Ng'), ("phoneNumber", "+49 30 1"), ("favouriteColour", "red")]


XANO = """\
{{"id": 7, "created_at": 1700000000123, "name": "Dora", "email": "dora@example.org", "password": "{0}", "info": {{"job": "smith"}}, "linkedin_oauth": {{"access_token": "AQX", "id": "x"}}, "reset_code": "1234"}}
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


KINDS = ("$2a$04$abcdefghijklmnopqrstuu", "$2b$04$abcdefghijklmnopqrstuu", "$2y$04$abcdefghijklmnopqrstuu", "$5$rounds=1000$salt", "$6$rounds=1000$salt",
         "$7$6U..../....saltsaltsalt", "$y$j75$k2XAnEHBqQ1Ct2aMXFKNa/", "$gy$j75$k2XAnEHBqQ1Ct2aMXFKNa/")


def rows_of(hashes):
    return "".join(json.dumps({"email": f"user{i}@example.org", "password_hash": phc}) + "\n" for i, phc in enumerate(hashes))


def test_every_kind_of_hash_lets_its_owner_in_and_gives_way(rekey):
    rekey.has_app()
    summary, _ = imports(rekey, rows_of([old_hash(setting=setting) for setting in KINDS] + ["{bcrypt}" + old_hash()]))
    assert summary == {"imported": 9, "existing": 0, "refused": 0, "bcrypt": 4, "other_hashes": 5}
    for i in range(9):
        assert not rekey.can_log_in(f"user{i}@example.org", NEW_PASSWORD)
        assert rekey.can_log_in(f"user{i}@example.org", PASSWORD)
    assert rekey.sql("SELECT count(*) FROM account WHERE phc LIKE '$argon2id$%'")[0][0] == 9


def test_two_passwords_that_bcrypt_cannot_tell_apart_do_not_both_log_in(rekey):
    """It looks at 72 bytes. So nobody gets in with more, and the owner gets a new password by mail."""
    rekey.has_app()
    long, other = "x" * 79 + "a", "x" * 79 + "b"
    assert old_hash(long) == old_hash(other) == old_hash("x" * 72)
    imports(rekey, rows_of([old_hash(long), old_hash("é" * 36), old_hash("x" * 72)]))
    assert not rekey.can_log_in("user0@example.org", long)
    assert not rekey.can_log_in("user0@example.org", other)
    assert not rekey.can_log_in("user1@example.org", "é" * 36 + "x")
    assert rekey.can_log_in("user1@example.org", "é" * 36)
    assert rekey.can_log_in("user2@example.org", "x" * 72)
    assert hash_of(rekey, email_key="user0@example.org") == old_hash(long)
    token = rekey.reset_token("user0@example.org")
    assert rekey.put_password(token=token, new=long).status == 204
    assert rekey.can_log_in("user0@example.org", long) and not rekey.can_log_in("user0@example.org", other)


def test_a_password_counts_as_it_was_received_there_and_then_in_nfc(rekey):
    rekey.has_app()
    nfc, nfd = (unicodedata.normalize(form, "Zürich é Å café") for form in ("NFC", "NFD"))
    imports(rekey, rows_of([old_hash(nfd), old_hash(nfc), old_hash(nfd)]))
    assert rekey.can_log_in("user0@example.org", nfd)
    for form in (nfc, nfd):
        assert rekey.can_log_in("user0@example.org", form)
        assert rekey.can_log_in("user1@example.org", form)
    assert not rekey.can_log_in("user2@example.org", nfc)  # those are not the bytes that were hashed
    assert not rekey.can_log_in("user2@example.org", nfd + "x")


def test_an_old_hash_proves_the_old_password_of_a_change(rekey):
    rekey.has_app()
    imports(rekey, rows_of([old_hash()]))
    session = rekey.session_of("user0@example.org", PASSWORD)
    rekey.sql("UPDATE account SET phc = ?", old_hash())  # as if the pool had had no time for a better one
    assert rekey.put_password(old=NEW_PASSWORD, new="another password", bearer=session).status == 403
    assert rekey.put_password(old=PASSWORD, new=PASSWORD, bearer=session).status == 422
    assert rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=session).status == 204
    assert rekey.can_log_in("user0@example.org", NEW_PASSWORD) and not rekey.can_log_in("user0@example.org", PASSWORD)


def test_a_recovery_takes_any_password_but_the_one_that_was(rekey):
    rekey.has_app()
    imports(rekey, rows_of([old_hash()]))
    token = rekey.reset_token("user0@example.org")
    assert rekey.put_password(token=token, new=PASSWORD).status == 422
    assert rekey.put_password(token=token, new=NEW_PASSWORD).status == 204
    assert rekey.can_log_in("user0@example.org", NEW_PASSWORD) and not rekey.can_log_in("user0@example.org", PASSWORD)


# ---- files ----

def test_a_field_is_never_read_as_a_record_of_its_own(rekey):
    """Whoever chose this name would like to have an account of somebody else's address."""
    rekey.has_app()
    forged = f"\n66,mallory@example.org,{old_hash()},\n"
    text = "id,email,password,name\n" + f'1,ann@example.org,,"{forged}{"x" * 1024 * 1024}{forged}"\n' + "2,bob@example.org,,Bob\n"
    summary, done = imports(rekey, text)
    assert summary == {"imported": 1, "existing": 0, "refused": 1, "without_password": 1}
    assert "longer than 64 KiB" in done.stderr
    summary, done = imports(rekey, 'id,email,password,name\n3,cat@example.org,,"Cat" the cat\n4,dan@example.org,,Dan\n')
    assert summary == {"imported": 0, "existing": 0, "refused": 1}
    assert "nobody knows where the next record begins" in done.stderr
    assert rekey.sql("SELECT email_key FROM account") == [("bob@example.org",)]


def test_odd_files_are_told_what_is_wrong(rekey):
    rekey.has_app()
    for name, text, want in (
        ("a column twice", "userId,username,username\n", "same name"),
        ("no name", "userId,,username\n", "has no name"),
        ("65 columns", "userId," + ",".join(f"c{i}" for i in range(65)) + "\n", "too many columns"),
        ("no such file", None, "No such file"),
    ):
        done = rekey.run("account", "import", *(["-"] if text else ["nothing.csv"]), stdin=text)
        assert done.returncode == 1 and want in done.stderr and not done.stdout, name
    done = rekey.run("account", "import", ".")
    assert done.returncode == 1 and done.stderr == "rekey: account import: the file cannot be read: Is a directory\n"
    bob = "5a1b2c3d4e5f60718293a4b6,bob"
    for name, text, want in (
        ("a value too many", f"userId,username\n{bob},1\n", "another number of values"),
        ("no username", "userId,username,email\n5a1b2c3d4e5f60718293a4b6,,bob@example.org\n", "username"),
        ("no id", "userId,username\n12,bob\n", "24 hex digits"),
        ("active perhaps", f"userId,username,active\n{bob},perhaps\n", "none of active, disabled and inactive"),
        ("a weak hash", f"userId,username,password\n{bob},$1$k2XAnEHB$gSpCGj8tputEsDyOYa0191\n", "too easily"),
        ("a costly hash", f"userId,username,password\n{bob},$2b$20$abcdefghijklmnopqrstuujydOTSfIH/d5oUHpsygqV5X9xJLQc6e\n", "more time"),
        ("a NUL", f"userId,username\n{bob}\0\n", "NUL"),
    ):
        summary, done = imports(rekey, text)
        assert summary == {"imported": 0, "existing": 0, "refused": 1} and want in done.stderr, (name, done.stderr)


def test_what_cannot_be_kept_is_left_out_and_told(rekey):
    rekey.has_app("shop", dialects=["backtory"])
    words = {"userId": "5a1b2c3d4e5f60718293a4b6", "username": "bob", "password": old_hash(), "avatar": "data:" + "x" * 4000, "city": "Ulm",
             "refresh_token": "secret", "passwordHint": "the dog", "__proto__": "x", "points": 7, "vip": True, "nothing": None}
    summary, done = imports(rekey, json.dumps(words))
    assert summary == {"imported": 1, "existing": 0, "refused": 0, "incomplete": 1, "bcrypt": 1}
    assert done.stderr == "line 1: without avatar, __proto__, which cannot be kept\n"
    assert rekey.sql("SELECT name, value FROM account_field ORDER BY id") == [("city", "Ulm"), ("points", "7"), ("vip", "true")]


def test_a_dry_run_tells_what_would_be_and_writes_nothing(rekey):
    rekey.has_app()
    rekey.has_account("ann@example.org", username="ann")
    rows = [{"email": "bob@example.org", "username": "bob", "password_hash": old_hash()}, {"email": "ann@example.org"}, {"email": "BOB@example.org"},
            {"email": "cat@example.org", "username": "bob"}, {"email": "no address"}, {"email": "cat@example.org"}, {"email": "cat@example.org", "username": "cat"},
            {"id": "0123456789abcdef01234567", "email": "eve@example.org"}, {"id": "0123456789abcdef01234567", "email": "fay@example.org"}]
    text = "".join(json.dumps(row) + "\n" for row in rows)
    audit = rekey.sql("SELECT count(*) FROM audit")
    done = rekey.run("account", "import", "-", "--dry-run", "--json", stdin=text)
    *lines, summary = [json.loads(line) for line in done.stdout.splitlines()]
    want = ["added", "existing", "existing", "refused", "refused", "added", "refused", "added", "refused"]
    assert [(line["line"], line["outcome"]) for line in lines] == list(enumerate(want, 1))
    assert done.returncode == 1 and "nothing was written" in done.stderr
    assert summary == {"imported": 3, "existing": 2, "refused": 4, "without_password": 2, "bcrypt": 1}
    assert rekey.sql("SELECT count(*) FROM account")[0][0] == 1 and rekey.sql("SELECT count(*) FROM audit") == audit
    done = rekey.run("account", "import", "-", "--dry-run", stdin=text)
    assert done.stdout.splitlines()[:3] == ["line 1: added", "line 2: existing", "line 3: existing: it is in the file twice"]
    # And so it comes.
    assert imports(rekey, text)[0] == summary


def test_a_killed_import_is_taken_up_again(rekey):
    rekey.has_app("whole", hosts=["whole.example"])
    rekey.has_app("broken", hosts=["broken.example"])
    n = 4000
    hashes = [old_hash(f"password {i}") for i in range(8)]
    (rekey.directory / "users.csv").write_text("id,created_at,email,password,name,city\n" + "".join(
        f'{i + 1},{1700000000000 + i},user{i}@example.org,{hashes[i % 8]},"User {i}, jr.",Ulm\n' for i in range(n)))
    began = time.monotonic()
    summary = json.loads(rekey.command("account", "import", "users.csv", "--json", "--app", "whole"))
    took = time.monotonic() - began
    assert summary == {"imported": n, "existing": 0, "refused": 0, "bcrypt": n}
    left = 0
    for tries in range(8):
        process = subprocess.Popen([rekey.program, "account", "import", "users.csv", "--json", "--app", "broken", *rekey.set_flags], cwd=rekey.directory,
                                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=rekey.environment)
        time.sleep(took / 2 if tries == 0 else took / 4)
        process.send_signal(signal.SIGKILL)
        process.wait()
        left = rekey.sql("SELECT count(*) FROM account")[0][0] - n
        if left:
            break
    assert 0 < left < n and left % 500 == 0
    summary = json.loads(rekey.command("account", "import", "users.csv", "--json", "--app", "broken"))
    assert summary == {"imported": n - left, "existing": left, "refused": 0, "bcrypt": n - left}
    exports = [rekey.command("account", "export", "--with-hashes", "--app", app) for app in ("whole", "broken")]
    assert exports[0] == exports[1] and len(exports[0].splitlines()) == n
    for i in range(0, n, 999):
        assert rekey.can_log_in(f"user{i}@example.org", f"password {i % 8}", host="broken.example")
    assert rekey.sql("SELECT count(*) FROM account WHERE phc LIKE '$argon2id$%'")[0][0] == len(range(0, n, 999))


def test_old_hashes_and_fields_leave_for_another_house(rekey):
    rekey.has_app("shop", dialects=["backtory"])
    imports(rekey, BACKTORY.format(old_hash()), app="shop")
    moved = rekey.command("account", "export", "--with-hashes", "--app", "shop")
    assert old_hash() not in rekey.command("account", "export", "--app", "shop")
    assert json.loads(moved.splitlines()[0])["fields"] == \
        '{"firstName":"Ann","lastName":"O\\"Hara, née Ng","phoneNumber":"+49 30 1","favouriteColour":"red"}'
    rekey.has_app("other", dialects=["backtory"])
    summary, done = imports(rekey, moved, app="other")
    assert summary == {"imported": 4, "existing": 0, "refused": 0, "bcrypt": 4} and not done.stderr
    assert rekey.command("account", "export", "--with-hashes", "--app", "other") == moved
    assert imports(rekey, moved, app="other")[0] == {"imported": 0, "existing": 4, "refused": 0}


def test_the_source_can_be_said(rekey):
    rekey.has_app()
    assert imports(rekey, "username,colour\nann,red\n", "--source", "backtory")[0]["imported"] == 1
    done = rekey.run("account", "import", "-", "--source", "firebase", stdin="username\nann\n")
    assert done.returncode == 1 and "rekey, backtory or xano" in done.stderr
    done = rekey.run("account", "import", "-", "--source", "rekey", stdin="userId,username\n5a1b2c3d4e5f60718293a4b6,bob\n")
    assert done.returncode == 1 and "there is no field userId" in done.stderr
