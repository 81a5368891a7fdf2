# SPDX-License-Identifier: GPL-2.0
"""Running a program until it fails: chaos, time-outs, what is kept."""
import os
import re

from harness import PATIENCE, RECORD, REPLAY, TARGETS, TROUBLE, expect, expect_message, test

RACES = os.path.join(TARGETS, "races")


def until_fail(case, race, *options):
    result = case.native([RECORD, "-o", case.trace, "--chaos", "--until-fail=1000", *options, "--", RACES, race])
    expect(re.search(r"run \d+ failed \(\w+, chaos seed \d+\)", result.text()), f"not caught: {result.text()[-1500:]}")
    for _ in range(3):
        replayed = case.replay()
        expect(replayed.status == result.status, f"{race}: recorded {result.status}, replayed {replayed.status}")
    return result


@test("a thread that needs what its creator has not set yet is caught by chaos, and crashes in every replay")
def chaos_order(case):
    expect(until_fail(case, "order").status == 139, "not the crash that was looked for")


@test("a count is lost between two calls with no loop in between, which only a turn counted from a call's end finds")
def chaos_lost(case):
    expect(until_fail(case, "lost").status == 1, "not the wrong total that was looked for")


@test("threads that look for single steps, in their flags and in those that a handler is shown, see none by chaos, whose "
      "turns are counted by them")
def chaos_unseen(case):
    for seed in range(1, 7):
        said = case.native([RECORD, "-q", "-o", case.trace, f"--chaos={seed}", f"{TARGETS}/flags-x86_64"])
        expect(said.status == 0, f"seed {seed}: {said.status}: {said.text()[-500:]}")
        replayed = case.replay()
        expect(replayed.status == 0 and replayed.out == said.out, f"seed {seed}: {replayed.status}: {replayed.text()[-1500:]}")


@test("two threads that lock in opposite order are caught by chaos and a time-out, and hang in every replay, which "
      "says who waits for whom")
def chaos_deadlock(case):
    # where single steps are slow, a run without a deadlock has to end in time, too
    seconds = 4 if PATIENCE == 1 else 12
    result = until_fail(case, "deadlock", f"--timeout={seconds}")
    expect(result.status == 137, f"status {result.status}")
    expect_message(result, f"took longer than {seconds} seconds, and was killed")
    hang = case.native([REPLAY, case.trace])
    expect_message(hang, r"killed as recorded: process \d+, by SIGKILL, all 3 threads blocked", 137)
    expect_message(hang, r"deadlock: thread (\d+) waits for thread (\d+), which waits for thread \1\n")
    expect_message(hang, r"thread \d+, waiting for thread \d+: futex\(.*FUTEX_WAIT_PRIVATE.*\n(  #.*\n)*.* locks\+.*races\.c:")
    # Joined by a thread that is blocked itself, and killed ahead of the others.
    expect_message(hang, r"thread \d+, waiting for thread \d+: futex\(.*\n(  #.*\n)*.* main\+")


@test("a program stopped by hand: what each thread was doing, blocked or not, and nothing with --quiet")
def killed_where(case):
    case.native([RECORD, "-q", "-o", case.trace, "--timeout=1", "--", "bash", "-c", "sleep 100 | (while :; do :; done)"])
    hang = case.native([REPLAY, case.trace])
    expect_message(hang, r"by SIGKILL, its thread blocked\nthread \d+: (clock_nanosleep|wait4)\(", 137)
    expect_message(hang, r"by SIGKILL, its thread running\nthread \d+: running; after what it is last recorded with\n  #0")
    expect(not case.native([REPLAY, "-q", case.trace]).err, "something was said in spite of --quiet")
    case.record(["bash", "-c", "sleep 100 & sleep 0.1; kill $!; wait"])
    expect("killed as recorded" not in case.replay(quiet=False).text(), "a child that its parent killed is reported")


@test("a thread taken off the processor just as its call, cut short, is about to be made again")
def chaos_restarts(case):
    recorded = case.record([os.path.join(TARGETS, "threads"), "children"], options=["--chaos=2"])
    expect(recorded.status == 0, f"recording failed: {recorded.text()}")
    case.expect_same(recorded, case.replay())


@test("a program that never fails: as many runs as asked for, no trace, an old one kept")
def never_fails(case):
    with open(case.trace, "wb") as old:
        old.write(b"precious")
    result = case.native([RECORD, "-o", case.trace, "--until-fail=3", "--", "/bin/true"])
    expect_message(result, "no failure in 3 runs; no trace is kept")
    expect(result.status == 0 and not os.path.exists(case.trace), "a trace of a run that went well is left")
    with open(case.trace + ".old", "rb") as old:
        expect(old.read() == b"precious", "the trace that was there is lost")


@test("standard input that is a file is read from its start by each run")
def input_wound_back(case):
    path = os.path.join(case.dir, "input")
    with open(path, "w", encoding="ascii") as f:
        f.write("abc\n")
    script = f"{RECORD} -q -o {case.trace} --until-fail=3 -- cat < {path}"
    result = case.native(["bash", "-c", script])
    expect(result.out == b"abc\n" * 3, f"three runs printed {result.out}")


@test("--quantum, --chaos, --until-fail, --timeout, --checksum, --recompress and --ring refuse nonsense")
def nonsense(case):
    for option in ("--quantum=x", "--quantum=5,2", "--quantum=0", "--chaos=x", "--chaos=18446744073709551616",
                   "--until-fail=0", "--until-fail=-1", "--timeout=0", "--timeout=soon", "--checksum=0",
                   "--checksum=x", "--recompress=20",
                   "--recompress=hard", "--ring=32K", "--ring=65537", "--ring=2G", "--ring=4X", "--ring=64KB"):
        result = case.native([RECORD, option, "/bin/touch", "ran"])
        expect_message(result, option.split("=", maxsplit=1)[0] + "=", TROUBLE)
    expect(not os.path.exists("ran"), "the program ran")
