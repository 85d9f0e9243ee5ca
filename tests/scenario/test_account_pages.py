# SPDX-License-Identifier: Apache-2.0
"""A person's own pages, as a browser without scripts uses them: signing up, in and out, and the account."""

import re
import statistics
import time

import pytest
from people import OURS, Person, form_to
from server import NEW_PASSWORD, NO_LIMITS, PASSWORD, link_in

SETTINGS = NO_LIMITS
ANN, BOB, NEW = "ann@example.org", "bob@example.org", "new@example.net"
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1"
REFERENCE = re.compile(r"[0-9A-Z]{4}-[0-9A-Z]{4}")


@pytest.fixture
def ann(rekey):
    rekey.has_account(ANN, username="ann")
    return Person(rekey, **{"User-Agent": FIREFOX}).signs_in(ANN)


def problem_of(page):
    """(the field that the page says is wrong, its words): by the summary, and by the field itself."""
    wrong = [attributes["id"] for tag, attributes in page.tags if tag == "input" and attributes.get("aria-invalid")]
    summary, = [attributes for tag, attributes in page.tags if attributes.get("id") == "problem"]
    assert summary["role"] == "alert" and summary["tabindex"] == "-1" and "autofocus" in summary
    return wrong


# ---- signing up and in ----

def test_a_person_signs_up_verifies_signs_in_and_out(rekey):
    rekey.has_app()
    ann = Person(rekey)
    page = ann.opens("/sign-up").page
    answer = ann.fills(page, "sign-up", email=ANN, name="Ann Example", password=PASSWORD)
    assert answer.status == 200 and ANN in answer.page.says and REFERENCE.search(answer.page.says)
    assert ann.fills(ann.opens("/sign-in").page, "sign-in", login=ANN, password=PASSWORD).status == 422  # not yet
    mail = rekey.mail_to(ANN)
    assert REFERENCE.search(answer.page.says)[0] in mail.as_string()
    link = link_in(mail)
    done = rekey.submit(rekey.open_link(link).page.form_with("address"), at="/verify", address=ANN)
    assert done.status == 200 and any(attributes.get("href", "").endswith("sign-in") for _, attributes in done.page.tags)
    answer = ann.fills(ann.opens("/sign-in").page, "sign-in", login=ANN, password=PASSWORD)
    assert (answer.status, answer.headers["Location"], answer.raw) == (303, "account", b"")
    account = ann.opens("/account")
    assert account.status == 200 and ANN in account.page.says
    assert form_to(account.page, "account/profile").inputs["name"] == "Ann Example"
    assert ann.opens("/sign-in").page.says == account.page.says  # who is signed in is shown the account
    assert ann.does("sign-out").page.form_with("login")
    assert not ann.cookies and not ann.is_signed_in()
    assert rekey.sql("SELECT count(*) FROM session")[0][0] == 0


def test_strangers_and_members_are_answered_alike(rekey):
    rekey.has_account(ANN)
    rekey.has_account(BOB)
    said = {}
    for address in (ANN, "eve@example.org"):
        person = Person(rekey)
        pages = (person.posts("/sign-in", login=address, password="wrong"),
                 person.posts("/sign-up", email=address, name="X", password=NEW_PASSWORD))
        said[address] = [(answer.status, REFERENCE.sub("REF", answer.text).replace(address, "ADDRESS"),
                          sorted(name for name, _ in answer.headers.pairs)) for answer in pages]
    assert said[ANN] == said["eve@example.org"]
    assert "already" in rekey.mail_to(ANN)["Subject"] and link_in(rekey.mail_to("eve@example.org"))


@pytest.mark.sqlite
def test_a_wrong_password_takes_as_long_as_a_name_that_nobody_has(make_rekey):
    rekey = make_rekey({"hash.memory_kib": 8192, "hash.passes": 1}).start()
    rekey.has_account(ANN)
    person, times = Person(rekey), {ANN: [], "eve@example.org": []}
    for _ in range(40):
        for address, taken in times.items():
            began = time.perf_counter()
            assert person.posts("/sign-in", login=address, password="wrong").status == 422
            taken.append(time.perf_counter() - began)
    a, b = (statistics.median(taken) for taken in times.values())
    assert abs(a - b) < 0.25 * max(a, b), (a, b)


@pytest.mark.sqlite
def test_an_app_that_makes_its_accounts_itself_says_so(rekey):
    rekey.has_app(sign_up="closed")
    person = Person(rekey)
    assert not person.opens("/sign-up").page.says.count("Create my account")
    for path in ("/", "/sign-in"):
        assert not [attributes for tag, attributes in person.opens(path).page.tags if attributes.get("href", "").endswith("sign-up")], path
    assert person.posts("/sign-up", email=ANN, password=PASSWORD).status == 403


