# SPDX-License-Identifier: GPL-2.0
"""--checksum: silent where the replay is what was recorded, and the first to notice where it is not."""
import os

from harness import DIFF, DIVERGENCE, DUMP, RECORD, TARGETS, TOOLS, TROUBLE, expect, expect_message, run, test

PYTHON = "/usr/bin/python3"
# Nobody looks at what it reads.
READS = [PYTHON, "-c", "import os; b = bytearray(9); os.preadv(os.open('/etc/passwd', 0), [b], 0); [os.getppid() for i in range(60)]"]


def silent(name, proves, events, *argv, options=(), at_least=10):
    """Registers a test: @argv replays with all checksums equal, of which there are some."""
    def function(case):
        recorded = case.record([a.replace("$T", TARGETS) for a in argv], options=[f"--checksum={events}", *options])
        replayed, verdict = case.replay_verdict()
        case.expect_same(recorded, replayed)
        expect(verdict["checksums"] >= at_least, f"only {verdict['checksums']} checksums were compared")
    function.__name__ = "checksum_" + name
    test("checksums of memory: " + proves)(function)


silent("processes", "programs started in parallel know the processor that they were recorded on", 3,
       "bash", "-c", "for i in 1 2 3 4 5; do echo $i | sed s/1/2/ | cat; done")
silent("jumps", "what a handler that was jumped out of leaves on the stack", 1, "$T/signals", "jumps")
silent("timer", "signals in user code", 1, "$T/signals", "timer", at_least=5)
silent("race", "threads interrupted for each other", 5, "$T/threads", "race", options=["--quantum=20,20"])
silent("chaos", "threads that run at random", 2, "$T/races", "atomicity", options=["--chaos=3"])
silent("exits", "threads that come and go", 1, "$T/threads", "exits")
silent("python", "an interpreter with threads", 10, PYTHON, "-c",
       "import threading\nt = [threading.Thread(target=lambda: sum(range(9999))) for i in range(9)]\n"
       "for x in t: x.start()\nfor x in t: x.join()")


@test("a byte that no call and no branch depends on is found by its checksum: page and mapping are named")
def checksum_differs(case):
    expect(case.record(READS, options=["--checksum=20"]).status == 0, "recording failed")
    lie = os.path.join(case.dir, "lie.scap")
    expect(run([os.path.join(TOOLS, "tamper"), case.trace, lie, "out:preadv2"]).status == 0, "not tampered with")
    replayed, verdict = case.replay_verdict(trace=lie)
    expect_message(replayed, r"the first page that is not: 0x[0-9a-f]+ in (\[heap\]|anonymous memory) \(0x", DIVERGENCE)
    expect_message(replayed, "other bytes there, and 0 more pages differ")
    expect(verdict["result"] == "diverged", f"verdict {verdict}")


@test("scap-dump shows checksums, scap-diff passes them over, and they are nothing for what is only captured")
def checksum_elsewhere(case):
    plain = os.path.join(case.dir, "plain.scap")
    case.record(["/bin/true"], trace=plain)
    case.record(["/bin/true"], options=["--checksum=5"])
    shown = case.native([DUMP, case.trace]).out
    expect(b" checksum: " in shown and b" ranges of writable memory" in shown, f"no checksum in {shown[-500:]}")
    shown = case.native([DUMP, "--format=json", case.trace]).out
    expect(b'"kind":"sums"' in shown and b'"unknown"' not in shown, "JSON does not know what a checksum consists of")
    expect_message(case.native([DIFF, plain, case.trace]), "equal", 0)
    expect_message(case.native([RECORD, "--checksum", "-a", "true"]), "--checksum check a recording", TROUBLE)
