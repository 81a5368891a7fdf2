# SPDX-License-Identifier: GPL-2.0
"""driver.py ROUNDS any|ready|SECONDS: runs a command under timeout(1) and sends that SIGTERM: at a random moment of its
start, once the command has begun, or at a random moment within so many seconds. Ends with 1 when timeout has ended and the command has not."""
import random
import subprocess
import sys
import time


def start():
    """What it runs has the pipe, too: that has no end before both have ended."""
    return subprocess.Popen(["timeout", "10", "sh", "-c", "echo begun; sleep 0.2; echo alive"], stdout=subprocess.PIPE)


def time_of_start():
    """Seconds from here to the command's beginning, the shorter one of two."""
    taken = []
    for _ in range(2):
        begin = time.monotonic()
        timeout = start()
        timeout.stdout.readline()
        taken.append(time.monotonic() - begin)
        timeout.terminate()
        timeout.wait()
    return min(taken)


def wait_for_moment(within):
    end = time.monotonic() + random.random() * within
    while time.monotonic() < end:
        pass


def main():
    when = sys.argv[2]
    within = time_of_start() if when == "any" else 0 if when == "ready" else float(when)
    for number in range(int(sys.argv[1])):
        timeout = start()
        if when == "ready":
            timeout.stdout.readline()
        else:
            wait_for_moment(within)
        timeout.terminate()
        status = timeout.wait()
        if b"alive" in timeout.stdout.read():
            print(f"round {number}: timeout has ended with {status}, what it ran has not")
            return 1
    print("nothing was left behind")
    return 0


sys.exit(main())