@pytest.mark.sqlite
def test_what_was_wrong_is_told_at_its_field_and_what_was_typed_stays(rekey, ann):
    rekey.has_account(BOB, username="bob")
    stranger = Person(rekey)
    for form, values, field in (
        ("sign-in", {"login": ANN, "password": "wrong"}, "login"),
        ("sign-up", {"email": "ann", "password": NEW_PASSWORD}, "email"),
        ("sign-up", {"email": NEW, "name": "x" * 300, "password": NEW_PASSWORD}, "name"),
        ("sign-up", {"email": NEW, "name": "Ann", "password": "short"}, "new-password"),
        ("sign-up", {"email": NEW, "name": "Ann", "password": "password1"}, "new-password"),
        ("account/profile", {"name": "x" * 300}, "name"),
        ("account/profile", {"username": "bob"}, "username"),
        ("account/profile", {"username": "x" * 300}, "username"),
        ("account/password", {"old": "wrong one", "new": NEW_PASSWORD, "confirm": NEW_PASSWORD}, "old"),
        ("account/password", {"old": PASSWORD, "new": NEW_PASSWORD, "confirm": "another"}, "confirm"),
        ("account/password", {"old": PASSWORD, "new": "short", "confirm": "short"}, "new"),
        ("account/password", {"old": PASSWORD, "new": "password1", "confirm": "password1"}, "new"),
        ("account/password", {"old": PASSWORD, "new": PASSWORD, "confirm": PASSWORD}, "new"),
        ("account/email", {"email": "ann@", "password": PASSWORD}, "email"),
        ("account/email", {"email": NEW, "password": "wrong one"}, "email-password"),
        ("account/delete", {"password": "wrong one", "sure": "yes"}, "delete-password"),
    ):
        person = ann if form.startswith("account") else stranger
        page = person.opens("/account" if form.startswith("account") else "/" + form).page
        answer = person.fills(page, form, **values)
        assert 400 <= answer.status < 500, (form, values, answer.status)
        assert field in problem_of(answer.page), (form, values, answer.page.says)
        kept = form_to(answer.page, form).inputs
        for name, value in values.items():
            secret = name in ("password", "old", "new", "confirm")
            assert name == "sure" or kept[name] == ("" if secret else value), (form, name)
    page = ann.opens("/account").page
    unticked = {name: value for name, value in form_to(page, "account/delete").inputs.items() if name != "sure"}
    answer = ann.posts("/account/delete", **{**unticked, "password": PASSWORD})
    assert answer.status == 422 and "sure" in problem_of(answer.page)
    assert ann.is_signed_in() and rekey.can_log_in(ANN, PASSWORD)


# ---- the account ----

def test_a_person_changes_the_profile_and_is_spoken_to_in_the_language_chosen(rekey, ann):
    page = ann.does("account/profile", name="Änn <b>", username="anna", locale="fa").page
    fields = form_to(page, "account/profile").inputs
    assert (fields["name"], fields["username"]) == ("Änn <b>", "anna")
    html, = [attributes for tag, attributes in page.tags if tag == "html"]
    assert (html["lang"], html["dir"]) == ("fa", "rtl")
    assert [attributes["value"] for tag, attributes in page.tags if tag == "option" and "selected" in attributes] == ["fa"]
    assert rekey.can_log_in("anna", PASSWORD)
    page = ann.does("account/profile", username="", locale="").page
    assert form_to(page, "account/profile").inputs["username"] == "" and not rekey.can_log_in("anna", PASSWORD)


@pytest.mark.sqlite
def test_a_language_that_an_app_has_written_is_kept_as_it_was(rekey, ann):
    rekey.request("PATCH", "/api/v1/account", bearer=rekey.session_of(ANN), locale="fr-CA")
    ann.does("account/profile", name="Anne")
    assert rekey.get("/api/v1/account", bearer=rekey.session_of(ANN)).body["locale"] == "fr-CA"


def test_a_new_password_ends_every_other_session_and_renews_the_own(rekey, ann):
    other, api = Person(rekey).signs_in(ANN), rekey.session_of(ANN)
    before = dict(ann.cookies)
    page = ann.does("account/password", old=PASSWORD, new=NEW_PASSWORD, confirm=NEW_PASSWORD).page
    assert "changed" in page.says and ann.cookies.keys() == before.keys() and ann.cookies != before
    assert ann.is_signed_in() and not other.is_signed_in() and not rekey.session_lives(api)
    stolen = Person(rekey)
    stolen.cookies = before
    assert not stolen.is_signed_in()
    assert rekey.can_log_in(ANN, NEW_PASSWORD) and not rekey.can_log_in(ANN, PASSWORD)
    rekey.mail_to(ANN)


