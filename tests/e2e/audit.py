# SPDX-License-Identifier: GPL-2.0
"""The audit: every program of cases/ recorded under --audit, and how much of the syscall
table the recordings exercised."""
import json
import os
import subprocess
import time

from harness import BUILD, DUMP, RECORD, ROOT, TARGETS, TROUBLE, expect, run, test

COUNTS = os.path.join(BUILD, "e2e", "audit-coverage")


class Audited:
    """A program case, recorded under --audit; no replay."""

    def __init__(self, program):
        self.program = program

    def __call__(self, case):
        self.program.prepare(case)
        result = self.program.record(case, ["--audit"])
        findings = [l for l in result.text().splitlines() if "audit" in l and "silent" not in l]
        expect(not findings, "\n".join(findings[:20]))
        count_calls(case)


def record_while_written_to(case):
    """Records a program into whose memory we, who are not recorded, write 24 bytes while it
    sleeps in a read; returns the recorder's status and what it said."""
    recorder = subprocess.Popen([RECORD, "-o", case.trace, "--audit", os.path.join(TARGETS, "written-to")],
                                cwd=case.work, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    pid, address = recorder.stdout.readline().split()
    deadline = time.monotonic() + 20
    while state_of(int(pid)) != "S" and time.monotonic() < deadline:
        time.sleep(0.005)
    with open(f"/proc/{int(pid)}/mem", "r+b", buffering=0) as memory:
        memory.seek(int(address, 16))
        memory.write(b"written by a stranger...")
    _, said = recorder.communicate(b"x")
    return recorder.returncode, said.decode(errors="replace")


def state_of(pid):
    with open(f"/proc/{pid}/stat", encoding="ascii", errors="replace") as f:
        return f.read().rpartition(")")[2].split()[0]


@test("--audit tells what a call changed beyond its plan, to the byte, with status 125; and is silent otherwise")
def audit_finds(case):
    status, said = record_while_written_to(case)
    expect(status == TROUBLE, f"status {status}, not {TROUBLE}")
    expect("audit: read (0)" in said and ": 24 bytes at" in said, said)
    result = case.record(["/bin/true"], ["--audit"])
    expect(result.status == 0 and "audit" not in result.text(), result.text())


def count_calls(case):
    """Adds what @case's trace holds to the common counts (one file a case: no locks)."""
    counts = {}
    dumped = run([DUMP, "--format=json", case.trace], limit=120)
    for line in dumped.out.splitlines():
        event = json.loads(line)
        name = event.get("name")
        # of a split call the entry counts
        if event.get("type") in ("syscall", "enter") and name:
            counts[name] = counts.get(name, 0) + 1
    os.makedirs(COUNTS, exist_ok=True)
    with open(os.path.join(COUNTS, case.name), "w", encoding="utf-8") as f:
        json.dump(counts, f)


def jobs(cases):
    for old in os.listdir(COUNTS) if os.path.isdir(COUNTS) else []:
        os.unlink(os.path.join(COUNTS, old))
    return {name: (Audited(program), "audit: " + proves, limit * 4)
            for name, (program, proves, limit) in cases.items()}


def table_rows():
    """Names of the x86-64 rows: SYS(name, x86-64 number or -, ...)."""
    rows = []
    with open(os.path.join(ROOT, "include/scap/syscalls.def"), encoding="utf-8") as f:
        for line in f:
            if line.startswith("SYS("):
                name, number = (w.strip() for w in line[4:].split(",")[:2])
                if number.isdigit():
                    rows.append(name)
    return rows


def report():
    """Table coverage: rows exercised with counts, rows never exercised."""
    total = {}
    for name in os.listdir(COUNTS) if os.path.isdir(COUNTS) else []:
        with open(os.path.join(COUNTS, name), encoding="utf-8") as f:
            for call, count in json.load(f).items():
                total[call] = total.get(call, 0) + count
    rows = table_rows()
    seen = [r for r in rows if r in total]
    print(f"table coverage: {len(seen)} of {len(rows)} x86-64 rows exercised")
    print("  " + ", ".join(f"{r} {total[r]}" for r in sorted(seen, key=lambda r: -total[r])))
    print("never exercised:\n  " + ", ".join(r for r in rows if r not in total))
