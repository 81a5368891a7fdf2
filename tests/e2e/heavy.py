# SPDX-License-Identifier: GPL-2.0
"""Races caught by chaos, and what they end with in twenty replays: minutes, so not in TESTS."""
import os
import re

from harness import PATIENCE, RECORD, TARGETS, Failure, difference, expect

RUNS, REPLAYS = 200, 20
# Where single steps are slow, a run in which all goes well has to end in time, too.
TIMEOUT = f"--timeout={4 if PATIENCE == 1 else 12}"


def caught(race, status, *options):
    """Job: scene @race of build/targets/races fails with @status within RUNS runs, and in each replay."""
    def function(case):
        result = case.native([RECORD, "-o", case.trace, "--chaos", f"--until-fail={RUNS}", *options, "--",
                              os.path.join(TARGETS, "races"), race])
        found = re.search(r"run (\d+) failed \(\w+, chaos seed \d+\)", result.text())
        expect(found and result.status == status, f"not caught: {result.text()[-1500:]}")
        for number in range(1, REPLAYS + 1):
            replayed = case.replay()
            expect(replayed.status == status, f"replay {number}: {replayed.status}: {replayed.text()[-1500:]}")
            # the runs that went well have shown their output, too
            if not result.out.endswith(replayed.out):
                raise Failure(difference(f"replay {number}: stdout", result.out[-len(replayed.out):], replayed.out))
    return function, f"{race} is caught by chaos within {RUNS} runs, and fails in {REPLAYS} of {REPLAYS} replays", 600


TESTS = {
    "race-order": caught("order", 139),
    "race-atomicity": caught("atomicity", 1),
    "race-wakeup": caught("wakeup", 137, TIMEOUT),
    "race-free": caught("free", 134),
    "race-deadlock": caught("deadlock", 137, TIMEOUT),
}
