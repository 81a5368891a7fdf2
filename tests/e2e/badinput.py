# SPDX-License-Identifier: GPL-2.0
"""What cannot be recorded or replayed: each has its own words and its own status."""
import os
import random
import struct

from harness import (DIFF, DUMP, RECORD, REPLAY, TARGETS, TOOLS, TROUBLE, Skip, expect, expect_message, run,
                     test)


def small_trace(case):
    """A short recording, for tests that are about the file."""
    recorded = case.record(["/bin/date", "+%N"])
    expect(recorded.status == 0, f"date could not be recorded: {recorded.text()}")
    return recorded


def readers(path):
    """Every program that reads a trace."""
    return [REPLAY, path], [DUMP, path], [DUMP, "--format=json", path], [DUMP, "--summary", path], [DIFF, path, path]


def everybody_says(case, path, pattern, status=TROUBLE):
    for argv in readers(path):
        result = case.native(argv)
        expect_message(result, pattern)
        expect(result.status != 0, f"{argv[0]} ended with 0")
        if argv[0] == REPLAY:
            expect(result.status == status, f"scap-replay ended with {result.status}, not {status}")


@test("a program that does not exist: 127, as in a shell")
def no_such_program(case):
    for name in ("nosuchprogram", "./nosuchprogram", "/nowhere/nosuchprogram"):
        expect_message(case.record([name]), "scap-record: .*nosuchprogram.*(No such file|not found|no such program)", 127)
    expect_message(case.record([""]), "scap-record: '': No such file", 127)


@test("too few descriptors to start a program: said so, and nothing else blamed")
def too_few_descriptors(case):
    result = case.native(["/bin/sh", "-c", f"ulimit -n 6; exec {RECORD} -o {case.trace} true"])
    expect_message(result, "cannot be started: Too many open files; see ulimit", TROUBLE)


@test("a file that cannot be executed: 126, as in a shell")
def not_executable(case):
    case.write("plain", "text")
    case.write("nonsense", b"\x00\x01nonsense", 0o755)
    expect_message(case.record(["./plain"]), "scap-record: .*plain.*(Permission denied|permission)", 126)
    expect_message(case.record([case.work]), "scap-record: .*(ermission|directory)", 126)
    expect_message(case.record(["./nonsense"]), "scap-record: .*nonsense.*(Exec format|format|no program)", 126)


@test("no command, unknown options, help and version")
def command_line(case):
    versions = set()
    for program in (RECORD, REPLAY, DUMP, DIFF):
        name = os.path.basename(program)
        expect_message(case.native([program, "--help"]), "Usage: " + name, 0)
        version = case.native([program, "--version"])
        expect_message(version, r"\d+\.\d+", 0)
        versions.add(version.out.split()[-1])
        expect(len(versions) == 1, f"programs of different versions: {versions}")
        expect_message(case.native([program, "--nonsense"]), "unrecognized option")
        result = case.native([program])
        expect(result.status not in (0, 139) and result.err, f"{name} without arguments: {result.status}")
    expect_message(case.native([RECORD, "--backend=nonsense", "--", "true"]), "nonsense", TROUBLE)
    expect_message(case.native([RECORD, "--backend=kmod", "-o", case.trace, "--", "true"]),
                   "scap-record: .*(kmod|/dev/scaprec)", TROUBLE)


@test("another command than the recorded one is refused, by its name, its path and its arguments")
def another_command(case):
    trace = [REPLAY, small_trace(case) and case.trace]
    for same in (["date", "+%N"], ["/bin/date", "+%N"]):
        expect(case.native([*trace, *same]).status == 0, f"{same} is the recorded command")
    expect_message(case.native([*trace, "true", "+%N"]), "'/bin/date' was recorded, not 'true'", TROUBLE)
    expect_message(case.native([*trace, "/bin/true", "+%N"]), "is not the recorded file", TROUBLE)
    expect_message(case.native([*trace, "date", "+%s"]), "argument 1 of 'date' was '\\+%N', now it is '\\+%s'", TROUBLE)


