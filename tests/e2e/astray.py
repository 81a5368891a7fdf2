# SPDX-License-Identifier: GPL-2.0
"""Replays that go astray: a byte on which the course of a python program depends is changed in
its trace. The replay stops, says so within one screen, and names the event that fed the byte
first. What it did until then is a trace of its own."""
import json
import os
import re

from harness import DIFF, DIVERGENCE, DUMP, TOOLS, expect, expect_message, run, test

SCREEN = 60
SCRIPT = """
import json, os
with open("settings.json") as f:
    settings = json.load(f)
for name in sorted(os.listdir(settings["folder"])):
    path = os.path.join(settings["folder"], name)
    if os.path.isfile(path):
        with open(path) as f:
            print(name, len(f.read()))
print(os.readlink("latest"), os.path.exists(os.readlink("latest")))
os.mkdir(settings["result"])
if os.stat("carefully").st_uid == os.getuid():
    os.access("owned", os.R_OK)
with open("mode") as f:
    if f.read() == "careful\\n":
        os.stat(os.path.join(os.getcwd(), "carefully"))
"""


def record_python(case):
    """A program that reads its own source, settings, a folder and a link."""
    case.write("prog.py", SCRIPT)
    case.write("settings.json", '{"folder": "samples", "result": "harvest"}\n')
    case.write("samples/apples.txt", "red\ngreen\n")
    case.write("samples/pears.txt", "yellow\n" * 40)
    case.write("carefully", "")
    case.write("mode", "careful\n")
    case.sh("ln -s samples/apples.txt latest")
    recorded = case.record(["/usr/bin/python3", "-I", "prog.py"])
    expect(recorded.status == 0, f"recording failed: {recorded.text()}")
    case.expect_same(recorded, case.replay(), "the untouched trace")


def number_of(case, name, about):
    """Which call @name with output is the last about @about, as tamper counts."""
    lines = case.native([DUMP, "--format=json", case.trace]).out.splitlines()[1:]
    calls = [e for e in map(json.loads, lines) if e.get("name") == name and e["type"] == "syscall" and
             any(span["kind"] == "out" for span in e["spans"])]
    found = [n for n, e in enumerate(calls, 1) if about in " ".join(arg["text"] for arg in e["args"])]
    expect(found, f"the trace has no {name} about {about}")
    return str(found[-1])


def changed(case, what):
    """A copy of the trace with one change (arguments of tools/tamper); returns the event's number.
    The second argument may be a text that the call is about."""
    lie = os.path.join(case.dir, "lie.scap")
    if len(what) > 1 and not re.fullmatch(r"-?\d+", what[1]):
        what = [what[0], number_of(case, what[0].split(":")[1], what[1]), *what[2:]]
    made = run([TOOLS + "/tamper", case.trace, lie, *what])
    expect(made.status == 0, f"tamper {what} ended with {made.status}: {made.text()}")
    return lie, int(re.search(rb"event (\d+)", made.out).group(1))


def astray(name, proves, *what, record=None):
    """Registers a test: @what is changed, and found. @record: how the trace comes about"""
    def function(case):
        (record or record_python)(case)
        lie, event = changed(case, what)
        result = case.replay(trace=lie)
        said = result.text()
        expect(result.status == DIVERGENCE, f"status {result.status}: {said[-1500:]}")
        expect(said.count("\n") <= SCREEN, f"{said.count(chr(10))} lines:\n{said}")
        causes = [int(n) for n in re.findall(r"^  (?:likely cause|or): event (\d+)", said, re.MULTILINE)]
        expect(causes[:1] == [event], f"event {event} was changed, {causes} are named:\n{said}")
        at = int(re.search(r"diverged at event (\d+)", said).group(1))
        expect(at > event, f"event {event} was changed, and it was found at {at}")
    function.__name__ = "astray_" + name
    test("a divergence is traced to its cause: " + proves)(function)


astray("setting", "a name in the settings that were read", "text:harvest")
astray("folder", "the folder named in them", "text:samples\"")
astray("mode", "a word that decides a branch", "text:careful\n", "-1")
astray("listing", "a name in a directory", "text:pears")
astray("link", "where a link points", "out:readlink", "-1")
astray("script", "a name in the script itself", "text:settings.json", "-1")
astray("source_size", "the size of a source file, next to its compiled one", "out:newfstatat", "json/decoder.py", "48")
astray("file_size", "the size of a file about to be read", "out:newfstatat", "st_size=280", "48")
astray("owner", "whose a file is", "out:newfstatat", "\"carefully\"", "28")
astray("directory", "the name of the working directory", "out:getcwd", "-1", "3")


FAR = """
import os
with open("word") as f:
    word = f.read().strip()
for n in range(3000):
    os.stat(".")
os.mkdir(word)
"""


