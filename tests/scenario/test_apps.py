# SPDX-License-Identifier: Apache-2.0
"""Which app, and which format, a request means."""

from server import NEW_PASSWORD, PASSWORD

PATH = "/api/v1/account/password"


def test_an_app_is_found_by_header_then_prefix_then_host_then_default(rekey):
    apps = {name: rekey.has_app(name, hosts=[f"{name}.example"]) for name in ("red", "green", "blue")}
    for name in apps:
        rekey.has_account("ann@example.org", app=name, password=f"password of {name}")

    def which(prefix="", **options):
        answers = {name: rekey.post(prefix + "/api/v1/sessions", login="ann@example.org", password=f"password of {name}", **options).status
                   for name in apps}
        return [name for name, status in answers.items() if status == 201] or set(answers.values())

    header = {"X-Backtory-Authentication-Id": apps["red"].id}
    assert which(headers=header, prefix="/api:green", host="blue.example") == ["red"]
    assert which(prefix="/api:green", host="blue.example") == ["green"]
    assert which(host="blue.example") == ["blue"]
    assert which(host="BLUE.example") == ["blue"]
    assert which(host="blue.example:8080") == ["blue"]
    assert which(host="nobody.example") == {404}
    rekey.has_app("default")
    rekey.has_account("ann@example.org", app="default", password="password of default")
    apps["default"] = rekey.apps["default"]
    assert which(host="nobody.example") == ["default"]


def test_the_only_app_there_is_needs_no_name(rekey):
    rekey.has_app("lonely")
    rekey.has_account("ann@example.org")
    assert rekey.can_log_in("ann@example.org", PASSWORD)
    assert rekey.can_log_in("ann@example.org", PASSWORD, host="anything.example")


def test_without_any_app_each_format_says_404_in_its_own_words(rekey):
    answer = rekey.put(PATH, email="ann@example.org")
    assert (answer.status, answer.code) == (404, "not_found") and answer.type == "application/problem+json"
    answer = rekey.post("/auth/forgot-password?username=ann")
    assert answer.status == 404 and answer.body["path"] == "/auth/forgot-password"
    answer = rekey.post("/reset/password", code="x", password=NEW_PASSWORD)
    assert (answer.status, answer.code) == (404, "ERROR_CODE_NOT_FOUND")
    answer = rekey.post("/auth/login", form={"username": "ann", "password": PASSWORD}, headers={"X-Backtory-Authentication-Id": "0" * 24})
    assert answer.status == 417


def test_an_unknown_id_is_not_made_up_for_by_the_only_app(rekey):
    rekey.has_app("shop", dialects=["backtory", "account"])
    rekey.has_account("ann@example.org", username="ann")
    answer = rekey.post("/auth/forgot-password?username=ann", headers={"X-Backtory-Authentication-Id": "0" * 24})
    assert answer.status == 404
    rekey.gets_no_mail()


def test_an_app_serves_account_alone_unless_it_was_made_with_more(rekey):
    rekey.command("app", "add", "plain")
    rekey.apps["plain"] = None
    assert rekey.put(PATH, email="ann@example.org").status == 202
    assert rekey.post("/reset/password", code="x", password=NEW_PASSWORD).status == 404
    assert rekey.get("/reset/password?email=ann@example.org").status == 404


def test_an_account_of_one_app_is_a_stranger_to_another(rekey):
    for name in ("red", "blue"):
        rekey.has_app(name, hosts=[f"{name}.example"])
    rekey.has_account("ann@example.org", app="red")
    assert rekey.can_log_in("ann@example.org", PASSWORD, host="red.example")
    assert not rekey.can_log_in("ann@example.org", PASSWORD, host="blue.example")
    rekey.asks_for_reset("ann@example.org", host="blue.example")
    rekey.gets_no_mail()


def test_an_app_that_serves_account_never_tells_who_is_a_member(rekey):
    rekey.has_account("ann@example.org")
    answers = [rekey.put(PATH, email=address).status for address in ("ann@example.org", "nobody@example.org")]
    assert answers == [202, 202]


def test_a_disabled_app_serves_nobody_until_it_is_enabled(rekey):
    rekey.has_account("ann@example.org")
    session = rekey.session_of("ann@example.org")
    rekey.command("app", "disable", "default")
    for answer in (rekey.log_in("ann@example.org"), rekey.put(PATH, email="ann@example.org"),
                   rekey.put(PATH, old=PASSWORD, new=NEW_PASSWORD, bearer=session)):
        assert answer.status in (404, 503), answer.raw
    rekey.command("app", "enable", "default")
    assert rekey.can_log_in("ann@example.org", PASSWORD)
    rekey.gets_no_mail()
