# SPDX-License-Identifier: Apache-2.0
"""How pages look: an app's title, accent and logo, and an operator's own templates."""

import gzip
import re
import signal
import time
import zlib

import pytest
from server import Refused, html_of, text_of

pytestmark = pytest.mark.sqlite
SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>alert(1)</script><circle r="4" cx="4" cy="4"/></svg>'
PNG = b"\x89PNG\r\n\x1a\n" + zlib.compress(b"not a picture that anybody could see, and yet one by its first bytes")


def page(rekey, path="/", **options):
    return rekey.get(path, **options).body


def asset(rekey, html, name):
    """The path of what a page loads."""
    found = re.search(rf'"(assets/[0-9a-f]+/{re.escape(name)})"', html)
    return "/" + found[1] if found else None


def refusal(rekey, *words):
    with pytest.raises(Refused) as refused:
        rekey.command("app", "set", "shop", *words)
    return refused.value.args[0]


def test_an_app_is_called_by_its_title_and_has_its_colours_and_its_picture(rekey):
    rekey.has_app("shop")
    rekey.has_account("ann@example.org")
    before = page(rekey)
    assert "<bdi>shop</bdi>" in before and "app.css" not in before and "/logo" not in before

    logo = rekey.directory / "logo.svg"
    logo.write_text(SVG)
    rekey.command("app", "set", "shop", "title=فروشگاه & Co", "accent=#FFD400", f"logo=@{logo}")
    html = page(rekey)
    assert "· فروشگاه &amp; Co</title>" in html and 'alt="فروشگاه &amp; Co"' in html

    colours = rekey.get(asset(rekey, html, "app.css"))
    assert colours.headers["Content-Type"] == "text/css; charset=utf-8" and colours.headers["Cache-Control"].endswith("immutable")
    light, dark = re.findall(r"--key:(#[0-9a-f]{6})", colours.text)
    assert light != "#ffd400" and dark == "#ffd400", "a yellow that nobody could read on white is darker there"

    picture = rekey.get(asset(rekey, html, "logo"))
    assert picture.headers["Content-Type"] == "image/svg+xml" and picture.text == SVG
    assert "sandbox" in picture.headers["Content-Security-Policy"] and picture.headers["X-Content-Type-Options"] == "nosniff"

    rekey.asks_for_reset("ann@example.org")
    mail = rekey.mail_to("ann@example.org")
    assert "فروشگاه" in mail["Subject"] + text_of(mail) and "فروشگاه" in html_of(mail)

    rekey.command("app", "set", "shop", "title=", "accent=", "logo=")
    assert asset(rekey, page(rekey), "app.css") is None and "<bdi>shop</bdi>" in page(rekey)


def test_what_is_no_colour_and_no_picture_is_refused_in_words(rekey):
    rekey.has_app("shop")
    file = rekey.directory / "file"
    for words, said in ((["accent=red"], "accent takes a colour as #rrggbb"), (["accent=#12345"], "accent takes a colour"),
                        (["logo=shop.svg"], "logo takes a file, as in logo=@shop.svg"), (["logo=@nowhere.png"], "nowhere.png: No such file")):
        assert said in refusal(rekey, *words), words
    for content, said in ((b"GIF89a", "neither PNG nor WebP nor SVG"), (b"<html>", "neither PNG"), (b"", "neither PNG"),
                          (PNG + b"x" * 65536, "64 KiB at most")):
        file.write_bytes(content)
        assert said in refusal(rekey, f"logo=@{file}"), content[:8]
    assert "/logo" not in page(rekey)


def test_each_app_has_its_own_look(rekey):
    rekey.has_app("shop", hosts=["shop.example"])
    rekey.has_app("game", hosts=["game.example"])
    logo = rekey.directory / "logo.png"
    logo.write_bytes(PNG)
    rekey.command("app", "set", "shop", f"logo=@{logo}", "accent=#8a1c5b")
    shop, game = (page(rekey, host=f"{name}.example") for name in ("shop", "game"))
    assert asset(rekey, shop, "logo") and not asset(rekey, game, "logo") and not asset(rekey, game, "app.css")
    assert rekey.get(asset(rekey, shop, "logo"), host="game.example").status == 404
    assert page(rekey, "/api:shop/").count("/logo") == 2, "at the top, and as its icon"


def test_style_sheets_and_scripts_are_kept_by_browsers_and_travel_compressed(rekey):
    rekey.has_app("shop")
    path = asset(rekey, page(rekey), "rekey.css")
    plain, packed = rekey.get(path), rekey.get(path, headers={"Accept-Encoding": "br, gzip"})
    assert plain.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert packed.headers["Content-Encoding"] == "gzip" and packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.raw) == plain.raw and len(packed.raw) < len(plain.raw) / 2
    assert rekey.get("/assets/0/rekey.css").headers["Cache-Control"] == "no-store"
    assert rekey.get("/assets/rekey.css").status == rekey.get("/assets/0/home.html").status == 404


def test_templates_of_the_operators_take_the_place_of_ours(make_rekey):
    rekey = make_rekey()
    templates = rekey.directory / "templates"
    (templates / "shop").mkdir(parents=True)
    (templates / "error.html").write_text("{{>part-head.html}}<title>x</title>{{>part-body.html}}<h1>Alas: {{title}}</h1>{{>part-foot.html}}")
    (templates / "shop" / "error.html").write_text("Of the shop: {{title}}")
    (templates / "rekey.css").write_text("p { color: red }")
    rekey.settings["server.templates"] = str(templates)
    rekey.start()
    rekey.has_app("shop", hosts=["shop.example"])
    rekey.has_app("default")
    as_a_page = {"Accept": "text/html"}
    assert "<h1>Alas: There is nothing here</h1>" in page(rekey, "/nowhere", headers=as_a_page)
    assert page(rekey, "/nowhere", host="shop.example", headers=as_a_page) == "Of the shop: There is nothing here"
    style = asset(rekey, page(rekey), "rekey.css")
    assert rekey.get(style, headers={"Accept-Encoding": "gzip"}).text == "p { color: red }"

    (templates / "shop" / "error.html").write_text("Again: {{title}}")
    hang_up(rekey, "templates have been read again")
    assert page(rekey, "/nowhere", host="shop.example", headers=as_a_page) == "Again: There is nothing here"
    (templates / "shop" / "error.html").write_text("Broken:\n{{titel}}")
    hang_up(rekey, f"{templates}/shop/error.html:2: this page has no such value: titel")
    assert page(rekey, "/nowhere", host="shop.example", headers=as_a_page) == "Again: There is nothing here"
    rekey.stop()
    done = rekey.run("serve")
    assert done.returncode == 1 and f"{templates}/shop/error.html:2: this page has no such value: titel" in done.stderr
    assert "listening" not in done.stderr


def hang_up(rekey, words):
    rekey.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 10
    while words not in rekey.stderr():
        assert time.monotonic() < deadline, rekey.stderr()
        time.sleep(0.05)
