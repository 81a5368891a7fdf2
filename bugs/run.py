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
import re
import shlex
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
import cases  # noqa: E402
import packages  # noqa: E402
from harness import BIN, BUILD, DIVERGENCE, PATIENCE, TOOLS, Failure, Skip, become_subreaper, kill_leftovers, run  # noqa: E402

KEYS = {"class", "upstream", "packages", "build", "run", "options", "tries", "limit", "signature", "deciding",
        "fixed", "fixed-options", "check"}
REPLAYS = 10
NATIVE_RUNS = 20
FIXED_RUNS = 10
RESULTS = os.path.join(ROOT, "bugs", "RESULTS.md")


class Bug:
    """@name: of its folder; other members as in its file."""

    def __init__(self, folder):
        self.folder, self.name = folder, os.path.basename(folder)
        self.keys, _ = cases.parse(os.path.join(folder, "bug"), KEYS)
        for key in ("class", "upstream", "run", "signature", "deciding"):
            if key not in self.keys:
                raise Failure(f"{folder}/bug: no '{key}'")
        self.build = os.path.join(BUILD, "bugs", self.name)
        self.root = os.path.join(self.build, "root")
        self.limit = int(self.keys.get("limit", "30")) * PATIENCE
        self.signature = [re.compile(line) for line in self.keys["signature"].splitlines()]
        self.built = os.path.join(self.build, ".built")
        self.env = self.environment()

    def environment(self):
        """What is unpacked comes first; no file of the user's home matters."""
        return {**packages.environment(self.root, "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"), "HOME": self.build,
                "LC_ALL": "C", "D": self.folder, "B": self.build, "R": self.root}

    def shell(self, command, limit, env=None):
        return run(["bash", "-c", command], cwd=self.build, env={**self.env, **(env or {})}, limit=limit)

    def prepare(self):
        os.makedirs(self.build, exist_ok=True)
        packages.unpack(self.keys.get("packages", "").split(), self.root)
        if "build" in self.keys and not self.is_built():
            made = self.shell("set -e\n" + self.keys["build"], 300)
            if made.status:
                raise Failure(f"does not build: {made.text()[-1500:]}")
            with open(self.built, "w", encoding="utf-8"):
                pass

    def is_built(self):
        newest = max(os.path.getmtime(f) for f in glob.glob(os.path.join(self.folder, "*")))
        return os.path.exists(self.built) and os.path.getmtime(self.built) > newest

    # ---- one run ----

    def words(self, key="run"):
        value = self.keys[key]
        for name in ("D", "B", "R"):
            value = value.replace(f"${name}", self.env[name])
        return shlex.split(value)

    def has_signature(self, result):
        said = (result.err + result.out).decode(errors="replace")
        return all(p.search(said) for p in self.signature)

    def native_rate(self):
        failures = 0
        for _ in range(NATIVE_RUNS):
            status = subprocess.run(["timeout", "-k", "1", str(self.native_limit()), *self.words()], cwd=self.build, env=self.env,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                    check=False).returncode
            failures += status != 0
            kill_leftovers()
        return f"{failures}/{NATIVE_RUNS}"

    def options(self, key="options"):
        """Of scap-record; on a slow machine a time-out is longer."""
        return re.sub(r"--timeout=(\S+)", lambda m: f"--timeout={float(m[1]) * PATIENCE:g}", self.keys.get(key, ""))

    def native_limit(self):
        """A hang is told by the time-out that a recording has."""
        timeout = re.search(r"--timeout=(\S+)", self.options())
        return float(timeout.group(1)) if timeout else self.limit

    def record(self, key, tries, backend, options):
        trace = os.path.join(self.build, key + ".scap")
        argv = [os.path.join(BIN, "scap-record"), f"--backend={backend}", f"--until-fail={tries}", "-o", trace,
                *shlex.split(options), "--", *self.words(key)]
        result = run(argv, cwd=self.build, env=self.env, limit=self.limit * tries)
        kill_leftovers()
        return trace, result

    def replay(self, trace):
        return run([os.path.join(BIN, "scap-replay"), trace], cwd=self.build, env=self.env, limit=4 * self.limit)

    # ---- the proof ----

    def catch(self, backend):
        """Records until there is the failure that is looked for: one bug may show in several ways."""
        most, tries, said = int(self.keys.get("tries", "200")), 0, ""
        while tries < most:
            trace, recorded = self.record("run", most - tries, backend, self.options())
            caught = re.search(r"run (\d+) failed", recorded.text())
            if not caught:
                said = recorded.text()[-500:] + said
                break
            tries += int(caught.group(1))
            first = self.replay(trace)
            if self.has_signature(first):
                return trace, recorded, first, tries
            said = f"{first.text()[-1000:]}\n"
        raise Failure(f"not caught in {most} runs: {said}")

    def replay_all(self, trace, recorded, first):
        """How many of the replays show the failure as the first one does."""
        equal = 0
        for again in [first] + [self.replay(trace) for _ in range(REPLAYS - 1)]:
            # the runs that went well have shown their output, too
            equal += ((again.status, again.out, again.err) == (recorded.status, first.out, first.err) and
                      recorded.out.endswith(again.out))
        return equal

    def expect_change_to_matter(self, trace):
        lie = os.path.join(self.build, "changed.scap")
        made = run([os.path.join(TOOLS, "tamper"), trace, lie, *shlex.split(self.keys["deciding"])], limit=60)
        if made.status:
            raise Failure(f"the deciding event ({self.keys['deciding']}) is not in the trace")
        changed = self.replay(lie)
        if changed.status != DIVERGENCE and self.has_signature(changed):
            raise Failure(f"reproduced although its deciding event was changed: {made.out.decode()}")

    def expect_fix_to_hold(self, backend):
        if "fixed" not in self.keys:
            return "-"
        options = self.options("fixed-options" if "fixed-options" in self.keys else "options")
        trace, result = self.record("fixed", FIXED_RUNS, backend, options)
        if result.status and self.has_signature(self.replay(trace)):
            raise Failure(f"the variant without the defect fails alike:\n{result.text()[-800:]}")
        if result.status:
            raise Failure(f"the variant without the defect fails otherwise:\n{result.text()[-800:]}")
        return f"0/{FIXED_RUNS}"

    def show(self, backend):
        """The bug's row of the table."""
        self.prepare()
        rate = self.native_rate()
        trace, recorded, first, tries = self.catch(backend)
        equal = self.replay_all(trace, recorded, first)
        if equal != REPLAYS:
            raise Failure(f"only {equal} of {REPLAYS} replays are like the recording")
        self.expect_change_to_matter(trace)
        return [self.name, self.keys["class"], rate, str(tries), f"{os.path.getsize(trace) / 1024:.0f} KiB",
                f"{equal}/{REPLAYS}", self.expect_fix_to_hold(backend)]


