# SPDX-License-Identifier: GPL-2.0
"""A replay does not depend on the world around it."""
import ctypes
import os
import resource

from harness import BUILD, REPLAY, ROOT, Skip, expect, expect_message, test

SCRIPT = """
import os, resource, subprocess, sys, socket
print(os.getcwd(), sorted(os.environ), os.umask(0o22), resource.getrlimit(resource.RLIMIT_STACK))
print(os.getuid(), os.getgroups(), open("input").read(), sys.argv, sys.stdin.read())
s = socket.create_server(("127.0.0.1", 0)); c = socket.create_connection(s.getsockname())
print(s.getsockname(), c.getsockname(), subprocess.run(["ls", "-l", "input"], capture_output=True))
def deep(n):
    return 0 if n == 0 else 1 + deep(n - 1)
print(deep(900), open("/proc/self/status").read())
"""


def record_script(case):
    case.write("input", "content")
    case.write("script.py", SCRIPT)
    recorded = case.record(["/usr/bin/python3", "script.py"])
    expect(recorded.status == 0, recorded.text())
    return recorded


def cpuid_traps():
    """Whether this processor's cpuid can be held back: not on AMD's before Zen 4, nor in many a virtual machine."""
    sys_arch_prctl, arch_set_cpuid = 158, 0x1012
    return ctypes.CDLL(None).syscall(sys_arch_prctl, arch_set_cpuid, 1) == 0


@test("a program that looks at its CPU sees the recorded one, whichever the replay has (if cpuid traps; else, the same one)")
def other_cpu(case):
    program = os.path.join(case.env["T"], "cpuid-x86_64")
    if not os.path.exists(program):
        raise Skip("cpuid is x86-64's")
    recorded = case.record([program])
    for cpu in sorted(os.sched_getaffinity(0)):
        pin = lambda: os.sched_setaffinity(0, {cpu})
        if not cpuid_traps():
            recorded = case.record([program], before=pin)
        case.expect_same(recorded, case.replay(before=pin), f"on CPU {cpu}")


ELSEWHERE = r"""
#define _GNU_SOURCE
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>
int sched_getcpu(void)
{
    unsigned int here, cpu;
    cpu_set_t allowed;
    syscall(SYS_getcpu, &here, 0, 0);
    sched_getaffinity(0, sizeof(allowed), &allowed);
    for (cpu = 0; cpu < CPU_SETSIZE; cpu++)
        if (cpu != here && CPU_ISSET(cpu, &allowed))
            return cpu;
    return here;
}
"""


@test("the CPU whose cpuid is in the trace is the one that the program runs on, wherever the recorder was")
def recorded_cpu(case):
    program = os.path.join(case.env["T"], "cpuid-x86_64")
    if not os.path.exists(program):
        raise Skip("cpuid is x86-64's")
    case.write("elsewhere.c", ELSEWHERE)
    case.sh("gcc -shared -fPIC -o elsewhere.so elsewhere.c")
    recorded = case.record([program], env=dict(case.env, LD_PRELOAD=os.path.join(case.work, "elsewhere.so")))
    case.expect_same(recorded, case.replay())


@test("a program that would ask the processor for random numbers is told that there are none; or its user, that there are")
def no_random_instructions(case):
    program = os.path.join(case.env["T"], "rdrand-x86_64")
    if not os.path.exists(program):
        raise Skip("rdrand is x86-64's")
    if not cpuid_traps():
        expect_message(case.record([program], quiet=False), "this processor's rdrand cannot be hidden")
        return
    recorded = case.record([program])
    for who in (b"program", b"thread", b"child"):
        for what in (b"rdrand", b"rdseed"):
            expect(who + b": " + what + b" 0\n" in recorded.out, recorded.text())
    expect(b"cpuid can be used: 1\nand not be taken away: 19\n" in recorded.out, recorded.text())
    for cpu in sorted(os.sched_getaffinity(0)):
        pin = lambda: os.sched_setaffinity(0, {cpu})
        case.expect_same(recorded, case.replay(before=pin), f"on CPU {cpu}")


