# SPDX-License-Identifier: GPL-2.0
"""Tampered traces: sound files that tell a false story. Each must end in a reported
divergence or in visibly different output, never in a silent "faithful"."""
import os

from harness import DIVERGENCE, TOOLS, expect, run, test

TAMPER = os.path.join(TOOLS, "tamper")


def tampered(case, argv, what):
    """Records @argv, changes one thing (arguments of tools/tamper), replays the lie."""
    recorded = case.record(argv)
    expect(recorded.status == 0, f"recording failed: {recorded.text()}")
    case.expect_same(recorded, case.replay(), "the untouched trace")
    lie = os.path.join(case.dir, "lie.scap")
    made = run([TAMPER, case.trace, lie, *what])
    expect(made.status == 0, f"tamper {what} ended with {made.status}: {made.text()}")
    replayed, verdict = case.replay_verdict(trace=lie, quiet=False)
    seen = replayed.out != recorded.out or replayed.status == DIVERGENCE
    expect(seen, f"tampered {what} passed for faithful: status {replayed.status}, {verdict}\n{replayed.text()}")
    if replayed.status == DIVERGENCE:
        expect("faithful" not in verdict.values(), f"diverged, yet {verdict}")
        expect("event" in replayed.text(), f"a divergence without a report:\n{replayed.text()}")


def lie(name, proves, argv, *what):
    def function(case):
        tampered(case, [a.replace("$T", case.env["T"]) for a in argv], what)
    function.__name__ = "tampered_" + name
    test("tampered: " + proves)(function)


DATE = ["/bin/date", "+%s.%N"]
lie("untouched_check", "a byte of the time that date prints", DATE, "out:clock_gettime", "1", "8")
lie("read", "a byte that cat read from a file", ["/bin/busybox", "head", "-n", "1", "/etc/hostname"], "out:read", "1")
lie("pid", "a process id that the program prints", ["/bin/bash", "-c", "echo $$"], "result:getpid")
lie("random", "random bytes behind python's hash seed", ["/usr/bin/python3", "-c", "print(hash('a'))"], "out:getrandom", "2")
lie("directory", "a name in a directory listing", ["/bin/ls", "-U", "/"], "out:getdents64", "1", "19")
lie("result", "how many bytes a write took", ["/bin/echo", "hello"], "result:write")
lie("argument", "an argument of a call", ["/bin/echo", "hello"], "arg:write")
lie("input", "the hash of what a program wrote", ["/bin/echo", "hello"], "hash:write")
lie("stat", "the size of a file as ls shows it", ["/bin/ls", "-l", "/etc/passwd"], "out:statx", "1", "40")
lie("trap", "a value of the time-stamp counter", ["$T/rdtsc"], "trap", "10")
lie("dropped", "a call left out", ["/bin/echo", "hello"], "drop:write")
lie("order", "a call that comes after another thread's", ["$T/threads", "mutex"], "late:clock_nanosleep:clock_nanosleep", "2")
lie("child_status", "the exit status of a child", ["/bin/bash", "-c", "(exit 3); echo $?"], "out:wait4", "1", "1")
