# SPDX-License-Identifier: Apache-2.0
"""rekey copy: a whole database moved between SQLite and PostgreSQL, both ways, compared, and begun again when it was interrupted."""

import signal
import subprocess
import time

import databases
import pytest
from server import NEW_PASSWORD, PASSWORD, Rekey

pytestmark = pytest.mark.postgresql
MANY = 40_000


@pytest.fixture
def places(directory):
    """A file and a database of PostgreSQL's, both empty."""
    made = [databases.make("sqlite", directory), databases.make("postgresql", directory)]
    yield made
    for place in made:
        place.remove()


@pytest.fixture
def lived_in(directory, places):
    """A server on the file that has been used, and is stopped."""
    rekey = Rekey(directory, {"database.url": places[0].url})
    rekey.has_app("shop", dialects=["account", "backtory", "hacksystem"], hosts=["shop.example"], aliases=["laden"])
    rekey.has_account("ann@example.org", username="ann")
    rekey.has_account("dora@example.org")
    rekey.command("account", "add", "invited@example.org")
    rekey.command("provider", "set", "linkedin", "client_id=x", "redirect_uris=https://shop.example/welcome", "--app", "shop")
    rekey.command("provider", "link", "linkedin", "ann", "subject-of-ann", "--app", "shop")
    rekey.sets_message("resetcode_empty", "shop", message="پیام تازه")
    (rekey.directory / "logo.png").write_bytes(b"\x89PNG\r\n\x1a\n\x00\xff")
    rekey.sets_app("shop", title="فروشگاه", accent="#8a1c5b", logo=f"@{rekey.directory}/logo.png")
    rekey.start()
    rekey.session = rekey.session_of("ann@example.org")
    rekey.log_in("ann@example.org", "a wrong password")
    rekey.token = rekey.reset_token("ann@example.org", headers={"Accept-Language": "fa"})
    rekey.sql("INSERT INTO sign_in (provider_id, state_digest, nonce, redirect_uri, network, created_at, expires_at, spent_at)"
              " SELECT id, zeroblob(32), zeroblob(32), 'https://shop.example/welcome', -1, 1, 99999999999, 0 FROM provider")
    rekey.stop()
    rekey.command("account", "remove", "dora@example.org")
    places[0].sql("INSERT INTO account_field (account_id, name, value) SELECT id, 'شهر', 'تهران' FROM account WHERE username = 'ann'", ())
    places[0].sql("INSERT INTO workspace (app_id, name, created_at) VALUES (1, 'کار', 7)", ())
    places[0].sql("INSERT INTO workspace_member (account_id, workspace_id) SELECT account.id, workspace.id FROM account, workspace "
                  "WHERE username = 'ann' AND workspace.name = 'کار'", ())
    places[0].sql("INSERT INTO waiting (app_id, email, email_key, created_at, account_created) VALUES (1, 'w@example.org', 'w@example.org', 7, 0)", ())
    places[0].sql("INSERT INTO app_return (app_id, url) VALUES (1, 'https://shop.example/welcome')", ())
    places[0].sql("UPDATE outbox SET return_to = 'https://shop.example/welcome' WHERE id = 1", ())
    rekey.command("content", "set", "content_strings/hello", "slug=home", "text=سلام", "--app", "shop")
    yield rekey
    rekey.kill()


def copied(rekey, source, target):
    return rekey.command_json("copy", "--from", source.url, "--to", target.url)


def many_accounts(place, n=MANY):
    place.sql("INSERT INTO account (app_id, public_id, email, email_key, phc, epoch, status, password_set_at, password_expires_at, outbox_floor, "
              f"created_at) WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {n}) SELECT 1, 'id' || i, "
              "'many' || i || '@example.org', 'many' || i || '@example.org', '$argon2id$v=19$m=8,t=1,p=1$' || i, 1, 0, 0, 0, 0, 0 FROM n", ())


def test_a_database_goes_there_and_back_and_is_the_same(lived_in, places, directory):
    file, served = places
    there = copied(lived_in, file, served)
    assert all(table["equal"] for table in there) and {table["table"]: table["rows"] for table in there}["account"] == 2
    second = databases.Sqlite(directory)
    second.path = second.path.with_name("second.db")
    second.url = f"sqlite:{second.path}"
    back = copied(lived_in, served, second)
    assert [(table["table"], table["rows"], table["digest"]) for table in back] == [(table["table"], table["rows"], table["digest"]) for table in there]
    assert second.path.stat().st_mode & 0o777 == 0o600


