# SPDX-License-Identifier: GPL-2.0
"""Threads that were interrupted where several moments look alike: the replay goes back for the right one."""
import json
import os
import re

from harness import BUILD, DUMP, REPLAY, TARGETS, TOOLS, expect, run, test


def replays_again(case, trace):
    """Replays with --stats; returns the outcome and how often it began anew."""
    replayed = case.native([REPLAY, "-q", "--stats", trace], limit=300)
    found = re.search(r"again +(\d+) replays from the beginning", replayed.text())
    expect(found, f"no such line in {replayed.text()}")
    return replayed, int(found.group(1))


def right_moment(kind, proves):
    """Registers a test: the recorded number of rounds comes out, although nothing says which round it was."""
    def function(case):
        blind = os.path.join(case.dir, "blind.scap")
        recorded = case.record([f"{TARGETS}/moments", kind])
        expect(run([f"{TOOLS}/tamper", case.trace, blind, "guide", "0"]).status == 0, "no place in user code")
        replayed, tries = replays_again(case, blind)
        expect(replayed.status == recorded.status and replayed.out == recorded.out,
               f"recorded {recorded.out}, shown after {tries} more replays {replayed.text()}")
        expect(tries, "the first moment was the right one each time")
    function.__name__ = "moments_" + kind
    test("a place in user code that several moments match: " + proves)(function)


right_moment("shared", "a later event tells which it was, and output is shown once; what differs is in shared memory")
right_moment("private", "the same for private memory beyond what is hashed")


@test("what a thread had computed when it was interrupted is its own time, not that of threads that ran before it: "
      "a replay runs freely for most of it")
def thread_time(case):
    case.record([f"{BUILD}/bench/threads", "count", "20000"], options=["--quantum=5,20"])
    events = [json.loads(line) for line in case.native([DUMP, "--format=json", case.trace]).out.splitlines()]
    turns = [s["cpu_ns"] for e in events if e.get("type") == "switch" for s in e["spans"] if s["kind"] == "point"]
    passed = max(e["time"] for e in events if "time" in e)
    # of up to 20 ms each, as long as they are; most of the recording's time is the recorder's on a slow machine
    expect(1e6 * len(turns) < sum(turns) < passed * 1.2,
           f"{sum(turns)} ns in {len(turns)} turns of a recording that took {passed} ns")
