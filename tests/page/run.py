#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""The pages that scap-diff and scap-replay write, in a headless Chromium: light, dark and on a
phone; what a reader does is done with keys, and seen. Screenshots go to build/page/.

    tests/page/run.py [--only=WORD]
"""
import os
import shutil
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "e2e"))
from browser import Browser, find  # pylint: disable=wrong-import-position
from harness import BIN, BUILD, TOOLS  # pylint: disable=wrong-import-position

DIR = os.path.join(BUILD, "page")
SCRIPT = """
import os
with open("settings") as f:
    settings = dict(line.split("=") for line in f.read().split())
for name in sorted(os.listdir(settings["folder"])):
    with open(os.path.join(settings["folder"], name)) as f:
        print(name, len(f.read()))
if settings["mode"] == "careful":
    os.stat(settings["folder"])
os.mkdir(settings["result"])
"""
TESTS = []
DESK, PHONE = (1200, 900), (390, 844)


def test(function):
    TESTS.append(function)
    return function


def expect(condition, text):
    if not condition:
        raise AssertionError(text)


def run(argv, status=0):
    done = subprocess.run(argv, cwd=DIR, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          check=False, timeout=120)
    if done.returncode != status:
        raise SystemExit(f"page: {' '.join(argv)} ended with {done.returncode}:\n{done.stderr.decode()[-2000:]}")
    return done.stdout


def write(name, text):
    path = os.path.join(DIR, name)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as f:
        f.write(text if isinstance(text, bytes) else text.encode())
    return path


def make_pages():
    """Two recordings that differ, and a replay astray. Returns the paths of their pages."""
    write("prog.py", SCRIPT)
    write("samples/apples", "red <b>and</b> green\n")
    write("samples/pears", "yellow\n" * 40)
    for name, mode, apples in (("a", "careful", "red <b>and</b> green\n"), ("b", "quickly", "red <i>and</i> green\n")):
        write("settings", f"folder=samples\nmode={mode}\nresult=harvest-{name}\n")
        write("samples/apples", apples)
        run([os.path.join(BIN, "scap-record"), "-q", "-o", f"{name}.scap", "--", "/usr/bin/python3", "-I", "prog.py"])
        os.rmdir(os.path.join(DIR, f"harvest-{name}"))
    diff = write("diff.html", run([os.path.join(BIN, "scap-diff"), "--format=html", "a.scap", "b.scap"], 1))
    run([os.path.join(TOOLS, "tamper"), "a.scap", "lie.scap", "text:harvest"])
    replay = os.path.join(DIR, "replay.html")
    run([os.path.join(BIN, "scap-replay"), "-q", "--format=html", "--report=" + replay, "lie.scap"], 124)
    return diff, replay


def open_all_ways(browser, page, name):
    """Loads @page light, dark and on a phone, with a screenshot of each; yields after each."""
    for way, size, how in (("light", DESK, {}), ("dark", DESK, {"dark": True}), ("phone", PHONE, {"phone": True})):
        browser.open(page, *size, **how)
        shot = os.path.join(DIR, f"{name}-{way}.png")
        browser.screenshot(shot)
        print(f"screenshot: {os.path.relpath(shot)}", flush=True)
        yield way


def focused(browser):
    return browser.ask("document.activeElement.id || document.activeElement.tagName")


def shown(browser):
    return browser.ask("[...document.querySelectorAll('article')].filter(a => a.offsetParent).length")


@test
def looks_right_in_light_in_dark_and_on_a_phone(browser, pages):
    for page, name in zip(pages, ("diff", "replay")):
        colours = set()
        for way in open_all_ways(browser, page, name):
            paper = "getComputedStyle(document.body)"
            colours.add(browser.ask(f"{paper}.backgroundColor + ' ' + {paper}.color"))
            # What is too wide scrolls by itself, not the page.
            wide = browser.ask("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            expect(wide <= 0, f"{name}, {way}: {wide} pixels too wide")
            expect(browser.ask("document.querySelector('h1').getBoundingClientRect().height > 10"), "no headline")
        expect(len(colours) == 2, f"{name}: light and dark are the same: {colours}")


@test
def complains_of_nothing_and_fetches_nothing(browser, pages):
    for page in pages:
        browser.complaints, browser.asked = [], []
        browser.open(page, *DESK)
        browser.type("/careful")
        expect(not browser.complaints, f"on the console: {browser.complaints}")
        expect(browser.asked == ["file://" + page], f"asked for {browser.asked}")


@test
def keys_lead_from_one_difference_to_the_next(browser, pages):
    browser.open(pages[0], *DESK)
    count = shown(browser)
    expect(count > 2, f"{count} differences are too few to go through")
    for key, there in (("j", "f1"), ("j", "f2"), ("j", "f3"), ("k", "f2"), ("k", "f1"), ("k", "f1")):
        browser.press(key)
        expect(focused(browser) == there, f"{key} led to {focused(browser)}, not {there}")
    place = browser.ask("(b => b.top >= 0 && b.top < innerHeight)(document.activeElement.getBoundingClientRect())")
    expect(place, "what has the focus is out of sight")


@test
def links_lead_to_the_differences_by_keyboard(browser, pages):
    browser.open(pages[0], *DESK)
    links = browser.ask("[...document.querySelectorAll('a[href]')].map(a => a.getAttribute('href'))")
    expect(all(browser.ask(f"!!document.querySelector('{link}')") for link in set(links)), f"a link to nowhere: {links}")
    expect({f"#f{n + 1}" for n in range(shown(browser))} <= set(links), f"no link to some difference: {links}")
    reached = []
    for _ in range(len(links) + 5):
        browser.press("Tab")
        reached.append(browser.ask("document.activeElement.getAttribute('href')"))
        if reached[-1] and browser.ask("!!document.activeElement.closest('svg')"):
            break
    browser.press("Enter")
    target = browser.ask("document.querySelector(':target')?.id")
    expect(reached[-1] and "#" + (target or "") == reached[-1], f"Enter on {reached[-1]} led to {target}")


@test
def search_shows_what_has_the_words(browser, pages):
    browser.open(pages[0], *DESK)
    every = shown(browser)
    browser.press("/")
    browser.type("mkdir HARVEST")
    some = shown(browser)
    expect(0 < some < every, f"{some} of {every} are shown")
    expect(browser.ask("document.querySelector('#found').textContent") == f"{some} of {every}", "not counted")
    browser.screenshot(os.path.join(DIR, "diff-search.png"))
    print("screenshot: " + os.path.relpath(os.path.join(DIR, "diff-search.png")))
    browser.press("Escape")
    browser.press("j")
    expect("mkdir" in browser.ask("document.activeElement.textContent"), "j led to what is hidden")
    browser.press("/")
    browser.type(" nothing-of-that-name")
    expect(shown(browser) == 0, f"{shown(browser)} are shown")


@test
def data_is_no_markup(browser, pages):
    browser.open(pages[0], *DESK)
    expect("<i>" in browser.ask("document.body.textContent"), "the data is not there")
    expect(browser.ask("document.querySelectorAll('b b, pre b, pre i, i').length") == 0, "data has become markup")


def main():
    program = find()
    wanted = sys.argv[1][len("--only="):] if sys.argv[1:] else ""
    if not program:
        print("SKIPPED page: no chromium-headless-shell here (tests/deps.sh)\n0 passed, 0 failed, 1 skipped")
        return 0
    shutil.rmtree(DIR, ignore_errors=True)
    os.makedirs(DIR)
    pages, failed, passed = make_pages(), 0, 0
    browser = Browser(program)
    try:
        for function in TESTS:
            if wanted not in function.__name__:
                continue
            try:
                function(browser, pages)
                passed += 1
                print(f"ok {function.__name__}", flush=True)
            except AssertionError as e:
                failed += 1
                print(f"FAILED {function.__name__}\n    {e}", flush=True)
    finally:
        browser.close()
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