def test_a_person_sees_where_they_are_signed_in_and_ends_one_or_all_others(rekey, ann):
    phone, api = Person(rekey, **{"User-Agent": SAFARI}).signs_in("ann"), rekey.session_of(ANN)
    says = ann.opens("/account").page.says
    assert "Firefox on Linux" in says and "Safari on iPhone" in says and says.count("This device") == 1
    page = ann.opens("/account").page
    ends = [form for form in page.forms if form.action == "account/sessions/end"]
    assert len(ends) == 2  # not the own one
    number = rekey.sql("SELECT public_id FROM session WHERE client = ?", SAFARI)[0][0]
    assert "signed out" in ann.does("account/sessions/end", id=number).page.says
    assert not phone.is_signed_in() and ann.is_signed_in() and rekey.session_lives(api)
    answer = ann.posts("/account/sessions/end", form_token=ann.form_token(), id=number)
    assert answer.status == 404 and "already" in answer.page.says
    ann.does("account/sessions/end-others")
    assert ann.is_signed_in() and not rekey.session_lives(api)
    assert not [form for form in ann.opens("/account").page.forms if "end-others" in form.action]


def test_another_address_is_asked_for_with_the_password_and_confirmed_by_its_mail(rekey, ann):
    assert "mailbox" in ann.does("account/email", email=NEW, password=PASSWORD).page.says
    assert ANN in ann.opens("/account").page.says  # not yet
    link = link_in(rekey.mail_to(NEW))
    assert rekey.submit(rekey.open_link(link).page.form_with("address"), at="/verify", address=NEW).status == 200
    assert NEW in ann.opens("/account").page.says and ann.is_signed_in()
    rekey.mail_to(ANN)  # the notice


def test_a_deleted_account_is_gone_with_its_sessions(rekey, ann):
    other = Person(rekey).signs_in(ANN)
    answer = ann.does("account/delete", password=PASSWORD, sure="yes")
    assert answer.status == 200 and "deleted" in answer.page.says and not ann.cookies
    assert not other.is_signed_in() and not rekey.can_log_in(ANN, PASSWORD)
    assert rekey.sql("SELECT count(*) FROM account")[0][0] == 0


# ---- sessions ----

@pytest.mark.sqlite
def test_a_session_ends_an_hour_after_its_last_use_and_twelve_after_the_sign_in(rekey, ann):
    def passes(seconds):
        rekey.sql("UPDATE session SET created_at = created_at - ?, refreshed_at = refreshed_at - ?, expires_at = expires_at - ?,"
                  " ends_at = ends_at - ?", *[seconds] * 4)

    for _ in range(12):
        passes(3500)
        assert ann.is_signed_in()
    passes(3500)
    assert not ann.is_signed_in()
    ann.signs_in(ANN)
    passes(3600)
    assert not ann.is_signed_in() and not ann.cookies


@pytest.mark.sqlite
def test_who_is_not_signed_in_is_sent_to_where_it_is_done(rekey):
    rekey.has_app()
    stranger = Person(rekey)
    for path in ("/account", "/account/password", "/account/sessions/end-others"):
        answer = rekey.get(path)
        assert answer.status == 303 and not answer.raw, path
        assert stranger.opens(path).page.form_with("login"), path
    for path in ("/account/profile", "/account/delete", "/sign-out"):
        answer = stranger.posts(path, password=PASSWORD, sure="yes")
        assert (answer.status, stranger.leads_to(answer, path)) == (303, "/sign-in"), path


@pytest.mark.sqlite
def test_password_managers_are_led_to_the_form_that_changes(rekey, ann):
    leads = {who: rekey.get("/.well-known/change-password", headers=person._headers({})) for who, person in
             {"ann": ann, "stranger": Person(rekey)}.items()}
    assert {who: (answer.status, answer.headers["Location"].removeprefix("http://rekey.example")) for who, answer in leads.items()} == \
        {"ann": (303, "/account#password"), "stranger": (303, "/password-reset")}
    assert [attributes for _, attributes in ann.opens("/account").page.tags if attributes.get("id") == "password"]


@pytest.mark.sqlite
def test_an_app_below_its_own_path_has_pages_and_sessions_of_its_own(rekey):
    rekey.has_app("default")
    rekey.has_app("shop")
    rekey.has_account(ANN, app="default")
    rekey.has_account(ANN, app="shop", password=NEW_PASSWORD)
    person, shopper = Person(rekey).signs_in(ANN), Person(rekey, prefix="/api:shop")
    shopper.cookies = person.cookies  # one browser
    assert not shopper.is_signed_in()
    shopper.signs_in(ANN, NEW_PASSWORD)
    assert len(person.cookies) == 2 and person.is_signed_in() and shopper.is_signed_in()
    shopper.does("account/password", old=NEW_PASSWORD, new="yet another password", confirm="yet another password")
    shopper.does("sign-out")
    assert person.is_signed_in() and not shopper.is_signed_in()
