# SPDX-License-Identifier: GPL-2.0
"""Threads that were interrupted where several moments look alike: the replay goes back for the right one."""
import os
import re

from harness import REPLAY, TARGETS, TOOLS, expect, run, test


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
