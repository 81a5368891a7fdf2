# SPDX-License-Identifier: GPL-2.0
"""scap-diff on real recordings: what is the same run is equal, what parts two runs is found."""
import json
import os

from harness import DIFF, RECORD, expect, expect_message, run_pty, test


def two_recordings(case, first, second=None, between=None):
    """Records twice and returns what scap-diff says of the two."""
    traces = [os.path.join(case.dir, name) for name in ("a.scap", "b.scap")]
    case.record(first, trace=traces[0])
    if between:
        between()
    case.record(second or first, trace=traces[1])
    return lambda *options: case.native([DIFF, *options, *traces])


def same(name, proves, *argv):
    """Registers a test: two recordings of @argv are equal."""
    def function(case):
        diff = two_recordings(case, [a.replace("$T", case.env["T"]) for a in argv])
        expect_message(diff(), r"equal: \d+ steps", 0)
        # Addresses are random: strictly compared, two recordings are never equal.
        expect_message(diff("--strict"), "what differs", 1)
    function.__name__ = "diff_same_" + name
    test(proves)(function)


same("ls", "two recordings of ls are equal for scap-diff, other addresses and times aside", "ls", "-l", "/etc")
same("children", "two recordings of a program with children are equal", "find", "/etc/apt", "-exec", "wc", "-c", "{}", ";")
same("find", "two recordings of a walk over directories are equal: no inode numbers, no padding", "find", "/etc")


@test("scap-diff finds the file that another run saw differently, in the process that read it")
def diff_other_file(case):
    case.write("config", "colour = red\n")
    diff = two_recordings(case, ["bash", "-c", "echo start; grep colour config; echo end"],
                          between=lambda: case.write("config", "colour = blue\n"))
    result = diff("--context=2")
    expect_message(result, r"process 1\.1: differs at event \d+ of A, \d+ of B \(.*/grep\)", 1)
    expect_message(result, r"(st_size|result of read|written by the kernel)")


@test("scap-diff names the chance behind a difference, which it passed over")
def diff_chance(case):
    diff = two_recordings(case, ["python3", "-c", "import os; print(os.urandom(4).hex())"])
    expect_message(diff(), r"passed over before: .*getrandom \(event \d+\)", 1)


@test("scap-diff: names of temporary files are passed over, and listed on demand")
def diff_names(case):
    diff = two_recordings(case, ["mktemp", "-u"])
    expect_message(diff(), r"equal: \d+ steps", 0)
    expect_message(diff("--all"), r"random numbers and names: getrandom, \d+ time", 0)
    expect_message(diff("--strict"), r"first cause: process 1, event 1 of A", 1)


@test("scap-diff: a call more shifts nothing, waiting longer is nothing, a branch has its cause in front")
def diff_course(case):
    case.write("answer", "no\n")
    script = "read a <answer; i=0; test $a = no || sleep 0.01; grep -q x /etc/passwd; echo $a"
    diff = two_recordings(case, ["bash", "-c", script], between=lambda: case.write("answer", "ye\n"))
    expect_message(diff(), r"first cause: process 1 \(.*bash\).*: memory written by the kernel behind "
                           r"argument 2 of read, from byte 0 on: \"no", 1)
    result = diff("--format=json")
    expect(result.status == 1, f"status {result.status}")
    report = json.loads(result.out)
    expect(report["findings"][0]["class"] == "output", f"not the output: {report['findings'][0]}")
    # What grep does later is the same, though it is another child in the second recording.
    expect(not any("grep" in f.get("program", "") for f in report["findings"]), "grep did the same in both")


BOLD = b"\033[1m"


@test("scap-diff on a terminal: in colour, through $PAGER or less; plain in a pipe")
def diff_pager(case):
    case.write("config", "colour = red\n")
    diff = two_recordings(case, ["cat", "config"], between=lambda: case.write("config", "colour = blue\n"))
    traces = [os.path.join(case.dir, name) for name in ("a.scap", "b.scap")]

    def on_terminal(pager, *options, keys=(), term="xterm"):
        env = {k: v for k, v in case.env.items() if k not in ("PAGER", "LESS")}
        env.update({"TERM": term}, **({} if pager is None else {"PAGER": pager}))
        result = run_pty([DIFF, *options, *traces], case.work, env, case.limit, keys)
        expect(result.status == 1, f"status {result.status}: {result.out!r}")
        expect(b"first cause" in result.out, f"no report: {result.out!r}")
        return result.out

    paged = on_terminal("sed s/^/paged:/")
    expect(BOLD in paged and all(line.startswith(b"paged:") for line in paged.splitlines()), f"not paged: {paged!r}")
    for pager, options in (("cat", ()), ("", ()), ("sed s/^/paged:/", ("--no-pager",))):
        plain = on_terminal(pager, *options)
        expect(BOLD in plain and b"paged:" not in plain, f"{pager} {options}: {plain!r}")
    expect(BOLD in on_terminal("/nowhere/at/all"), "no colour where there is no pager")
    # The user leaves after the first line: what the comparison found is the status all the same.
    expect(on_terminal("head -n 3").count(b"\n") == 3, "head was not the pager")
    on_terminal(None, "--all", keys=[(1.5, b"q")])
    expect(b"\033" not in on_terminal(None, term="dumb"), "escape sequences for a terminal that has none")
    expect(b"\033" not in diff().out, "escape sequences in a pipe")
    expect(b"paged:" not in case.native([DIFF, *traces], env=dict(case.env, PAGER="sed s/^/paged:/")).out, "a pager in a pipe")


@test("scap-diff: exit status 2 and a message for what is no comparison")
def diff_trouble(case):
    diff = two_recordings(case, ["true"])
    expect_message(diff(), "equal", 0)
    expect_message(case.native([DIFF, "/dev/null", "/dev/null"]), "scap-diff: /dev/null: is empty", 2)
    expect_message(case.native([DIFF, "one"]), "two traces are needed", 2)
    expect_message(case.native([DIFF, "--context=x", "a", "b"]), "must be a number", 2)
    expect_message(case.native([DIFF, "-", "-"]), "standard input", 2)
    for pipe in ("cat {0} | {1} /dev/stdin {0}", "{1} {0} <(cat {0})"):
        pipe = pipe.format(os.path.join(case.dir, "a.scap"), DIFF)
        expect_message(case.native(["bash", "-c", pipe]), "a pipe cannot be", 2)


@test("a recompressed trace is smaller, holds the same events and replays; a cut one is left alone")
def recompressed(case):
    copy = os.path.join(case.dir, "copy.scap")
    recorded = case.record(["find", "/usr/include"])
    case.sh(f"cp {case.trace} {copy}")
    expect_message(case.native([RECORD, "--recompress=19", copy]), " .iB, was ", 0)
    expect(os.path.getsize(copy) < os.path.getsize(case.trace), "it has not become smaller")
    expect_message(case.native([DIFF, "--strict", case.trace, copy]), "equal", 0)
    case.expect_same(recorded, case.replay(trace=copy))
    case.sh(f"truncate -s -10 {copy}; cp {copy} {copy}.before")
    expect_message(case.native([RECORD, "--recompress", copy]), "copy.scap: cut off after block", 125)
    expect_message(case.native([RECORD, "--recompress", "-o", "other", copy]), "only -q goes with it", 125)
    expect_message(case.native([RECORD, "--recompress"]), "no trace given", 125)
    case.sh(f"cmp {copy} {copy}.before; test \"$(ls {case.dir} | grep -c new)\" = 0")