def record_far(case):
    """A program that reads something, and uses it three thousand calls later."""
    case.write("prog.py", FAR)
    case.write("word", "harvest\n")
    expect(case.record(["/usr/bin/python3", "-I", "prog.py"]).status == 0, "recording failed")


astray("far_name", "a name that is used three thousand calls later", "text:harvest", record=record_far)


def record_child(case):
    """What a shell read is used by its child."""
    case.write("word", "harvest\n")
    case.record(["/bin/bash", "-c", "read w <word; (for i in 1 2 3; do [ -e . ]; done; cd $w; :); exit 0"])


astray("parent", "what the process was given that it comes from", "text:harvest", record=record_child)


@test("scap-replay: the report of a divergence as JSON and as a page, into a file")
def astray_forms(case):
    record_python(case)
    lie, event = changed(case, ["text:harvest"])
    path = os.path.join(case.dir, "report")

    def report(form, trace=lie, status=DIVERGENCE):
        result = case.replay(trace=trace, options=[f"--format={form}", "--report=" + path])
        expect(result.status == status, f"status {result.status}: {result.text()}")
        with open(path, encoding="ascii") as f:
            return f.read(), result.text()

    text, said = report("json")
    found = json.loads(text)
    expect("does not do what was recorded" in said, f"not told of: {said}")
    expect(found["result"] == "diverged" and found["suspects"][0]["event"] == event and found["suspects"][0]["shares"],
           f"event {event} is not in front: {text}")
    expect('mkdir("harvest"' in found["a"]["text"] and 'mkdir("iarvest"' in found["b"]["text"], f"not both sides: {text}")
    expect(found["a"]["event"] > event and len(found["before"]) == 64 and
           found["before"][-1]["event"] == found["a"]["event"] - 1, f"not the events before: {text}")
    expect(found["bytes"]["at"] == 0 and found["likely"] and found["try"] and found["also"], f"no words: {text}")
    expect(found["backtraces"][0]["tid"] == found["tid"] and "mkdir" in found["backtraces"][0]["frames"][0],
           f"no backtrace: {text}")
    page = report("html")[0]
    for part in ("<!doctype html>", "mkdir(&quot;iarvest&quot;", f"Likely cause: event {event}",
                 "Thread ", "</html>"):
        expect(part in page, f"no {part} in the page:\n{page}")
    plain = report("text")[0]
    expect(plain.count("\n") <= SCREEN and f"likely cause: event {event}" in plain, f"not the report:\n{plain}")
    expect(report("json", trace=case.trace, status=0)[0] == "", "a report without a divergence")
    expect_message(case.replay(options=["--format=xml"]), "must be text, json or html", 125)
    expect_message(case.replay(options=["--report=/nowhere/at/all"]), "/nowhere/at/all: cannot be written", 125)


@test("a report of a divergence is cut to a screen; --verbose shows all of it, colour only on a terminal")
def astray_verbose(case):
    record_python(case)
    lie, _ = changed(case, ["text:harvest"])
    short, full = case.replay(trace=lie).text(), case.replay(trace=lie, options=["--verbose"]).text()
    expect(short.count("\n") <= SCREEN < full.count("\n"),
           f"{short.count(chr(10))} lines, with --verbose {full.count(chr(10))}")
    for text in ("recorded: mkdir(\"harvest\"", "replayed: mkdir(\"iarvest\"", "likely cause: event", "backtrace of thread"):
        expect(text in short and text in full, f"\"{text}\" is missing in\n{short}")
    expect("\033" not in full, "escape sequences though it is no terminal")


@test("scap-replay --save: a faithful replay saves the trace that it was given; one astray what it did instead")
def astray_saved(case):
    record_python(case)
    saved = os.path.join(case.dir, "saved.scap")
    case.replay(options=["--save=" + saved])
    expect_message(case.native([DIFF, "--strict", case.trace, saved]), r"equal: \d+ steps", 0)
    expect(case.replay(trace=saved).status == 0, "what was saved does not replay")
    lie, event = changed(case, ["text:harvest"])
    expect(case.replay(trace=lie, options=["--save=" + saved]).status == DIVERGENCE, "not astray")
    expect_message(case.native([DIFF, lie, saved]), r"first cause: process 1 .*: memory passed in behind argument 1 of "
                   r"mkdir, from byte 0 on: \"harvest", 1)
    # What was recorded and what was done, without the lie: the byte that was changed comes first.
    expect_message(case.native([DIFF, case.trace, saved]), rf"first cause: process 1 .*, event {event} of A, {event} of B", 1)
    result = case.replay(options=["--save=/nowhere/at/all"])
    expect_message(result, "/nowhere/at/all", 125)
