#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Damaged traces into every reader: fuzz.py BUILD SECONDS

BUILD holds scap-dump and scap-diff with sanitizers. Two kinds of damage: raw (bytes of the file changed,
cut or doubled; hashes catch nearly all of it) and noise (tools/tamper changes fields of well-formed events
and writes a sound file, so that it gets past the hashes). A program may refuse, it may not crash, hang
or grow. Inputs that did are kept in build/fuzz/.
"""
import os
import random
import shutil
import subprocess
import sys
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
PLAIN = os.path.join(ROOT, "build")
OUT = os.path.join(PLAIN, "fuzz")
# A reader's own promise is constant memory; a wild allocation must show.
ENV = dict(os.environ, ASAN_OPTIONS="hard_rss_limit_mb=1024:max_allocation_size_mb=1024:allocator_may_return_null=1")

SEEDS = (["/bin/date"], ["/bin/bash", "-c", "ls / | sort; sleep 0.01 & wait; kill -TERM $$"],
         [os.path.join(PLAIN, "targets", "threads"), "mutex"], [os.path.join(PLAIN, "targets", "signals"), "timer"],
         ["/usr/bin/python3", "-c", "import subprocess; print(subprocess.run(['id']))"])


def run(argv, seconds=30):
    """Return code (negative: killed by that signal; None: out of time) and what was said."""
    try:
        done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, timeout=seconds, env=ENV)
        return done.returncode, done.stderr[-3000:].decode(errors="replace")
    except subprocess.TimeoutExpired:
        return None, "no end"


def damaged(data, chance):
    data = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        at = chance.randrange(len(data))
        kind = chance.randrange(5)
        if kind == 0:
            del data[at:]
        elif kind == 1:
            data[at] ^= 1 << chance.randrange(8)
        elif kind == 2:
            data[at:at + 4] = chance.choice((b"\0\0\0\0", b"\xff\xff\xff\xff", b"\0\0\0\x80"))
        elif kind == 3:
            data[at:at] = data[at:at + 64]
        else:
            data[at:at + 8] = chance.randbytes(8)
        if not data:
            return b""
    return bytes(data)


def main():
    readers, seconds = os.path.join(os.path.abspath(sys.argv[1]), "bin"), float(sys.argv[2])
    shutil.rmtree(OUT, ignore_errors=True)
    os.makedirs(OUT)
    seeds = []
    for number, argv in enumerate(SEEDS):
        path = os.path.join(OUT, f"seed-{number}.scap")
        subprocess.run([os.path.join(PLAIN, "bin", "scap-record"), "-q", "-o", path, "--", *argv],
                       stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=60)
        if os.path.exists(path):
            seeds.append(path)
    if not seeds:
        print("0 passed, 1 failed, 0 skipped")
        return 1

    seed_value = int(os.environ.get("FUZZ_SEED", "1"))
    chance = random.Random(seed_value)
    end, tried, bad = time.monotonic() + seconds, 0, 0
    victim = os.path.join(OUT, "victim.scap")
    while time.monotonic() < end:
        seed = chance.choice(seeds)
        if chance.random() < 0.5:
            with open(seed, "rb") as f:
                data = damaged(f.read(), chance)
            with open(victim, "wb") as f:
                f.write(data)
        else:
            shutil.rmtree(victim, ignore_errors=True)
            run([os.path.join(PLAIN, "tools", "tamper"), seed, victim, "noise", str(chance.randrange(1, 1 << 30)),
                 chance.choice(("16", "100", "400"))])
        argv = chance.choice((
            [os.path.join(readers, "scap-dump"), victim],
            [os.path.join(readers, "scap-dump"), "--format=json", victim],
            [os.path.join(readers, "scap-dump"), "--summary", victim],
            [os.path.join(readers, "scap-diff"), chance.choice(("--all", "--strict", "--format=json", "--format=html")),
             *chance.choice(((seed, victim), (victim, seed)))],
            [os.path.join(readers, "scap-replay"), "-q", victim],
        ))
        # A replay gives a program that has gone astray ten seconds of CPU time.
        code, said = run(argv, 120 if "replay" in argv[0] else 30)
        tried += 1
        if code is None or code < 0 or "Sanitizer" in said or "runtime error" in said:
            bad += 1
            kept = os.path.join(OUT, f"bad-{bad}.scap")
            shutil.copy(victim, kept)
            print(f"{' '.join(argv).replace(victim, kept)}: {code}\n{said}\n")
            if bad >= 10:
                break
    print(f"fuzz: {tried} damaged traces, seed {seed_value}")
    print(f"{tried - bad} passed, {bad} failed, 0 skipped")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
