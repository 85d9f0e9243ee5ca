# SPDX-License-Identifier: Apache-2.0
"""A PostgreSQL that is away, comes back, hands over to its standby, or stands behind PgBouncer; and rekey in front of it."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import threading
import time

import pytest
from ports import free_port
from postgres import Cluster, as_user
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD
from wire import Client

pytestmark = [pytest.mark.postgresql, pytest.mark.skipif(not os.environ.get("REKEY_TEST_POSTGRES"), reason="there is no PostgreSQL")]
SETTINGS = NO_LIMITS
RESTARTS = int(os.environ.get("REKEY_RESTARTS", "3"))


@pytest.fixture
def make_cluster():
    made = []

    def make(**settings):
        made.append(Cluster(**settings))
        return made[-1]

    yield make
    for cluster in made:
        cluster.remove()


@pytest.fixture
def cluster(make_cluster):
    return make_cluster().make().start()


def on(make_rekey, *clusters, extra="", **settings):
    hosts = ",".join(f"127.0.0.1:{cluster.port}" for cluster in clusters)
    return make_rekey({"database.url": f"postgresql://rekey@{hosts}/postgres{extra}", **settings})


class Changes(threading.Thread):
    """Changes its password again and again, and remembers what was acknowledged and when."""

    def __init__(self, rekey, address):
        super().__init__(daemon=True)
        self.rekey, self.address, self.over = rekey, address, threading.Event()
        self.password, self.perhaps, self.changed, self.others = PASSWORD, None, [], []

    def run(self):
        number = 0
        while not self.over.is_set():
            number += 1
            new = f"password number {number}"
            answer = self.rekey.log_in(self.address, self.password)
            if answer.status == 401 and self.perhaps:  # the change without an answer had come to be
                self.password, self.perhaps = self.perhaps, None
                continue
            if answer.status != 201:
                self.others.append(("log in", answer.status))
                time.sleep(0.05)
                continue
            self.perhaps = None
            answer = self.rekey.put_password(old=self.password, new=new, bearer=answer.body["access_token"])
            if answer.status == 204:
                self.password = new
                self.changed.append(time.monotonic())
            else:
                self.perhaps = new
                self.others.append(("change", answer.status))
                time.sleep(0.05)

    def end(self):
        self.over.set()
        self.join(60)
        longest = max((later - earlier for earlier, later in zip(self.changed, self.changed[1:])), default=0)
        assert self.rekey.can_log_in(self.address, self.password) or self.rekey.can_log_in(self.address, self.perhaps or "")
        return longest


def crowd(rekey, n=4):
    members = [Changes(rekey, f"ann{number}@example.org") for number in range(n)]
    for member in members:
        rekey.has_account(member.address)
    for member in members:
        member.start()
    return members


def until_each_has(members, n):
    before = [len(member.changed) for member in members]
    deadline = time.monotonic() + 60
    while any(len(member.changed) < count + n for member, count in zip(members, before)):
        assert time.monotonic() < deadline and all(member.is_alive() for member in members), [member.others[-3:] for member in members]
        time.sleep(0.02)


def test_what_was_acknowledged_survives_restarts_under_load(make_rekey, cluster):
    rekey = on(make_rekey, cluster).start()
    members = crowd(rekey)
    for number in range(RESTARTS):
        until_each_has(members, 3)
        cluster.stop((signal.SIGINT, signal.SIGQUIT)[number % 2])
        cluster.start()
    until_each_has(members, 3)
    away = [member.end() for member in members]
    answers = {status for member in members for _, status in member.others}
    print(f"{RESTARTS} restarts, {sum(len(member.changed) for member in members)} changes acknowledged, "
          f"longest time without one {max(away):.2f} s, other answers {sorted(answers)}")
    assert answers <= {503}, answers


def test_the_standby_takes_over_and_nothing_acknowledged_is_lost(make_rekey, make_cluster):
    primary, standby = make_cluster().make().start(), make_cluster()
    standby.standby_of(primary, "second").start()
    primary.settings["synchronous_standby_names"] = "second"
    primary.stop()
    primary.start()
    rekey = on(make_rekey, primary, standby).start()
    members = crowd(rekey)
    until_each_has(members, 5)
    began = time.monotonic()
    primary.kill()
    standby.promote()
    until_each_has(members, 5)
    away = [member.end() for member in members]
    print(f"fail-over: {time.monotonic() - began:.2f} s in all, longest time without a change {max(away):.2f} s")
    assert rekey.can_log_in(members[0].address, members[0].password)


def test_a_database_that_is_away_is_told_in_each_dialect_and_comes_back(make_rekey, cluster):
    rekey = on(make_rekey, cluster)
    app = rekey.has_app("default", dialects=["account", "backtory", "hacksystem"])
    rekey.has_account("ann@example.org", username="ann")
    rekey.start()
    assert rekey.log_in("ann@example.org").status == 201
    cluster.stop()
    answer = rekey.put_password(email="ann@example.org")
    assert (answer.status, answer.code) == (503, "unavailable") and int(answer.headers["Retry-After"]) > 0
    answer = rekey.post("/auth/forgot-password?username=ann", headers=rekey.backtory_headers(app))
    assert answer.status == 500, answer.body
    answer = rekey.get("/reset/password?email=ann@example.org")
    assert (answer.status, answer.code) == (500, "ERROR_FATAL")
    assert rekey.stderr().count("cannot connect") < 20
    cluster.start()
    assert rekey.put_password(email="ann@example.org").status == 202
    assert rekey.mail_to("ann@example.org")


def test_a_server_that_is_stopped_in_its_tracks_is_given_up_in_bounded_time(make_rekey, cluster):
    rekey = on(make_rekey, cluster).start()
    rekey.has_account("ann@example.org")
    assert rekey.log_in("ann@example.org").status == 201
    children = pathlib.Path(f"/proc/{cluster.process.pid}/task/{cluster.process.pid}/children").read_text().split()
    for pid in (*children, cluster.process.pid):
        os.kill(int(pid), signal.SIGSTOP)
    try:
        began = time.monotonic()
        answer = rekey.put_password(email="ann@example.org")
        assert answer.status == 503 and time.monotonic() - began < 40
    finally:
        for pid in (cluster.process.pid, *children):
            with contextlib.suppress(ProcessLookupError):  # one may have been about to end when it was stopped
                os.kill(int(pid), signal.SIGCONT)
    deadline = time.monotonic() + 30
    while rekey.put_password(email="ann@example.org").status != 202:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_locked_row_is_waited_for_in_bounded_time(make_rekey, cluster):
    import psycopg

    rekey = on(make_rekey, cluster).start()
    rekey.has_account("ann@example.org")
    session = rekey.session_of("ann@example.org")
    with psycopg.connect(cluster.url()) as keeper:
        keeper.execute("SELECT * FROM account FOR UPDATE")
        began = time.monotonic()
        answer = rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=session)
        assert answer.status == 503 and 3 < time.monotonic() - began < 20, answer.body
        assert rekey.log_in("ann@example.org").status == 503  # its session would refer to the row
        keeper.rollback()
    assert rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=session).status == 204


def test_a_removal_waits_for_who_writes_of_the_account_and_leaves_nothing(make_rekey, cluster):
    import psycopg

    rekey = on(make_rekey, cluster).start()
    rekey.has_account("ann@example.org")
    with psycopg.connect(cluster.url()) as writer:
        writer.execute("UPDATE account SET epoch = epoch")
        writer.execute("INSERT INTO audit (app_id, account_id, at, event, outcome, network) SELECT app_id, id, 1, 'x', 'done', '203.0.113.9' FROM account")
        writer.execute("INSERT INTO outbox (app_id, kind, state, nonce, reference, account_id, epoch, network, attempts, created_at, expires_at,"
                       " next_attempt_at, settled_at, last_error) SELECT app_id, 4, 1, '', 'x', id, 1, '203.0.113.9', 0, 0, 0, 0, 1, '' FROM account")
        removal = threading.Thread(target=rekey.command, args=("account", "remove", "ann@example.org"))
        removal.start()
        time.sleep(1)
        writer.commit()
        removal.join()
    with psycopg.connect(cluster.url()) as reader:
        assert reader.execute("SELECT count(*) FROM account").fetchone() == (0,)
        assert reader.execute("SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM audit WHERE network = '203.0.113.9')").fetchone() == (0, 0)


def test_what_is_renewed_while_its_sweeper_waits_stays(make_rekey, cluster):
    """The condition of a sweep is looked at again once the row is free."""
    import psycopg

    rekey = on(make_rekey, cluster)
    rekey.has_account("ann@example.org")
    with psycopg.connect(cluster.url(), autocommit=True) as setter:
        setter.execute("INSERT INTO limit_counter VALUES ('\\x01', 1, 1, 0)")
    with psycopg.connect(cluster.url()) as renewer:
        renewer.execute("UPDATE limit_counter SET window_ends_at = 9999999999")
        rekey.start()  # and sweeps at once
        time.sleep(2)
        renewer.commit()
    time.sleep(1)
    with psycopg.connect(cluster.url()) as reader:
        assert reader.execute("SELECT window_ends_at FROM limit_counter WHERE key = '\\x01'").fetchall() == [(9999999999,)]


# ---- PgBouncer ----

def test_a_server_whose_database_is_away_is_up_and_not_ready(make_rekey, cluster):
    port = free_port()
    on(make_rekey, cluster, **{"server.operations_listen": f"127.0.0.1:{port}"}).start()
    operations = Client("127.0.0.1", port)
    assert operations.get("/readyz").status == 200
    cluster.stop()
    assert operations.get("/readyz").status == 503
    assert operations.get("/healthz").status == 200
    assert "rekey_database_up 0" in operations.get("/metrics").text
    cluster.start()
    deadline = time.monotonic() + 30
    while operations.get("/readyz").status != 200:
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture
def bouncer(cluster, tmp_path):
    """PgBouncer in transaction mode, with fewer connections than rekey asks it for."""
    port = free_port()
    place = cluster.directory / "pgbouncer"
    place.mkdir()
    (place / "users.txt").write_text('"rekey" ""\n')
    (place / "pgbouncer.ini").write_text(
        f"[databases]\npostgres = host=127.0.0.1 port={cluster.port} user=rekey\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n"
        f"unix_socket_dir =\nauth_type = trust\nauth_file = {place}/users.txt\npool_mode = transaction\ndefault_pool_size = 3\n"
        "max_client_conn = 200\nignore_startup_parameters = extra_float_digits\n")
    if as_user():
        for path in (place, *place.iterdir()):
            os.chown(path, as_user()["user"], as_user()["group"])
    with open(place / "log", "wb") as log:
        process = subprocess.Popen(["/usr/sbin/pgbouncer", place / "pgbouncer.ini"], stdout=log, stderr=log, stdin=subprocess.DEVNULL, **as_user())
    deadline = time.monotonic() + 20
    while subprocess.run(["pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-U", "rekey", "-d", "postgres"], check=False).returncode:
        assert process.poll() is None and time.monotonic() < deadline, (place / "log").read_text()
        time.sleep(0.05)
    yield port
    process.terminate()
    process.wait()


def test_behind_pgbouncer_everything_works_without_prepared_statements(make_rekey, bouncer):
    rekey = make_rekey({"database.url": f"postgresql://rekey@127.0.0.1:{bouncer}/postgres?prepare=off", "database.connections": 8}).start()
    members = crowd(rekey)
    until_each_has(members, 10)
    for member in members:
        member.end()
        assert not member.others, member.others
    rekey.has_account("zoe@example.org")
    assert rekey.put_password(token=rekey.reset_token("zoe@example.org"), new=NEW_PASSWORD).status == 204


def test_prepared_statements_behind_pgbouncer_are_told_of(make_rekey, bouncer):
    rekey = make_rekey({"database.url": f"postgresql://rekey@127.0.0.1:{bouncer}/postgres"})
    runs = [rekey.run("app", "list") for _ in range(8)]  # the first gets away with it, and leaves its statements behind
    failed = [done for done in runs if done.returncode]
    assert failed and all("prepare=off" in done.stderr for done in failed), [done.stderr for done in runs]


# ---- rolling upgrade ----

def test_a_server_serves_on_while_a_newer_one_has_taken_further_steps(make_rekey, cluster):
    import psycopg

    rekey = on(make_rekey, cluster).start()
    rekey.has_account("ann@example.org")
    with psycopg.connect(cluster.url(), autocommit=True) as newer:
        newer.execute("UPDATE schema_version SET version = version + 1")
        newer.execute("ALTER TABLE account ADD COLUMN of_the_future BIGINT NOT NULL DEFAULT 0")
        newer.execute("CREATE TABLE future (id BIGINT)")
        assert rekey.log_in("ann@example.org").status == 201
        newer.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'rekey'")
    session = rekey.session_of("ann@example.org")
    assert rekey.put_password(old=PASSWORD, new=NEW_PASSWORD, bearer=session).status == 204
    done = rekey.run("app", "list")
    assert done.returncode == 1 and "newer" in done.stderr


def test_servers_that_start_at_once_take_the_steps_once(make_rekey, cluster):
    servers = [on(make_rekey, cluster) for _ in range(4)]
    started = [threading.Thread(target=rekey.start) for rekey in servers]
    for thread in started:
        thread.start()
    for thread in started:
        thread.join()
    assert all(rekey.is_alive() for rekey in servers)
    assert servers[0].run("app", "add", "default").returncode == 0


# ---- TLS ----

def test_the_database_is_reached_by_tls_with_a_certificate_that_is_checked(make_rekey, make_cluster, certificates):
    cluster = make_cluster()
    cluster.make()
    for name in ("server.pem", "server.key"):
        there = cluster.directory / name
        shutil.copy(certificates / name, there)
        there.chmod(0o600)
        if as_user():
            os.chown(there, as_user()["user"], as_user()["group"])
    cluster.settings |= {"ssl": "on", "ssl_cert_file": str(cluster.directory / "server.pem"), "ssl_key_file": str(cluster.directory / "server.key")}
    (cluster.data / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 trust\n")
    cluster.start()
    good = f"?sslmode=verify-full&sslrootcert={certificates / 'ca.pem'}"
    rekey = on(make_rekey, cluster, extra=good).start()
    rekey.has_account("ann@example.org")
    assert rekey.can_log_in("ann@example.org", PASSWORD)
    for bad, words in (("?sslmode=disable", "no encryption"), (f"?sslmode=verify-full&sslrootcert={certificates / 'server.pem'}", "certificate")):
        done = on(make_rekey, cluster, extra=bad).run("app", "list")
        assert done.returncode == 1 and words in done.stderr, done.stderr


# ---- the start ----

def test_what_is_wrong_with_the_url_or_the_server_is_told_without_its_password(make_rekey, cluster):
    for url, words in ((f"postgresql://rekey:s3cretword@127.0.0.1:{free_port()}/postgres", "connect"),
                       (f"postgresql://rekey:s3cretword@127.0.0.1:{cluster.port}/not_there", "not_there"),
                       ("postgresql://rekey:s3cretword@127.0.0.1:port/postgres", ""),
                       ("postgresql://rekey:part@s3cretword@127.0.0.1:5432/postgres", "percent-encode"),
                       ("postgresql://rekey:s3cretword/rest@127.0.0.1:5432/postgres", "percent-encode"),
                       (f"postgresql://rekey:s3cretword@127.0.0.1:{cluster.port}/postgres?no_such=1", "percent-encode")):
        rekey = make_rekey({"database.url": url})
        done = rekey.run("app", "list")
        assert done.returncode == 1 and done.stderr and words in done.stderr, (url, done.stderr)
        assert "s3cretword" not in done.stderr, done.stderr


def test_doctor_and_backup_say_what_they_can_of_a_postgresql(make_rekey, cluster):
    rekey = on(make_rekey, cluster, **{"server.public_url": "https://localhost"})
    assert "is empty" in rekey.run("doctor").stdout
    rekey.has_account("ann@example.org")
    assert "PostgreSQL is whole" in rekey.run("doctor").stdout
    done = rekey.run("backup", "copy.db")
    assert done.returncode == 1 and "pg_dump" in done.stderr and not (rekey.directory / "copy.db").exists()
    cluster.stop()
    done = rekey.run("doctor")
    assert done.returncode == 1 and "cannot be opened" in done.stdout and "cannot connect" in done.stderr
