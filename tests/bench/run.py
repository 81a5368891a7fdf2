#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Speed and memory: run.py [--save] [--quick] [--runs N]

Every figure is a ratio or a difference within this one run, the median of several; all tools
and their tracees are pinned to one CPU (taskset), as a ptrace stop across CPUs costs many times
more. --save writes tests/bench/RESULTS.md; --quick leaves out the ten million events.
"""
import argparse
import os
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

import results

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.path.join(ROOT, os.environ.get("B", "build"))
RECORD, REPLAY, DUMP, DIFF = (os.path.join(BUILD, "bin", "scap-" + n) for n in ("record", "replay", "dump", "diff"))
TEST_POINT = os.path.join(BUILD, "tests", "unit", "test-point")
LOOP, COMPUTE, THREADS = (os.path.join(BUILD, "bench", n) for n in ("loop", "compute", "threads"))
CPU = max(os.sched_getaffinity(0))
# What runs briefly varies most: it is run again for so many seconds, but not more often than that.
BUDGET, RUNS_MAX = 20, 41

report = []


def say(line=""):
    print(line, flush=True)
    report.append(line)


def table(head, rows):
    say("| " + " | ".join(head) + " |")
    say("|" + "|".join(["---"] + ["---:"] * (len(head) - 1)) + "|")
    for row in rows:
        say("| " + " | ".join(row) + " |")
    say()


class Run:
    """One command on the one CPU: seconds of wall time, largest resident set in MiB, output."""

    def __init__(self, argv, cwd, output=True):
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            begin = time.monotonic()
            proc = subprocess.Popen(["taskset", "-c", str(CPU), *argv], cwd=cwd, stdin=subprocess.DEVNULL,
                                    stdout=out if output else subprocess.DEVNULL, stderr=err)
            _, status, usage = os.wait4(proc.pid, 0)
            self.seconds = time.monotonic() - begin
            self.status, self.rss = os.waitstatus_to_exitcode(status), usage.ru_maxrss / 1024
            self.cpu = usage.ru_utime + usage.ru_stime
            out.seek(0)
            err.seek(0)
            self.out, self.err = out.read(1 << 20).decode(errors="replace"), err.read(1 << 16).decode(errors="replace")
        if self.status != 0:
            raise SystemExit(f"bench: {' '.join(argv)} ended with {self.status}\n{self.err[-2000:]}")


class Bench:
    def __init__(self, runs):
        self.runs = runs
        self.dir = tempfile.mkdtemp(prefix="bench-", dir=BUILD)
        self.trace = os.path.join(self.dir, "trace.scap")

    def tools(self, argv):
        return {
            "native": argv,
            "scap-record": [RECORD, "-q", "-o", self.trace, "--", *argv],
            "strace": ["strace", "-f", "-o", "/dev/null", *argv],
            "scap-replay": [REPLAY, "-q", self.trace],
        }

    def medians(self, argv, prepare=None):
        """Median seconds of each tool; the tools take turns, so that drift meets them all."""
        seconds, begin = {}, time.monotonic()
        for done in range(max(self.runs, RUNS_MAX)):
            if done >= self.runs and time.monotonic() - begin > BUDGET:
                break
            for tool, command in self.tools(argv).items():
                if prepare and tool != "scap-replay":
                    prepare()
                seconds.setdefault(tool, []).append(Run(command, self.dir).seconds)
        return {tool: statistics.median(s) for tool, s in seconds.items()}

    def loops(self):
        say("## System call loops\n")
        say("Wall time of a whole run, and microseconds a call. `build/bench/loop CALL N`.\n")
        rows = []
        for call, n in (("getppid", 200000), ("read64", 200000)):
            m = self.medians([LOOP, call, str(n)])
            each = {t: s / n * 1e6 for t, s in m.items()}
            rows.append([call, *(f"{m[t]:.2f} s, {each[t]:.2f} us" for t in m),
                         f"{m['scap-record'] / m['strace']:.2f}", f"{m['scap-replay'] / m['scap-record']:.2f}"])
        table(["loop", "native", "scap-record", "strace -f", "scap-replay", "record : strace (at most 1.5)",
               "replay : record (at most 1)"], rows)

    def programs(self):
        say("## Programs\n")
        say("Time added to the native run.\n")
        self.make_inputs()
        rows = []
        for name, argv, product in (
                ("gcc -O2 -c", ["gcc", "-O2", "-c", "-o", "big.o", "big.c"], "big.o"),
                ("sqlite3, 1000 transactions", ["sqlite3", "t.db", ".read load.sql"], "t.db"),
                ("tar of /usr/include", ["tar", "cf", "out.tar", "-C", "/usr", "include"], "out.tar"),
                ("python3 start-up", ["/usr/bin/python3", "-c", "import json"], None)):
            def clean(product=product):
                if product and os.path.exists(os.path.join(self.dir, product)):
                    os.unlink(os.path.join(self.dir, product))
            m = self.medians(argv, clean)
            added = {t: m[t] - m["native"] for t in m}
            rows.append([name, f"{m['native']:.3f} s", *(f"+{added[t]:.3f} s" for t in ("scap-record", "strace")),
                         f"{m['scap-replay']:.3f} s", f"{added['scap-record'] / added['strace']:.2f}",
                         f"{m['scap-replay'] / m['scap-record']:.2f}"])
        table(["program", "native", "scap-record", "strace -f", "scap-replay", "added, record : strace (at most 1.5)",
               "replay : record (at most 1)"], rows)

    def make_inputs(self):
        with open(os.path.join(self.dir, "load.sql"), "w", encoding="utf-8") as f:
            f.write("create table t(a integer primary key, b);\n")
            f.writelines("insert into t(b) values(random());\n" for _ in range(1000))
            f.write("select count(*) from t;\n")
        with open(os.path.join(self.dir, "big.c"), "w", encoding="utf-8") as f:
            f.write("#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n")
            f.writelines(f"int f{i}(int x) {{ return printf(\"%d\\n\", x + {i}) + (int)strlen(\"{i}\"); }}\n"
                         for i in range(300))

    def events(self):
        say("## Ten million events\n")
        say("`build/bench/loop getppid N`; wall time, processor time (program included), largest "
            "resident set of our own process.\n")
        rows, size = [], {}
        for n in (1000000, 10000000):
            runs = {
                "record": Run(self.tools([LOOP, "getppid", str(n)])["scap-record"], self.dir),
                "replay": Run([REPLAY, "-q", self.trace], self.dir),
                "dump": Run([DUMP, self.trace], self.dir, output=False),
                "diff": Run([DIFF, self.trace, self.trace], self.dir, output=False),
            }
            size[n] = os.path.getsize(self.trace)
            rows.append([f"{n:,}", *(f"{r.seconds:.1f} s, {r.cpu:.1f} s, {r.rss:.0f} MiB" for r in runs.values()),
                         f"{size[n] / n:.1f}"])
        table(["events", "record", "replay", "dump", "diff", "bytes an event in the file"], rows)

    def signals(self):
        say("## A signal every 10 ms into a computation\n")
        say("`build/bench/compute KIND ROUNDS 10`; native is about 2 s.\n")
        rows = []
        for kind, guess in (("count", 20000), ("sort", 1000), ("hash", 20000), ("copy", 20000)):
            probe = Run([COMPUTE, kind, str(guess), "10"], self.dir).seconds
            rounds = str(max(1, int(guess * 2.0 / probe)))
            native = Run([COMPUTE, kind, rounds, "10"], self.dir)
            recorded = Run([RECORD, "-q", "-o", self.trace, "--", COMPUTE, kind, rounds, "10"], self.dir)
            replayed = Run([REPLAY, "-q", self.trace], self.dir)
            points = int(re.search(r"signals (\d+)", recorded.out)[1])
            if replayed.out != recorded.out:
                raise SystemExit(f"bench: {kind}: the replay printed {replayed.out}")
            rows.append([kind, f"{native.seconds:.2f} s", f"{recorded.seconds:.2f} s", f"{replayed.seconds:.2f} s",
                         str(points), f"{(replayed.seconds - native.seconds) / max(points, 1) * 1000:.2f} ms",
                         f"{replayed.seconds / native.seconds:.2f}"])
        table(["computation", "native", "scap-record", "scap-replay", "signals", "added a signal in replay",
               "replay : native (at most 3)"], rows)
        self.points()

    def threads(self):
        say("## Two threads\n")
        n = 20000
        say(f"`build/bench/threads KIND {n}`: a turn handed to and fro {2 * n} times, by futex(2) alone (two calls, four stops a hand-over), "
            "and by a mutex and a condition (three calls, six stops).\n")
        rows = []
        for kind in ("futex", "pingpong"):
            m = self.medians([THREADS, kind, str(n)])
            each = {t: (s - m["native"]) / (2 * n) * 1e6 for t, s in m.items()}
            rows.append([kind, *(f"{m[t]:.2f} s" for t in m), *(f"{each[t]:.1f} us" for t in ("strace", "scap-record"))])
        table(["", "native", "scap-record", "strace -f", "scap-replay", "added a hand-over, strace -f", "scap-record (at most 30 us)"], rows)
        say("`build/bench/threads KIND ROUNDS`: both compute, without a lock; native is about 2 s. The hard quantum is 50 ms.\n")
        rows = []
        for kind, guess in (("count", 10000), ("sort", 500), ("hash", 2000)):
            probe = Run([THREADS, kind, str(guess)], self.dir).seconds
            rounds = str(max(1, int(guess * 2.0 / probe)))
            native = Run([THREADS, kind, rounds], self.dir)
            recorded = Run([RECORD, "-q", "-o", self.trace, "--", THREADS, kind, rounds], self.dir)
            replayed = Run([REPLAY, "--stats", self.trace], self.dir)
            if replayed.out != recorded.out:
                raise SystemExit(f"bench: {kind}: the replay printed {replayed.out}, the recording {recorded.out}")
            points = int(re.search(r"points +(\d+) places", replayed.err)[1])
            rows.append([kind, f"{native.seconds:.2f} s", f"{recorded.seconds:.2f} s", f"{replayed.seconds:.2f} s", str(points),
                         f"{(replayed.seconds - native.seconds) / max(points, 1) * 1000:.2f} ms",
                         f"{replayed.seconds / native.seconds:.2f}"])
        table(["computation", "native", "scap-record", "scap-replay", "forced switches", "added a switch in replay",
               "replay : native (at most 3)"], rows)

    def points(self):
        """The engine alone: how it finds one place after another."""
        say("## Finding a place again\n")
        say("`build/tests/unit/test-point --bench`: 200 places in each computation, 10 ms apart; means a place, CPU time. "
            "A pass compares in process, a stop by ptrace; candidates passed over differ in memory only.\n")
        lines = subprocess.run([TEST_POINT, "--bench"], check=True, capture_output=True, text=True).stdout.splitlines()
        table(["computation", "native ms", "replay ms", "ratio", "passes", "stops", "passed over",
               "runs too far in all", "by stub/by breakpoint"], [line.split() for line in lines[1:]])


def main():
    parser = argparse.ArgumentParser(description="Speed and memory of scap.")
    parser.add_argument("--save", action="store_true", help="write what was measured to tests/bench/RESULTS.md")
    parser.add_argument("--quick", action="store_true", help="without the ten million events")
    parser.add_argument("--runs", type=int, default=5, help="least number of runs of which the median is taken")
    parser.add_argument("parts", nargs="*", help="loops, programs, signals, threads, events (default: all)")
    options = parser.parse_args()

    try:
        os.nice(-20)  # the machine may have other work; all tools inherit it alike
    except PermissionError:
        pass
    bench = Bench(options.runs)
    say("# Speed and memory")
    say()
    say(f"`make bench BENCH=--save` on Linux {platform.release()} {platform.machine()}, {os.cpu_count()} CPUs, everything "
        f"on one of them; medians of {options.runs} to {max(options.runs, RUNS_MAX)} runs.\n")
    try:
        for part in options.parts or ("loops", "programs", "signals", "threads", "events"):
            if part != "events" or not options.quick:
                getattr(bench, part)()
    finally:
        shutil.rmtree(bench.dir, ignore_errors=True)
    if options.save:
        results.merge(os.path.join(ROOT, "tests", "bench", "RESULTS.md"), "\n".join(report))
    return 0


if __name__ == "__main__":
    sys.exit(main())