@test("the same under another directory, environment, umask, stack limit and descriptor limit")
def other_surroundings(case):
    recorded = record_script(case)
    for path, value in (("cwd", "/"), ("env", {"PATH": "/nowhere"}), ("env", dict(case.env, LD_BIND_NOW="1", X="y" * 60000))):
        case.expect_same(recorded, case.replay(**{path: value}), path)
    limits = {
        "umask": lambda: os.umask(0o777) and None,
        "small stack": lambda: resource.setrlimit(resource.RLIMIT_STACK, (1 << 20, resource.RLIM_INFINITY)),
        "unlimited stack": lambda: resource.setrlimit(resource.RLIMIT_STACK, (resource.RLIM_INFINITY,) * 2),
        "few descriptors": lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (40, 40)),
        "no cores": lambda: resource.setrlimit(resource.RLIMIT_CORE, (0, 0)),
        "nice": lambda: os.nice(5) and None,
    }
    for what, change in limits.items():
        case.expect_same(recorded, case.replay(before=change), what)


@test("few descriptors allowed now: more are taken where that is possible, else it is said")
def descriptors(case):
    recorded = record_script(case)
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    case.expect_same(recorded, case.replay(before=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (8, hard))))
    result = case.replay(before=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (12, 12)))
    if result.status == 0: # the privileged may raise that, too
        case.expect_same(recorded, result)
    else:
        expect_message(result, "the limit is too low for this trace: see ulimit", 125)


@test("the same when everything that was read is gone")
def deleted_inputs(case):
    recorded = record_script(case)
    for name in ("input", "script.py"):
        os.unlink(os.path.join(case.work, name))
    case.expect_same(recorded, case.replay())


@test("the same for another user")
def other_user(case):
    if os.getuid() != 0:
        raise Skip("only root can become somebody else")
    recorded = record_script(case)
    os.chmod(case.trace, 0o644)
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    if case.native([*become, "test", "-x", os.path.join(BUILD, "bin")]).status:
        raise Skip("user nobody cannot reach the build directory")
    case.expect_same(recorded, case.native([*become, REPLAY, "-q", case.trace], cwd="/"))


@test("the same in a network namespace without a network")
def no_network(case):
    recorded = record_script(case)
    if case.native(["unshare", "-rn", "true"]).status:
        raise Skip("user namespaces are not permitted here")
    case.expect_same(recorded, case.native(["unshare", "-n", REPLAY, "-q", case.trace]
                                           if os.getuid() == 0 else ["unshare", "-rn", REPLAY, "-q", case.trace]))


@test("two recordings have different addresses (ASLR is on), each replay matches its own")
def aslr_twice(case):
    program = os.path.join(case.env["T"], "addresses")
    first = case.record([program])
    second = case.record([program], trace=case.trace + "2")
    expect(first.out != second.out, "both recordings have the same addresses")
    for _ in range(3):
        case.expect_same(first, case.replay())
        case.expect_same(second, case.replay(trace=case.trace + "2"))


@test("--status-file says faithful and the status, for ends of every kind")
def status_files(case):
    for command, status in (("exit 0", 0), ("exit 41", 41), ("exit 124", 124), ("exit 125", 125),
                            ("kill -TERM $$", 143), ("kill -KILL $$", 137)):
        recorded = case.record(["/bin/bash", "-c", command])
        expect(recorded.status == status, f"{command}: recorder's status {recorded.status}")
        result, verdict = case.replay_verdict()
        case.expect_same(recorded, result, command)
        expect("faithful" in verdict.values(), f"{command}: {verdict}")


@test("a recorder's summary line, and none with -q; the target gets no extra descriptors")
def summary_line(case):
    loud = case.record(["/bin/ls", "/proc/self/fd"], quiet=False)
    expect(loud.out == case.native(["/bin/ls", "/proc/self/fd"]).out, f"descriptors: {loud.out}")
    lines = [l for l in loud.text().splitlines() if l.startswith("scap-record: ")]
    expect(any("events" in l and "trace.scap" in l for l in lines), f"no summary: {loud.text()}")
    expect(case.record(["/bin/true"]).err == b"", "-q is not quiet")


@test("make install puts the four programs where it is told, and they run from there")
def installed(case):
    case.sh(f"make -s -C {ROOT} install PREFIX=/usr DESTDIR={case.dir}/root")
    names = sorted(os.listdir(os.path.join(case.dir, "root/usr/bin")))
    expect(names == ["scap-diff", "scap-dump", "scap-record", "scap-replay"], f"installed: {names}")
    record = os.path.join(case.dir, "root/usr/bin/scap-record")
    recorded = case.native([record, "-q", "-o", case.trace, "--", "/bin/date", "+%N"])
    case.expect_same(recorded, case.native([os.path.join(case.dir, "root/usr/bin/scap-replay"), "-q", case.trace]))