@test("a status file that cannot be written is known before the program runs")
def no_place_for_status(case):
    ran = os.path.join(case.work, "ran")
    result = case.native([RECORD, "--status-file=nodir/x", "-o", case.trace, "touch", ran])
    expect_message(result, "nodir/x: cannot write the status: No such file", TROUBLE)
    expect(not os.path.exists(ran), "the program was run all the same")
    result = case.native([RECORD, f"--status-file={case.work}/status", "-o", case.trace, "nosuchprogram"])
    expect(result.status == 127 and not os.path.exists(f"{case.work}/status"), "an empty status file is left behind")


@test("a 32-bit program is refused clearly")
def compat_program(case):
    program = os.path.join(TARGETS, "compat-x86_64")
    if not os.path.exists(program):
        raise Skip("32-bit programs are an x86 matter")
    result = case.record([program])
    expect_message(result, "scap-record: .*32-bit")
    expect(result.status not in (0, 139), f"status {result.status}")


@test("a 32-bit grandchild runs on, is said to be capture-only, and replay says why it stops there")
def compat_grandchild(case):
    program = os.path.join(TARGETS, "compat-x86_64")
    if not os.path.exists(program) or case.native([program]).status != 5:
        raise Skip("this kernel runs no 32-bit programs")
    result = case.record(["/bin/bash", "-c", f"echo before; {program}; echo after $?"], quiet=False)
    expect(result.out == b"before\n32 bits\nafter 5\n", f"output {result.out} {result.text()}")
    expect_message(result, "scap-record: .*32-bit.*", 0)
    expect_message(case.replay(quiet=False), "not replayed from here on: .*32-bit", 0)
    case.record(["/bin/bash", "-c", f"echo before; exec {program}"])
    expect_message(case.replay(), "from event [0-9]+ on .*without what a replay needs", TROUBLE)


@test("a program of another architecture: 126 and words")
def foreign_program(case):
    with open("/bin/true", "rb") as f:
        elf = bytearray(f.read())
    struct.pack_into("<H", elf, 18, 243)  # EM_RISCV
    case.write("foreign", bytes(elf), 0o755)
    expect_message(case.record(["./foreign"]), "scap-record: .*foreign", 126)


@test("traces that are none: missing, empty, text, a directory, a sysdig capture, noise")
def not_a_trace(case):
    everybody_says(case, os.path.join(case.work, "missing"), "missing: .*No such file")
    everybody_says(case, case.write("empty", b""), "empty: is empty")
    everybody_says(case, case.write("text", "hello, this is text\n" * 10), "text: is text")
    everybody_says(case, case.work, "work: is a directory")
    sysdig = struct.pack("<IIIHHq", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1) + bytes(100)
    everybody_says(case, case.write("capture.scap", sysdig), "capture.scap: .*sysdig")
    everybody_says(case, case.write("noise", random.Random(1).randbytes(5000)), "noise: ")
    with open("/bin/true", "rb") as f:
        everybody_says(case, case.write("program", f.read()), "program: ")


@test("another major version is refused with both versions, another architecture with both names")
def other_version(case):
    small_trace(case)
    with open(case.trace, "rb") as f:
        data = bytearray(f.read())
    struct.pack_into("<H", data, 8, 77)
    everybody_says(case, case.write("future.scap", bytes(data)), r"future.scap: .*77.*\b\d+\b")
    other = os.path.join(case.dir, "other.scap")
    expect(run([os.path.join(TOOLS, "tamper"), case.trace, other, "arch"]).status == 0, "tamper failed")
    expect_message(case.replay(trace=other), "arm64.*x86-64|x86-64.*arm64|aarch64.*x86|x86.*aarch64", TROUBLE)


