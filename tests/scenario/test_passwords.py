# SPDX-License-Identifier: Apache-2.0
"""What may be a password, and that all of it counts."""

import unicodedata

from server import NEW_PASSWORD, PASSWORD


def changes(rekey, session, old, new):
    return rekey.put_password(old=old, new=new, bearer=session)


def test_a_password_is_the_same_in_every_normalization_of_its_letters(rekey):
    rekey.has_account("ann@example.org", password=unicodedata.normalize("NFD", "Zürich é Å café"))
    for form in ("NFC", "NFD"):
        assert rekey.can_log_in("ann@example.org", unicodedata.normalize(form, "Zürich é Å café")), form
    assert not rekey.can_log_in("ann@example.org", "Zurich e A cafe")
    session = rekey.session_of("ann@example.org", "Zürich é Å café")
    new = "Ελλάδα ΐ 각 ǭ ñandú"
    answer = changes(rekey, session, unicodedata.normalize("NFD", "Zürich é Å café"), unicodedata.normalize("NFD", new))
    assert answer.status == 204
    for form in ("NFC", "NFD"):
        assert rekey.can_log_in("ann@example.org", unicodedata.normalize(form, new)), form


def test_compatibility_letters_are_not_the_same(rekey):
    rekey.has_account("ann@example.org", password="ﬁle № ② password")
    assert rekey.can_log_in("ann@example.org", "ﬁle № ② password")
    assert not rekey.can_log_in("ann@example.org", unicodedata.normalize("NFKC", "ﬁle № ② password"))


def test_the_old_password_in_another_normalization_is_still_the_old_one(rekey):
    rekey.has_account("ann@example.org", password="Zürich é café")
    session = rekey.session_of("ann@example.org", "Zürich é café")
    assert changes(rekey, session, "Zürich é café", unicodedata.normalize("NFD", "Zürich é café")).status == 422


def test_a_password_has_8_to_256_code_points(rekey):
    rekey.has_account("ann@example.org")
    session, old = rekey.session_of("ann@example.org"), PASSWORD
    for name, new, status in (
        ("7 letters", "abcdefg", 422),
        ("8 letters", "abc swan", 204),
        ("7 keys of 4 bytes", "🔑" * 7, 422),
        ("8 keys of 4 bytes", "🔑" * 8, 204),
        ("257 letters", "x" * 257, 422),
        ("256 letters", "swan xyz" * 32, 204),
        ("257 keys", "🔑" * 257, 422),
        ("256 keys", "🔑" * 256, 204),
        ("256 accented letters, decomposed", "e\u0301" * 256, 204),
        ("8 spaces", " " * 8, 422),
        ("nothing", "", 422),
        ("12000 letters", "x" * 12000, 422),
    ):
        answer = changes(rekey, session, old, new)
        assert (name, answer.status) == (name, status), answer.raw
        if status == 204:
            old = new
            assert rekey.can_log_in("ann@example.org", new), name
    assert rekey.can_log_in("ann@example.org", old)


def test_nothing_is_ever_cut_off(rekey):
    for length in (73, 80, 129, 256):
        password = "".join(chr(ord("a") + index * index % 26) for index in range(length))
        address = f"ann{length}@example.org"
        rekey.has_account(address, password=password)
        assert rekey.can_log_in(address, password)
        for wrong in (password[:-1] + "!", password[:72], password[:64], password[:-1], password + "x", password[:71] + "!" + password[72:]):
            assert wrong == password or not rekey.can_log_in(address, wrong), (length, wrong)


def test_nothing_is_trimmed_or_folded(rekey):
    password = "  Lead And Trail\t "
    rekey.has_account("ann@example.org")
    assert changes(rekey, rekey.session_of("ann@example.org"), PASSWORD, password).status == 204
    assert rekey.can_log_in("ann@example.org", password)
    for wrong in (password.strip(), password.lower(), password.upper(), password.swapcase(), password.rstrip(), password + " ",
                  password.replace("  ", " ")):
        assert not rekey.can_log_in("ann@example.org", wrong), wrong