HEAD = ["bug", "class", "fails by itself", "tries", "trace", "replays equal", "without the defect"]


def save(rows, backend, path):
    """RESULTS.md, written to @path: this backend's table anew, the others' as they are."""
    title = f"## {backend}"
    lines = [title, "", "`make bugs BUGS=--save`" if backend == "ptrace" else "`make bugs-vm BUGS=--save`: in a virtual machine", "", "| " + " | ".join(HEAD) + " |",
             "|" + "---|" * len(HEAD), *("| " + " | ".join(row) + " |" for row in rows), ""]
    old = ""
    if os.path.exists(RESULTS):
        with open(RESULTS, encoding="utf-8") as f:
            old = f.read()
    parts = [p for p in re.split(r"(?m)^(?=## )", old) if p.startswith("## ") and not p.startswith(title + "\n")]
    with open(path, "w", encoding="utf-8") as f:
        f.write("# Real bugs, recorded once, replayed always\n\nWritten by bugs/run.py; not edited.\n\n")
        f.write("".join([*parts, "\n".join(lines)]))


def main():
    parser = argparse.ArgumentParser(description="Real bugs, recorded until they happen, replayed.")
    parser.add_argument("--save", nargs="?", const=RESULTS, metavar="FILE", help="write the table into bugs/RESULTS.md, or a copy of it")
    parser.add_argument("--prepare", action="store_true", help="only fetch and build what they need")
    parser.add_argument("--backend", default="ptrace")
    parser.add_argument("--quick", action="store_true", help="only those that make check runs")
    parser.add_argument("bug", nargs="*", help="numbers or names; all if none")
    args = parser.parse_args()
    become_subreaper()
    rows, failed, skipped = [], 0, 0
    print(("%-20s %-24s %-16s %-6s %-10s %-14s %s" % tuple(HEAD)))
    for folder in sorted(glob.glob(os.path.join(ROOT, "bugs", "[0-9][0-9]-*"))):
        name = os.path.basename(folder)
        if args.bug and name not in args.bug and name[:2] not in args.bug:
            continue
        try:
            bug = Bug(folder)
            if args.quick and bug.keys.get("check") != "yes":
                continue
            if args.prepare:
                bug.prepare()
                continue
            rows.append(bug.show(args.backend))
            print("%-20s %-24s %-16s %-6s %-10s %-14s %s" % tuple(rows[-1]), flush=True)
        except Skip as e:
            skipped += 1
            print(f"SKIPPED {name}: {e}", flush=True)
        except Failure as e:
            failed += 1
            print(f"FAILED {name}: {e}", flush=True)
        finally:
            kill_leftovers()
    if args.save:
        save(rows, args.backend, args.save)
    print(f"{len(rows)} passed, {failed} failed, {skipped} skipped")
    return failed != 0


if __name__ == "__main__":
    sys.exit(main())
