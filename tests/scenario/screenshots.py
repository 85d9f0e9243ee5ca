#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""screenshots FOLDER [NAME...] - every page and every mail, or those named, as a phone and a desk see them: to be looked at.

Light and dark, in English, Persian and Bengali. REKEY_BIN names the program; run it with the Python of
script/install-test-tools."""

import os
import pathlib
import sys
import tempfile

sys.dont_write_bytecode = True

import databases
import gallery
import server
from playwright.sync_api import sync_playwright

LANGUAGES = ("en", "fa", "bn")
SCREENS = {"phone": {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 2, "has_touch": True},
           "desk": {"viewport": {"width": 1280, "height": 900}}}
SCHEMES = ("light", "dark")


def shoot(page, folder, name):
    for scheme in SCHEMES:
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=folder / f"{name}-{scheme}.png", full_page=True, animations="disabled")


def shoot_pages(browser, town, folder, names):
    for language in LANGUAGES:
        for screen, options in SCREENS.items():
            tab = gallery.Tab(browser, town.rekey.url, language, **options)
            for name, way in gallery.PAGES.items():
                if names and name not in names:
                    continue
                tab.forgets()
                way(tab, town)
                tab.page.evaluate("() => document.querySelectorAll('aside').forEach(aside => aside.remove())")
                shoot(tab.page, folder, f"{name}-{language}-{screen}")
            tab.close()


def shoot_mails(browser, town, folder):
    """All that the ways have caused, by their subjects."""
    seen = set()
    for mail in town.rekey.all_mails():
        if mail["Subject"] in seen:
            continue
        seen.add(mail["Subject"])
        for screen, options in SCREENS.items():
            context = browser.new_context(**options)
            page = context.new_page()
            page.set_content(server.html_of(mail))
            shoot(page, folder, f"mail-{len(seen):02}-{screen}")
            context.close()


def main():
    if len(sys.argv) < 2:
        sys.exit("usage: screenshots FOLDER [NAME...]")
    folder, names = pathlib.Path(sys.argv[1]), sys.argv[2:]
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as directory, sync_playwright() as playwright:
        storage = databases.make_with_tables("sqlite", directory, server.binary())
        rekey = server.Rekey(directory, gallery.SETTINGS, flags=["--dev"], storage=storage).start()
        browser = playwright.chromium.launch(executable_path=os.environ.get("REKEY_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
        try:
            town = gallery.Town(rekey)
            rekey.sets_app("demo", title="Rekey")
            shoot_pages(browser, town, folder, names)
            shoot_mails(browser, town, folder)
        finally:
            browser.close()
            rekey.kill()


if __name__ == "__main__":
    main()
