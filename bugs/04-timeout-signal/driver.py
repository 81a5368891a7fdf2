# SPDX-License-Identifier: GPL-2.0
"""driver.py ROUNDS SECONDS|ready: runs a command under timeout(1) and sends that SIGTERM, at a random moment
within so many seconds or once the command has begun. Ends with 1 when timeout has ended and the command has not."""
import os
import random
import subprocess
import sys
import time

COMMAND = "echo yes >begun; sleep 0.1; echo yes >alive"


def remove(*names):
    for name in names:
        if os.path.exists(name):
            os.unlink(name)


def wait_for_moment(when):
    if when == "ready":
        while not os.path.exists("begun"):
            time.sleep(0.001)
        return
    end = time.monotonic() + random.random() * float(when)
    while time.monotonic() < end:
        pass


def main():
    for number in range(int(sys.argv[1])):
        remove("begun", "alive")
        timeout = subprocess.Popen(["timeout", "10", "sh", "-c", COMMAND])
        wait_for_moment(sys.argv[2])
        timeout.terminate()
        status = timeout.wait()
        time.sleep(0.2)
        if os.path.exists("alive"):
            print(f"round {number}: timeout has ended with {status}, what it ran has not")
            return 1
    print("nothing was left behind")
    return 0


sys.exit(main())