def test_what_lived_lives_on_at_the_other_place(lived_in, places):
    _, served = places
    copied(lived_in, places[0], served)
    lived_in.settings["database.url"], lived_in.storage = served.url, served
    lived_in.start()
    assert lived_in.session_lives(lived_in.session)
    assert lived_in.put_password(token=lived_in.token, new=NEW_PASSWORD).status == 204
    assert lived_in.can_log_in("ann@example.org", NEW_PASSWORD) and not lived_in.can_log_in("ann@example.org", PASSWORD)
    assert lived_in.post("/reset/password", password="x", host="shop.example").body["message"] == "پیام تازه"
    before = lived_in.sql("SELECT max(id) FROM account")[0][0]
    lived_in.has_account("new@example.org", app="shop")
    number, = lived_in.sql("SELECT id FROM account WHERE email = 'new@example.org'")[0]
    removed, = lived_in.sql("SELECT newest_id FROM removed_account")[0]
    assert number > max(before, removed)


def test_every_column_of_every_table_is_copied(places, lived_in):
    """A step of the schema that is forgotten in the list of tables would lose what it keeps."""
    copied(lived_in, *places)
    of_file = {(table, row[1]) for table, in places[0].sql("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'", ())
               for row in places[0].sql(f"PRAGMA table_info({table})", ())}
    of_served = set(places[1].sql("SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'public'", ()))
    assert of_file == of_served - {("schema_version", "version")}
    for table in {table for table, _ in of_file}:
        names = ", ".join(sorted(column for there, column in of_file if there == table))
        rows = [sorted(str(tuple(bytes(value) if isinstance(value, memoryview) else value for value in row)) for row in place.sql(f"SELECT {names} FROM {table}", ()))
                for place in places]
        assert rows[0] == rows[1], table


def test_a_copy_that_is_killed_is_begun_again_by_the_same_words(lived_in, places):
    file, served = places
    many_accounts(file)
    process = subprocess.Popen([lived_in.program, "copy", "--from", file.url, "--to", served.url], stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL, env=lived_in.environment)
    deadline = time.monotonic() + 60
    while True:
        try:
            if 1000 <= served.sql("SELECT count(*) FROM account", ())[0][0] < MANY:
                break
        except Exception:  # noqa: BLE001 - the schema is on its way
            pass
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert served.sql("SELECT count(*) FROM account", ())[0][0] < MANY
    assert all(table["equal"] for table in copied(lived_in, file, served))
    assert served.sql("SELECT count(*) FROM account", ())[0][0] == MANY + 2


def test_what_was_changed_meanwhile_is_no_copy(lived_in, places):
    file, served = places
    copied(lived_in, file, served)
    file.sql("UPDATE account SET epoch = epoch + 1 WHERE email = 'ann@example.org'", ())
    done = lived_in.run("copy", "--from", file.url, "--to", served.url, "--json")
    assert done.returncode == 1 and "stop the servers" in done.stderr and '"equal": false' in done.stdout.replace('":false', '": false')


def test_a_database_with_apps_of_its_own_is_left_as_it_is(lived_in, places, directory):
    file, served = places
    other = Rekey(directory, {"database.url": served.url}, storage=served)
    other.has_app("other")
    before = served.dump()
    done = lived_in.run("copy", "--from", file.url, "--to", served.url)
    assert done.returncode == 1 and "apps of its own" in done.stderr
    assert served.dump() == before


def test_wrong_places_are_told(lived_in, places, directory):
    file, served = places
    for words, said in ((["--from", file.url], "--to"), (["--from", file.url, "--to", file.url], "two different"),
                        (["--from", f"sqlite:{directory}/nothing.db", "--to", served.url], "no database"),
                        (["--from", served.url, "--to", file.url], "no database"),
                        (["--from", "mysql://x", "--to", file.url], "")):
        done = lived_in.run("copy", *words)
        assert done.returncode == 1 and said in done.stderr, (words, done.stderr)
