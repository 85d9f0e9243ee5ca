# SPDX-License-Identifier: Apache-2.0
"""What holds for every page there is: anybody can use it, it is valid, light, and by itself; in both directions, light and dark."""

import json
import os
import pathlib
import shutil
import subprocess

import gallery
import pytest
from playwright.sync_api import sync_playwright

HERE = pathlib.Path(__file__).parent
NODE_MODULES = pathlib.Path(os.environ.get("REKEY_NODE_MODULES") or HERE.parent.parent / "build-test" / "node" / "node_modules")
SETTINGS = gallery.SETTINGS
WEIGHT_MAX = 15_000
NARROW, WIDE = {"width": 320, "height": 640}, {"width": 1280, "height": 900}

CONTROLS = """() => [...document.querySelectorAll('a[href], button, input:not([type=hidden]), select')]
    .filter(control => !control.disabled && control.checkVisibility()).length"""
FOCUSED = """seen => {
  const control = document.activeElement;
  if (!control || control === document.body) return null;
  window.reached = seen ? window.reached : new Set();
  window.reached.add(control);
  const style = getComputedStyle(control);
  return [window.reached.size, style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, control.outerHTML.slice(0, 80)];
}"""
LOADED = "() => performance.getEntriesByType('resource').map(entry => [entry.name, entry.encodedBodySize])"


@pytest.fixture
def town(make_rekey):
    return gallery.Town(make_rekey(flags=["--dev"]).start())


@pytest.fixture
def chromium():
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("REKEY_CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def violations(page, **options):
    found = page.evaluate("options => axe.run(document, { resultTypes: ['violations'], ...options })", options)["violations"]
    return [f"{one['id']}: {node['html'][:120]} {node['failureSummary'].splitlines()[1:2]}" for one in found for node in one["nodes"]]


def axe_of(page):
    """By every rule in the light; in the dark the colours alone are others."""
    page.evaluate((NODE_MODULES / "axe-core" / "axe.min.js").read_text())
    yield "light", violations(page)
    page.emulate_media(color_scheme="dark")
    yield "dark", violations(page, runOnly=["color-contrast"])
    page.emulate_media(color_scheme="light")


def faults_of_accessibility(tab):
    return [f"{scheme}: {fault}" for scheme, faults in axe_of(tab.page) for fault in faults]


def faults_of_room(tab):
    tab.page.set_viewport_size(NARROW)
    width = tab.page.evaluate("() => document.documentElement.scrollWidth")
    tab.page.set_viewport_size(WIDE)
    return [f"{width} wide where there are {NARROW['width']}"] if width > NARROW["width"] else []


def faults_of_loading(tab, weights):
    loaded = tab.page.evaluate(LOADED)
    weights.append(len(tab.served.encode()) + sum(size for _, size in loaded))
    elsewhere = [url for url in tab.requests if not url.startswith(tab.base + "/")]
    return ([f"asks {url}" for url in elsewhere] + [f"complains: {words}" for words in tab.complaints] +
            ([f"{weights[-1]} bytes: {loaded}"] if weights[-1] > WEIGHT_MAX and "/dev/" not in tab.page.url else []))


def faults_of_focus(tab):
    """Every control comes by the tabulator, and is seen to have come."""
    controls, reached, faults = tab.page.evaluate(CONTROLS), 0, []
    tab.page.evaluate("() => { document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex'); }")
    for step in range(controls + 1):
        tab.page.keyboard.press("Tab")
        focused = tab.page.evaluate(FOCUSED, step)
        if not focused:
            break
        reached, seen, control = focused
        faults += [] if seen else [f"no focus is seen: {control}"]
    return faults + ([f"{reached} of {controls} controls are reached"] if reached < controls else [])


def faults_of_motion(tab):
    """Who wants none has none."""
    tab.page.emulate_media(reduced_motion="reduce")
    moving = tab.page.evaluate("""() => [...document.querySelectorAll('*')].map(element => getComputedStyle(element))
        .filter(style => style.transitionDuration !== '0s' || style.animationName !== 'none').length""")
    tab.page.emulate_media(reduced_motion="no-preference")
    return [f"{moving} elements move"] if moving else []


def faults_of_forced_colours(tab):
    """What is told by a ground or a shadow has a border where the browser takes both away."""
    tab.page.emulate_media(forced_colors="active")
    bare = tab.page.evaluate("""() => [...document.querySelectorAll('button, .button, input:not([type=hidden]), select')]
        .filter(control => control.checkVisibility() && parseFloat(getComputedStyle(control).borderTopWidth) === 0).map(control => control.outerHTML)""")
    tab.page.emulate_media(forced_colors="none")
    return [f"no border with forced colours: {control[:80]}" for control in bare if "checkbox" not in control]


def faults_of_markup(directory, served):
    """By html-validate, of all pages at once."""
    (directory / ".htmlvalidate.json").write_text(json.dumps({"root": True, "extends": ["html-validate:standard"]}))
    for name, html in served.items():
        (directory / f"{name}.html").write_text(html)
    done = subprocess.run([shutil.which("node"), NODE_MODULES / "html-validate" / "bin" / "html-validate.js", "--formatter", "json",
                           *sorted(directory.glob("*.html"))], cwd=directory, capture_output=True, text=True, timeout=120, check=False)
    assert done.stdout, done.stderr
    return [f"{pathlib.Path(page['filePath']).name}:{fault['line']}: {fault['ruleId']}: {fault['message']}"
            for page in json.loads(done.stdout) for fault in page["messages"]]


@pytest.mark.sqlite
@pytest.mark.timeout(400)
def test_every_page_is_for_everybody_valid_light_and_by_itself(town, chromium, tmp_path):
    served, faults, weights = {}, [], []
    for language, direction in (("en", "ltr"), ("fa", "rtl")):
        tab = gallery.Tab(chromium, town.rekey.url, language, viewport=WIDE)
        pages = gallery.PAGES | (gallery.PAGES_OF_DEVELOPMENT if language == "en" else {})
        for name, way in pages.items():
            tab.forgets()
            way(tab, town)
            served[f"{name}.{language}"] = tab.served
            assert f'lang="{language}" dir="{direction}"' in tab.served, name
            found = faults_of_accessibility(tab) + faults_of_room(tab) + faults_of_loading(tab, weights)
            found += faults_of_focus(tab) + faults_of_motion(tab) + faults_of_forced_colours(tab) if language == "en" else []
            faults += [f"{name}.{language}: {fault}" for fault in found]
        tab.close()
    tab = gallery.Tab(chromium, town.rekey.url, "bn", viewport=WIDE)  # whose letters are the heaviest
    for name in ("account", "account-refused", "choose", "not-me-moved"):
        tab.forgets()
        gallery.PAGES[name](tab, town)
        faults += [f"{name}.bn: {fault}" for fault in faults_of_loading(tab, weights)]
    tab.close()
    faults += faults_of_markup(tmp_path, served)
    print(f"{len(served)} pages, the heaviest {max(weights)} bytes")
    assert not faults, "\n".join(faults)
