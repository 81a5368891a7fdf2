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
# Without erms and fsrm: TCG emulates a fast "rep movsb" one byte at a time.
QEMU = ["qemu-system-x86_64", "-M", "q35", "-cpu", "max,erms=off,fsrm=off", "-nodefaults",
        "-no-user-config", "-no-reboot", "-display", "none"]
# A lockup ends the machine, with the processor's stack on its console.
APPEND = ("console=ttyS0 quiet loglevel=4 panic=-1 oops=panic softlockup_panic=1 "
          "reboot=t tsc=reliable no_timer_check nokaslr random.trust_cpu=on")


def boot_script(args):
    """What the machine runs as its last step; /mnt is the share."""
    module = os.path.realpath(os.path.join(args.build, "vm", args.kernel, "scaprec.ko"))
    load = f"insmod {shlex.quote(module)} || echo 'vm: scaprec.ko does not load'\n" if args.module else ""
    command = shlex.join(args.command)
    if args.shell:
        run = "setsid -c sh -c 'exec bash -i </dev/ttyS0 >/dev/ttyS0 2>&1'; echo 0 >/mnt/status"
    else:
        run = f"{command} >/mnt/stdout 2>/mnt/stderr </dev/null; echo $? >/mnt/status"
    return ("export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root TERM=dumb\n"
            f"mkdir -p /mnt/out\ndmesg -C\ncd {shlex.quote(os.getcwd())}\n"
            f"{load}{run}\ndmesg -c >/mnt/dmesg\nsync\nexec busybox poweroff -f\n")


def qemu(args, share):
    machine = QEMU + ["-accel", f"tcg,thread={'multi' if args.parallel else 'single'},tb-size=512"]
    if args.icount:
        machine += ["-icount", "shift=0,sleep=off"]
    console = ["-serial", "mon:stdio"] if args.shell else ["-serial", f"file:{share}/console"]
    boot = os.path.join(args.build, "vm", args.kernel)
    return machine + console + [
        "-smp", str(args.smp), "-m", str(args.memory),
        "-kernel", f"{boot}/vmlinux", "-initrd", f"{boot}/initrd.cpio", "-append", APPEND,
        "-virtfs", "local,path=/,mount_tag=hostroot,security_model=none,readonly=on,multidevs=remap",
        "-virtfs", f"local,path={share},mount_tag=hostshare,security_model=none,multidevs=remap"]


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
    parser.add_argument("--kernel", default="6.1")
    parser.add_argument("--build", default="build")
    parser.add_argument("--smp", type=int, default=1)
    parser.add_argument("--parallel", action="store_true",
                        help="its processors run at the same time, not in turns; with QEMU 7.2 one may go on executing an int3 that "
                        "another has put into the kernel's code and taken out again, and the machine dies")
    parser.add_argument("--memory", type=int, default=1024, help="MiB")
    parser.add_argument("--limit", type=float, default=120, help="seconds")
    parser.add_argument("--icount", action="store_true", help="its clock counts instructions, 1 ns each, whatever else the host does")
    parser.add_argument("--out", help="directory for what the command leaves in /mnt/out")
    parser.add_argument("--module", action="store_true", help="load scaprec.ko first")
    parser.add_argument("--dmesg", action="store_true", help="show the kernel's log afterwards")
    parser.add_argument("--shell", action="store_true")
    parser.add_argument("command", nargs="*")
    args = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    share = tempfile.mkdtemp(prefix="scap-vm-")
    try:
        sys.exit(run(args, share))
    finally:
        shutil.rmtree(share, ignore_errors=True)


if __name__ == "__main__":
    main()
