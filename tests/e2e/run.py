#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""End-to-end tests: run.py [--list] [--audit|--heavy] [--keep] [PATTERN...]

Programs stand in cases/NAME, one file each (see cases/README.md): recorded once, replayed
twice, the second time in another directory; standard output, standard error and exit status
must be equal to the byte. Tests that need more than that are functions in the modules below.
Those of heavy/ take minutes, and packages that are unpacked for them.
Two run at a time. Last line: N passed, N failed, N skipped.
"""
import argparse
import fnmatch
import os
import shutil
import sys
import time

import astray        # noqa: F401  (registers its tests)
import audit
import badinput      # noqa: F401
import cases
import checksum      # noqa: F401
import diffing       # noqa: F401
import environment   # noqa: F401
import faults        # noqa: F401
import heavy
import hidden        # noqa: F401
import sandbox       # noqa: F401
import stats         # noqa: F401
import tamper        # noqa: F401
import threads       # noqa: F401
import until         # noqa: F401
from harness import BUILD, Case, Failure, Skip, TESTS, become_subreaper, kill_leftovers

PARALLEL = 2
WORDS = {0: "ok", 1: "FAILED", 2: "SKIPPED"}


def perform(name, job, keep):
    """Runs one test in this (forked) process; returns its exit status: 0, 1, 2 as in WORDS."""
    function, proves, limit = job
    become_subreaper()
    report, status = "", 0
    try:
        case = Case(name, limit)
        try:
            function(case)
        finally:
            kill_leftovers()
        if not keep:
            shutil.rmtree(case.dir, ignore_errors=True)
    except Skip as e:
        report, status = str(e), 2
    except Failure as e:
        report, status = f"{proves}\n{e}", 1
    except Exception as e:  # a bug of the test itself must not pass for a success
        report, status = f"{proves}\n{type(e).__name__}: {e}", 1
    with open(os.path.join(BUILD, "e2e", name + ".report"), "w", encoding="utf-8") as f:
        f.write(report)
    return status


def finish(running, count):
    """Waits for one test and prints its line; adds it to @count."""
    pid, status = os.wait()
    if pid not in running:
        return
    name, begin = running.pop(pid)
    code = os.waitstatus_to_exitcode(status)
    code = code if code in WORDS else 1
    count[code] += 1
    path = os.path.join(BUILD, "e2e", name + ".report")
    report = open(path, encoding="utf-8").read() if os.path.exists(path) else "the test itself died"
    if os.path.exists(path):
        os.unlink(path)
    line = f"{WORDS[code]} {name}: {report}" if code else f"ok {name} ({time.monotonic() - begin:.1f} s)"
    print(line.replace("\n", "\n    "), flush=True)


def main():
    parser = argparse.ArgumentParser(description="End-to-end tests of scap.")
    parser.add_argument("--list", action="store_true", help="print names and what each proves")
    parser.add_argument("--audit", action="store_true", help="record the programs under --audit instead")
    parser.add_argument("--heavy", action="store_true", help="the real threaded programs, and races, instead")
    parser.add_argument("--keep", action="store_true", help="keep the files of tests that pass")
    parser.add_argument("patterns", nargs="*", metavar="PATTERN", help="names, * allowed")
    options = parser.parse_args()

    jobs = cases.load("heavy" if options.heavy else "cases")
    if options.audit:
        jobs = audit.jobs(jobs)
    else:
        jobs.update(heavy.TESTS if options.heavy else TESTS)
    if options.patterns:
        jobs = {n: j for n, j in jobs.items() if any(fnmatch.fnmatch(n, p) for p in options.patterns)}
    if options.list:
        for name, (_, proves, _) in sorted(jobs.items()):
            print(f"{name:24} {proves}")
        return 0

    os.makedirs(os.path.join(BUILD, "e2e"), exist_ok=True)
    count, running = {0: 0, 1: 0, 2: 0}, {}
    # The long ones first, so that the two lanes end together.
    for name, job in sorted(jobs.items(), key=lambda item: (-item[1][2], item[0])):
        while len(running) >= PARALLEL:
            finish(running, count)
        sys.stdout.flush()
        pid = os.fork()
        if pid == 0:
            os._exit(perform(name, job, options.keep))
        running[pid] = (name, time.monotonic())
    while running:
        finish(running, count)
    if options.audit:
        audit.report()
    print(f"{count[0]} passed, {count[1]} failed, {count[2]} skipped")
    return 1 if count[1] else 0


if __name__ == "__main__":
    sys.exit(main())
