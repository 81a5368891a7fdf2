# SPDX-License-Identifier: GPL-2.0
"""--stats: how a recording or a replay itself went."""
import json
import re

from harness import DUMP, RECORD, REPLAY, TARGETS, expect, test


@test("--stats counts the places in user code that were recorded, and what it took to find them again")
def stats_points(case):
    status = f"{case.dir}/status.json"
    case.record([f"{TARGETS}/threads", "race"], options=["--quantum=5,10", f"--status-file={status}"])
    shown = case.native([DUMP, case.trace]).out.decode()
    switches = len(re.findall(r" switch: ", shown))
    with open(status, encoding="ascii") as f:
        expect(json.load(f)["points"] == switches > 0, f"{switches} switches in the trace, another number counted")
    said = case.native([REPLAY, "-q", "--stats", case.trace]).text()
    found = re.search(r"points +(\d+) places in user code: (\d+) found by patched code, (\d+) by breakpoints, "
                      r"(\d+) by debug registers, (\d+) by single steps", said)
    expect(found, f"no such line in {said}")
    total, *ways = map(int, found.groups())
    expect(total == switches and sum(ways) <= total, f"{switches} switches, replayed: {found.group()}")
    passes = re.search(r"passes +(\d+) of these addresses, (\d+) stops, \d+ candidates", said)
    expect(passes and int(passes.group(1)) >= total - 1, f"fewer passes than places: {said}")


@test("scap-record --stats says how many places there were")
def stats_recorded(case):
    said = case.native([RECORD, "-q", "--stats", "-o", case.trace, f"{TARGETS}/signals", "timer"]).text()
    expect(re.search(r"points +[1-9]\d* places in user code, \d+ instructions stepped", said), said)


@test("places in code that has all room near it reserved (V8's) are found by patched code, from further away")
def stats_reserved(case):
    case.record([f"{TARGETS}/jit-x86_64", "reserved"])
    said = case.native([REPLAY, "-q", "--stats", case.trace]).text()
    found = re.search(r"points +(\d+) places in user code: (\d+) found by patched code", said)
    # one may be where the loop is left
    expect(found and int(found[1]) > 1 and int(found[2]) >= int(found[1]) - 1, said)
