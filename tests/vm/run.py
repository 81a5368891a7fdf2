#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Runs a command on a stock kernel under QEMU: the host's files are there (read-only, with
a layer in memory on top), the command runs in the caller's directory as root, what it
prints comes out here, and its exit status is ours. What it puts into /mnt/out is copied to
--out. 125: the machine ended without a status (panic: its console follows), 124: time-out."""
import argparse
import os
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PANIC, TIMEOUT = 125, 124
ANY = ["-nodefaults", "-no-user-config", "-no-reboot", "-display", "none"]
# A lockup ends the machine, with the processor's stack on its console.
APPEND = "quiet loglevel=4 panic=-1 oops=panic softlockup_panic=1 nokaslr random.trust_cpu=on random.trust_bootloader=on"


class X86:
    """Sees the host's files and runs the host's programs."""
    # Without erms and fsrm: TCG emulates a fast "rep movsb" one byte at a time.
    qemu, cpus = ["qemu-system-x86_64", "-M", "q35"], {"": "max,erms=off,fsrm=off"}
    console, append = "ttyS0", "reboot=t tsc=reliable no_timer_check"

    @staticmethod
    def files(_):
        return [("hostroot", "/")]


class Arm64:
    """Has a root of its own (root-arm64.sh) and in it, at its place, the tree that we are called in."""
    # With LSE atomics; pointer authentication would make TCG four times slower, but for an algorithm of QEMU's own.
    qemu, cpus = ["qemu-system-aarch64", "-M", "virt"], {"": "neoverse-n1", "max": "max,pauth-impdef=on"}
    console, append = "ttyAMA0", f"tree={shlex.quote(os.getcwd())}"

    @staticmethod
    def files(args):
        return [("hostroot", os.path.join(args.build, "vm", "root-arm64")), ("hosttree", os.getcwd())]


def boot_script(args):
    """What the machine runs as its last step; /mnt is the share."""
    module = os.path.realpath(os.path.join(args.build, "vm", args.kernel, "scaprec.ko"))
    load = f"insmod {shlex.quote(module)} || echo 'vm: scaprec.ko does not load'\n" if args.module else ""
    command = shlex.join(args.command)
    if args.shell:
        run = f"setsid -c sh -c 'exec bash -i </dev/{args.machine.console} >/dev/{args.machine.console} 2>&1'; echo 0 >/mnt/status"
    else:
        run = f"{command} >/mnt/stdout 2>/mnt/stderr </dev/null; echo $? >/mnt/status"
    return ("export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb\n"
            f"mkdir -p /mnt/out\ndmesg -C\ncd {shlex.quote(os.getcwd())}\n"
            f"{load}{run}\ndmesg -c >/mnt/dmesg\nsync\nexec busybox poweroff -f\n")


def share_files(tag, path, how=""):
    return ["-virtfs", f"local,path={path},mount_tag={tag},security_model=none,multidevs=remap{how}"]


def qemu(args, share):
    machine = args.machine.qemu + ["-cpu", args.machine.cpus.get(args.cpu, args.cpu)]
    machine += ANY + ["-accel", f"tcg,thread={'multi' if args.parallel else 'single'},tb-size=512"]
    if args.icount:
        machine += ["-icount", "shift=0,sleep=off"]
    machine += ["-serial", "mon:stdio"] if args.shell else ["-serial", f"file:{share}/console"]
    for tag, path in args.machine.files(args):
        machine += share_files(tag, path, ",readonly=on")
    boot = os.path.join(args.build, "vm", args.kernel)
    return machine + share_files("hostshare", share) + [
        "-smp", str(args.smp), "-m", str(args.memory), "-kernel", f"{boot}/vmlinux", "-initrd", f"{boot}/initrd.cpio",
        "-append", f"console={args.machine.console} {APPEND} {'idle=poll ' if args.poll else ''}{args.machine.append}"]


def follow(share, name, out, position):
    """Copies what is new in the share's file NAME to OUT; returns the new position."""
    try:
        with open(os.path.join(share, name), "rb") as f:
            f.seek(position)
            data = f.read()
    except FileNotFoundError:
        return position
    out.write(data)
    out.flush()
    return position + len(data)


def wait(proc, share, limit):
    """Until the machine is off; False: time is up."""
    begin, at = time.monotonic(), [0, 0]
    while True:
        done = proc.poll() is not None
        at = [follow(share, "stdout", sys.stdout.buffer, at[0]), follow(share, "stderr", sys.stderr.buffer, at[1])]
        if done:
            return True
        if time.monotonic() - begin > limit:
            return False
        try:
            proc.wait(0.1)
        except subprocess.TimeoutExpired:
            pass


def text(share, name):
    try:
        with open(os.path.join(share, name), errors="replace") as f:
            return f.read()
    except FileNotFoundError:
        return ""


def run(args, share):
    with open(os.path.join(share, "boot"), "w") as f:
        f.write(boot_script(args))
    if args.shell:
        return subprocess.call(qemu(args, share))
    proc = subprocess.Popen(qemu(args, share), stdin=subprocess.DEVNULL)
    try:
        ended = wait(proc, share, args.limit)
    finally:
        if proc.poll() is None:
            proc.kill()
            proc.wait()
        if args.out:
            shutil.copytree(os.path.join(share, "out"), args.out, dirs_exist_ok=True)
    kernel = text(share, "dmesg") if args.dmesg else ""
    if kernel:
        sys.stderr.write(kernel)
    if not ended:
        print(f"vm: no end within {args.limit} s\n{text(share, 'console')[-4000:]}", file=sys.stderr)
        return TIMEOUT
    status = text(share, "status").strip()
    if not status:
        print(f"vm: ended without a status\n{text(share, 'console')[-8000:]}", file=sys.stderr)
        return PANIC
    return int(status)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernel", default="6.1", help="or machine: 6.1, 6.12, debug, 6.1-arm64, 6.12-arm64, 6.12-arm64-16k")
    parser.add_argument("--build", default="build")
    parser.add_argument("--cpu", default="", help="QEMU's name for another processor than the usual one; max (arm64): one with SVE and pointer "
                        "authentication")
    parser.add_argument("--smp", type=int, default=1)
    parser.add_argument("--parallel", action="store_true",
                        help="its processors run at the same time, not in turns; with QEMU 7.2 one may go on executing an int3 that "
                        "another has put into the kernel's code and taken out again, and the machine dies")
    parser.add_argument("--poll", action="store_true", help="idle processors poll: an emulated one takes 20 us to come out of a halt")
    parser.add_argument("--memory", type=int, default=1024, help="MiB")
    parser.add_argument("--limit", type=float, default=120, help="seconds")
    parser.add_argument("--icount", action="store_true", help="its clock counts instructions, 1 ns each, whatever else the host does")
    parser.add_argument("--out", help="directory for what the command leaves in /mnt/out")
    parser.add_argument("--module", action="store_true", help="load scaprec.ko first")
    parser.add_argument("--dmesg", action="store_true", help="show the kernel's log afterwards")
    parser.add_argument("--shell", action="store_true")
    parser.add_argument("command", nargs="*")
    args = parser.parse_args()
    args.machine = Arm64 if "-arm64" in args.kernel else X86
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    share = tempfile.mkdtemp(prefix="scap-vm-")
    try:
        sys.exit(run(args, share))
    finally:
        shutil.rmtree(share, ignore_errors=True)


if __name__ == "__main__":
    main()