@test("a trace cut off at any byte is read up to its last whole block, and says so", limit=120)
def cut_anywhere(case):
    recorded = small_trace(case)
    with open(case.trace, "rb") as f:
        data = f.read()
    step = max(1, len(data) // 150)
    for size in [*range(1, len(data), step), len(data) - 1]:
        cut = case.write("cut.scap", data[:size])
        result = case.native([DUMP, cut])
        expect(result.status not in (0, 134, 139), f"{size} of {len(data)} bytes: scap-dump ended with {result.status}")
        expect_message(result, "cut.scap: .*(cut off|cut short|damaged|is text|no trace)")
    for size in range(100, len(data), len(data) // 8):
        result = case.replay(trace=case.write("cut.scap", data[:size]))
        expect_message(result, "cut.scap: .*cut off", TROUBLE)
        expect(recorded.out.startswith(result.out), f"{size} bytes: printed {result.out}")


@test("any single flipped bit is detected, by every reader, and never silently replayed", limit=120)
def flipped_bits(case):
    small_trace(case)
    with open(case.trace, "rb") as f:
        data = f.read()
    chance = random.Random(7)
    places = [*range(64), *(chance.randrange(len(data)) for _ in range(150)), *range(len(data) - 64, len(data), 7)]
    for number, place in enumerate(places):
        damaged = bytearray(data)
        damaged[place] ^= 1 << chance.randrange(8)
        path = case.write("flip.scap", bytes(damaged))
        argv = readers(path)[number % 5] if number % 8 else [REPLAY, path]
        result = case.native(argv)
        expect(result.status not in (0, 134, 139),
               f"byte {place} of {len(data)}: {os.path.basename(argv[0])} ended with {result.status}")
        expect_message(result, "flip.scap: ")


@test("another program under the recorded name is refused before it runs")
def changed_binary(case):
    program = case.write("prog", open("/bin/echo", "rb").read(), 0o755)
    expect(case.record([program, "a"]).out == b"a\n", "recording failed")
    case.write("prog", open("/bin/true", "rb").read(), 0o755)
    result = case.replay()
    expect_message(result, "prog.*(differs|changed|not the)", TROUBLE)
    os.unlink(program)
    expect_message(case.replay(), "prog.*(No such file|missing|gone|not there)", TROUBLE)


@test("a library that changed since is named")
def changed_library(case):
    case.write("a.c", "int f(void) { return 1; }")
    case.write("b.c", "int f(void) { return 22; }")
    case.write("main.c", '#include <stdio.h>\nint f(void); int main(void) { printf("%d\\n", f()); return 0; }')
    case.sh("gcc -shared -fPIC -o libf.so a.c; gcc -o prog main.c ./libf.so; sleep 2.1")  # what has just been made is kept in the trace, content and all
    expect(case.record(["./prog"]).out == b"1\n", "recording failed")
    expect(case.replay().out == b"1\n", "the unchanged library must do")
    case.sh("sleep 0.02; rm libf.so; gcc -shared -fPIC -o libf.so b.c")
    expect_message(case.replay(), "libf.so.*(differs|changed|not the)", TROUBLE)


@test("other arguments, or another program, on scap-replay's command line are refused")
def other_arguments(case):
    recorded = case.record(["/bin/echo", "one", "two"])
    case.expect_same(recorded, case.replay(["/bin/echo", "one", "two"]))
    expect_message(case.replay(["/bin/echo", "one", "three"]), "argument.*(three|two)", TROUBLE)
    expect_message(case.replay(["/bin/echo", "one"]), "argument", TROUBLE)
    expect_message(case.replay(["/bin/ls"]), "ls", TROUBLE)


@test("where ptrace is not permitted, record and replay say so")
def no_ptrace(case):
    small_trace(case)
    deny = [os.path.join(TOOLS, "deny"), "ptrace"]
    expect_message(case.native([*deny, RECORD, "-o", case.trace + "2", "--", "/bin/true"]),
                   "scap-record: .*trace.*(not permitted|must be permitted)", TROUBLE)
    expect_message(case.native([*deny, REPLAY, case.trace]), "scap-replay: .*trace.*(not permitted|must be permitted)", TROUBLE)


@test("a directory that cannot be written to, or a directory as output file: nothing runs")
def unwritable_output(case):
    for path in ("/nowhere/trace.scap", "/proc/trace.scap", case.work):
        result = case.record(["/bin/touch", "ran"], trace=path)
        expect_message(result, f"scap-record: .*{path}", TROUBLE)
    expect(not os.path.exists(os.path.join(case.work, "ran")), "the program ran without a trace")


@test("an existing trace is kept as .old, and traces are private")
def output_kept(case):
    first, second = case.record(["/bin/echo", "1"]), case.record(["/bin/echo", "2"])
    case.expect_same(first, case.replay(trace=case.trace + ".old"))
    case.expect_same(second, case.replay())
    expect(os.stat(case.trace).st_mode & 0o777 == 0o600, "mode is not 0600")
