#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Real bugs, recorded until they happen, replayed: bugs/run.py [--save[=FILE]] [--backend=...] [BUG...]

For each bugs/NN-name/bug (bugs/README.md says what stands in it): fetches what it needs,
counts how often it fails by itself, records it until it fails, replays that ten times, and shows
that the proof can fail: with its deciding event changed the failure must not come back, and
the variant without the defect must not show it. Last line: N passed, N failed, N skipped.
"""
import argparse
import glob
import os
import shlex
import sys

import origin
import results
from bug import ROOT, Bug, Failure, run
from compare import compare, show_in_readme
from harness import DIVERGENCE, TOOLS, Skip, become_subreaper, kill_leftovers

REPLAYS = 10
FIXED_RUNS = 10
ROW = "%-21s %-26s %-36s %-16s %-6s %-10s %-14s %s"


# ---- the proof ----

def replay_all(bug, trace, recorded, first):
    """How many of the replays show the failure as the first one does."""
    equal = 0
    for again in [first] + [bug.replay(trace) for _ in range(REPLAYS - 1)]:
        # the runs that went well have shown their output, too
        equal += ((again.status, again.out, again.err) == (recorded.status, first.out, first.err) and
                  recorded.out.endswith(again.out))
    return equal


def expect_change_to_matter(bug, trace):
    lie = os.path.join(bug.build, "changed.scap")
    made = run([os.path.join(TOOLS, "tamper"), trace, lie, *shlex.split(bug.keys["deciding"])], limit=60)
    if made.status:
        raise Failure(f"the deciding event ({bug.keys['deciding']}) is not in the trace")
    changed = bug.replay(lie)
    if changed.status != DIVERGENCE and bug.has_signature(changed):
        raise Failure(f"reproduced although its deciding event was changed: {made.out.decode()}")


def expect_fix_to_hold(bug, backend):
    # what does not hang may take its time on a busy machine
    trace, result = bug.record("fixed", FIXED_RUNS, backend, bug.options(patience=10))
    if result.status and bug.has_signature(bug.replay(trace)):
        raise Failure(f"the variant without the defect fails alike:\n{result.text()[-800:]}")
    if result.status:
        raise Failure(f"the variant without the defect fails otherwise:\n{result.text()[-800:]}")
    return f"0/{FIXED_RUNS}"


def prove(bug, backend):
    """The bug's row of the table."""
    bug.prepare()
    rate = bug.native_rate()
    trace, recorded, first, tries = bug.catch(backend)
    equal = replay_all(bug, trace, recorded, first)
    if equal != REPLAYS:
        raise Failure(f"only {equal} of {REPLAYS} replays are like the recording")
    expect_change_to_matter(bug, trace)
    return [bug.name, bug.keys["class"], origin.check(bug, trace), rate, str(tries), f"{os.path.getsize(trace) / 1024:.0f} KiB",
            f"{equal}/{REPLAYS}", expect_fix_to_hold(bug, backend)]


def summary(rows):
    """What the rows that passed stand for."""
    classes = {row[1] for row in rows}
    debian = sum(row[2] != origin.RESTATED for row in rows)
    return f"bugs: {len(rows)}, classes: {len(classes)}, with their defect in unmodified files of Debian: {debian}"


# ---- one bug, and all ----

def handle(bug, args, rows):
    if args.prepare:
        bug.prepare()
    elif args.compare:
        row, shown = compare(bug, args.backend)
        if args.save:
            show_in_readme(bug, shown)
            results.put(args.save, results.COMPARISON, [*row, args.made_by])
    else:
        row = prove(bug, args.backend)
        rows.append(row)
        print(ROW % tuple(row), flush=True)
        if args.save:
            results.put(args.save, args.backend, [*row, args.made_by])


def parse():
    parser = argparse.ArgumentParser(description="Real bugs, recorded until they happen, replayed.")
    parser.add_argument("--save", nargs="?", const=results.PATH, metavar="FILE",
                        help="write each bug's row into bugs/RESULTS.md or FILE, and what --compare shows into its README")
    parser.add_argument("--made-by", default="bugs/run.py", metavar="COMMAND", help="what the rows' last column says")
    parser.add_argument("--merge", metavar="FILE", help="only put the rows of FILE into bugs/RESULTS.md")
    parser.add_argument("--prepare", action="store_true", help="only fetch and build what they need")
    parser.add_argument("--compare", action="store_true", help="instead: scap-diff of runs that passed and one that failed")
    parser.add_argument("--backend", default="ptrace")
    parser.add_argument("--quick", action="store_true", help="only those that make check runs")
    parser.add_argument("bug", nargs="*", help="numbers or names; all if none")
    return parser.parse_args()


def chosen(args):
    for folder in sorted(glob.glob(os.path.join(ROOT, "bugs", "[0-9][0-9]-*"))):
        name = os.path.basename(folder)
        if not args.bug or name in args.bug or name[:2] in args.bug:
            yield folder


def main():
    args = parse()
    if args.merge:
        results.merge(results.PATH, args.merge)
        return 0
    become_subreaper()
    rows, passed, failed, skipped = [], 0, 0, 0
    if not args.compare and not args.prepare:
        print(ROW % tuple(results.PROOF[:-1]))
    for folder in chosen(args):
        name = os.path.basename(folder)
        try:
            bug = Bug(folder)
            if args.quick and bug.keys.get("check") != "yes":
                continue
            handle(bug, args, rows)
            passed += 1
        except Skip as e:
            skipped += 1
            print(f"SKIPPED {name}: {e}", flush=True)
        except Failure as e:
            failed += 1
            print(f"FAILED {name}: {e}", flush=True)
        finally:
            kill_leftovers()
    if rows:
        print(summary(rows))
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
