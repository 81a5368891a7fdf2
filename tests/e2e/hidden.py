# SPDX-License-Identifier: GPL-2.0
"""What a recording must not change, or cannot see."""
import os
import subprocess
import sys

from harness import BUILD, RECORD, REPLAY, Skip, expect, expect_message, program_err, test

NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]


def as_nobody(case):
    """A directory that user nobody can write to; skips where nobody cannot be had."""
    if os.getuid() != 0:
        raise Skip("only root can become somebody else")
    if case.native([*NOBODY, "test", "-x", os.path.join(BUILD, "bin", "scap-record")]).status:
        raise Skip("user nobody cannot reach the build directory")
    os.chmod(case.work, 0o777)
    return os.path.join(case.work, "trace.scap")


def compare_with_native(case, argv):
    native, recorded = case.native(argv), case.record(argv)
    expect(native.out == recorded.out, f"natively {native.out}, recorded {recorded.out}")
    expect(native.status == recorded.status, f"natively {native.status}, recorded {recorded.status}")
    case.expect_same(recorded, case.replay())


@test("CPU masks, the counter's mode, seccomp mode and dumpable look as without a recorder")
def shadows(case):
    compare_with_native(case, [os.path.join(case.env["T"], "shadow")])


@test("a filter of the program's own that wants a tracer gets none: ENOSYS, as without a recorder")
def own_trace_filter(case):
    compare_with_native(case, [os.path.join(case.env["T"], "seccomp")])


@test("strict seccomp mode: the same calls, the same deaths as without a recorder")
def strict_mode(case):
    compare_with_native(case, [os.path.join(case.env["T"], "strict")])


@test("children made with CLONE_UNTRACED are followed, and see what they asked for")
def untraced_children(case):
    compare_with_native(case, [os.path.join(case.env["T"], "untraced")])


@test("without privilege: a program that closes its memory to tracers is recorded, its children too")
def undumpable_unprivileged(case):
    trace = as_nobody(case)
    recorded = case.native([*NOBODY, RECORD, "-q", "-o", trace, os.path.join(case.env["T"], "undumpable")])
    expect(recorded.status == 0, f"{recorded.status}: {recorded.text()}")
    case.expect_same(recorded, case.native([*NOBODY, REPLAY, "-q", trace]))
    recorded = case.native([*NOBODY, RECORD, "-q", "-o", trace, os.path.join(case.env["T"], "shadow")])
    case.expect_same(recorded, case.native([*NOBODY, REPLAY, "-q", trace]))


@test("without privilege: a program whose file may not be read runs free, and that is said")
def unreadable_program(case):
    trace = as_nobody(case)
    program = case.write("secret", open("/bin/echo", "rb").read(), 0o711)
    recorded = case.native([*NOBODY, RECORD, "-o", trace, "/bin/sh", "-c", f"{program} free; echo after $?"])
    expect(recorded.out == b"free\nafter 0\n", f"{recorded.out} {recorded.text()}")
    expect_message(recorded, "scap-record: .*does not let its memory be read", 0)
    result = case.native([*NOBODY, RECORD, "-o", trace, program, "free"])
    expect(result.status == 126 and not result.out, f"{result.status} {result.out}")
    expect_message(result, "scap-record: .*secret", 126)


@test("splice and copy_file_range to the recorder's own stdout fail as on a terminal; sendfile is shown again")
def copies_to_stdout(case):
    script = ("import os\n"
              "fd = os.open('/etc/passwd', os.O_RDONLY)\n"
              "print(os.sendfile(1, fd, 0, 50) > 0, flush=True)\n"
              "r, w = os.pipe(); os.write(w, b'x')\n"
              "for call in (lambda: os.splice(r, 1, 1), lambda: os.copy_file_range(fd, 1, 10)):\n"
              "    try: print(call())\n"
              "    except OSError as e: print(e.strerror)\n")
    recorded = case.record(["/usr/bin/python3", "-c", script])
    expect(recorded.out.count(b"Invalid argument") == 2, recorded.text())
    expect(not program_err(recorded), recorded.text())
    case.expect_same(recorded, case.replay())


@test("what a program that is capture-only starts runs as well, and a replay passes over all of it")
def below_capture_only(case):
    program = os.path.join(case.env["T"], "compat-fork-x86_64")
    if not os.path.exists(program) or case.native([program]).status != 6:
        raise Skip("this kernel runs no 32-bit programs")
    recorded = case.record(["/bin/sh", "-c", f"{program}; echo after $?"])
    expect(recorded.out == b"from the child\nafter 6\n", f"{recorded.out} {recorded.text()}")
    replayed = case.replay()
    expect(replayed.out == b"after 6\n" and replayed.status == 0, f"{replayed.out} {replayed.text()}")


@test("closed standard descriptors stay closed for the program, and no message ends in the trace")
def closed_descriptors(case):
    script = f"{RECORD} -o {case.trace} -- /bin/sh -c 'ls /proc/self/fd > fds' 0<&- 1>&- 2>&-"
    expect(case.native(["/bin/sh", "-c", script]).status == 0, "the recording failed")
    with open(os.path.join(case.work, "fds"), encoding="ascii") as f:
        expect(f.read().split() == ["0", "1"], "other descriptors are open than the directory and stdout")
    expect(case.replay().status == 0, "the trace is damaged")


@test("clocks read through the vsyscall page are recorded")
def vsyscall(case):
    program = os.path.join(case.env["T"], "vsyscall-x86_64")
    if not os.path.exists(program) or case.native([program]).status:
        raise Skip("this kernel has no vsyscall page")
    recorded = case.record([program])
    expect(recorded.status == 0 and recorded.out.count(b"\n") == 3, recorded.text())
    case.expect_same(recorded, case.replay())


@test("memory shared with a process that is not recorded is kept as it was, and that is said")
def outsider(case):
    code = "import mmap, sys\nf = open('box', 'r+b')\nm = mmap.mmap(f.fileno(), 0)\n"
    case.write("box", b"before" + bytes(4090), 0o644)
    holder = subprocess.Popen([sys.executable, "-c", code + "print(1, flush=True); sys.stdin.read()"],
                              cwd=case.work, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        holder.stdout.readline()
        # what is only read, as by every program here (gconv-modules.cache), is nobody's to change
        expect(not case.native([RECORD, "-o", "quiet.scap", sys.executable, "-c", "pass"]).err.count(b"shared with"),
               "a library's read-only file was called shared")
        recorded = case.native([RECORD, "-o", "t.scap", sys.executable, "-c", code + "print(m[:6])"])
        expect(recorded.out == b"b'before'\n", f"{recorded.out} {recorded.text()}")
        expect_message(recorded, f"scap-record: .*box is shared with process {holder.pid}, which is not recorded", 0)
    finally:
        holder.stdin.close()
        holder.wait()
    case.write("box", b"after" + bytes(4091), 0o644)
    replayed = case.native([REPLAY, "-q", "t.scap"])
    expect(replayed.out == recorded.out, f"{replayed.out} {replayed.text()}")
