# SPDX-License-Identifier: GPL-2.0
"""One bug of bugs/: what its file says (README.md), what it needs, and its recordings."""
import glob
import os
import re
import shlex
import subprocess
import sys
import time

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
sys.path.insert(0, os.path.join(ROOT, "tests", "e2e"))
import cases  # noqa: E402
import packages  # noqa: E402
from harness import BIN, BUILD, PATIENCE, Failure, kill_leftovers, run  # noqa: E402

KEYS = {"class", "upstream", "binary", "packages", "build", "run", "options", "tries", "limit", "signature", "deciding",
        "fixed", "compare", "passing", "cause", "check"}
# How often it is run to see how often it fails: as many as there is time for, but some.
NATIVE_RUNS, NATIVE_SECONDS, NATIVE_LEAST = 20, 30, 4


class Bug:
    """@name: of its folder; other members as in its file."""

    def __init__(self, folder):
        self.folder, self.name = folder, os.path.basename(folder)
        self.keys, _ = cases.parse(os.path.join(folder, "bug"), KEYS)
        for key in ("class", "upstream", "run", "signature", "deciding", "fixed", "cause"):
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
        path = "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin"
        unpacked = packages.environment(self.root, path) if "packages" in self.keys else {"PATH": path}
        return {**unpacked, "HOME": self.build, "LC_ALL": "C", "D": self.folder, "B": self.build, "R": self.root}

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
        sources = [f for f in glob.glob(os.path.join(self.folder, "*")) if not f.endswith(".md")]
        newest = max(os.path.getmtime(f) for f in sources)
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
        failures, runs, begin = 0, 0, time.monotonic()
        while runs < NATIVE_LEAST or (runs < NATIVE_RUNS and time.monotonic() - begin < NATIVE_SECONDS):
            runs += 1
            status = subprocess.run(["timeout", "-k", "1", str(self.native_limit()), *self.words()], cwd=self.build, env=self.env,
                                    stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                    check=False).returncode
            failures += status != 0
            kill_leftovers()
        return f"{failures}/{runs}"

    def options(self, patience=1):
        """Of scap-record; a time-out is longer on a slow machine."""
        return re.sub(r"--timeout=(\S+)", lambda m: f"--timeout={float(m[1]) * PATIENCE * patience:g}", self.keys.get("options", ""))

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