def test_there_is_no_rule_of_composition(rekey):
    rekey.has_account("ann@example.org")
    session, old = rekey.session_of("ann@example.org"), PASSWORD
    for new in ("aaaaxaaq", "83749372", "ONLYUPPERCASE", "'; DROP TABLE account; --", "%s%n%x%s%n%x", "<script>alert(1)</script>",
                "\u202eright to left", "\u200bzero\u200bwidth", "گذرواژه‌ی تازه", "line\nend\r\nend", '"\\/\b\f'  * 3):
        assert changes(rekey, session, old, new).status == 204, new
        assert rekey.can_log_in("ann@example.org", new), new
        old = new


def test_what_anybody_would_try_first_is_refused_with_the_reason(rekey):
    rekey.has_account("ann.smith@example.org", username="anniesmith")
    session = rekey.session_of("ann.smith@example.org")
    for new in ("password1", "12345678", "qwertyuiop", "P@ssw0rd", "        ", "x" * 256, "ann.smith@example.org", "Anniesmith", "AnnSmith1",
                "examplesmith"):
        answer = changes(rekey, session, PASSWORD, new)
        assert (answer.status, answer.code, answer.body["errors"][0]["code"]) == (422, "password_rejected", "guessable"), new
    token = rekey.reset_token("ann.smith@example.org")
    assert rekey.put_password(token=token, new="anniesmith").body["errors"][0]["code"] == "guessable"
    assert rekey.put_password(token=token, new=NEW_PASSWORD).status == 204
    signed_up = rekey.post("/api/v1/accounts", email="bob.miller@example.org", password="bob.miller")
    assert (signed_up.status, signed_up.body["errors"][0]["code"]) == (422, "guessable")


def test_the_same_as_the_old_is_refused(rekey):
    rekey.has_account("ann@example.org")
    answer = changes(rekey, rekey.session_of("ann@example.org"), PASSWORD, PASSWORD)
    assert (answer.status, answer.code) == (422, "password_rejected")
    token = rekey.reset_token("ann@example.org")
    answer = rekey.put_password(token=token, new=PASSWORD)
    assert (answer.status, answer.code) == (422, "password_rejected")
    assert rekey.put_password(token=token, new=NEW_PASSWORD).status == 204


def test_a_password_on_the_command_line_obeys_the_same_rules(rekey):
    rekey.has_app()
    for name, password, status in (("short", "1234567", 1), ("long", "x" * 257, 1), ("empty", "", 1), ("easy", "password1", 1), ("good", "🔑" * 8, 0)):
        done = rekey.run("account", "add", f"{name}@example.org", "--password-stdin", stdin=password + "\n")
        assert (name, done.returncode) == (name, status), done.stderr
    assert rekey.can_log_in("good@example.org", "🔑" * 8)


def test_a_hash_is_made_anew_at_log_in_when_the_configured_cost_grew(make_rekey):
    rekey = make_rekey().start()
    rekey.has_account("ann@example.org")
    before, = rekey.sql("SELECT phc FROM account")[0]
    assert before.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    session = rekey.session_of("ann@example.org")
    assert rekey.sql("SELECT phc FROM account")[0][0] == before
    rekey.settings["hash.memory_kib"], rekey.settings["hash.passes"] = 64, 2
    rekey.restart()
    assert not rekey.can_log_in("ann@example.org", "wrong")
    assert rekey.sql("SELECT phc FROM account")[0][0] == before
    assert rekey.can_log_in("ann@example.org", PASSWORD)
    assert rekey.sql("SELECT phc FROM account")[0][0].startswith("$argon2id$v=19$m=64,t=2,p=1$")
    assert rekey.can_log_in("ann@example.org", PASSWORD) and rekey.session_lives(session)
