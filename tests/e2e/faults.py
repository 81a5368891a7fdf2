# SPDX-License-Identifier: GPL-2.0
"""What goes wrong while recording: a killed recorder, a full disk, a target that meddles."""
import os
import re
import signal
import subprocess
import time

from harness import DUMP, RECORD, TROUBLE, Skip, children, expect, expect_message, test

LOOP = "i=0; while :; do i=$((i+1)); echo $i; read -t 0.002 < <(:); done"


def events_read(case, path):
    """How many lines scap-dump gives."""
    return len(case.native([DUMP, path]).out.splitlines())


@test("the recorder killed by SIGKILL: the program ends too, the trace is readable up to its last block")
def recorder_killed(case):
    with open(os.path.join(case.dir, "out"), "wb") as out:
        recorder = subprocess.Popen([RECORD, "-q", "-o", case.trace, "--", "/bin/bash", "-c", LOOP], stdout=out,
                                    stdin=subprocess.DEVNULL, cwd=case.work, env=case.env, start_new_session=True)
        time.sleep(1.5)
        early = events_read(case, case.trace)
        time.sleep(1.0)
        recorder.send_signal(signal.SIGKILL)
        recorder.wait()
    time.sleep(0.3)
    expect(children(os.getpid()) == [], "the recorded program lives on without its recorder")
    result = case.native([DUMP, case.trace])
    expect_message(result, "trace.scap: .*cut off")
    expect(result.status != 0, "scap-dump ended with 0")
    late = len(result.out.splitlines())
    expect(0 < early < late, f"{early} events after 1.5 s, {late} at the end: blocks do not reach the file")
    replayed = case.replay()
    expect_message(replayed, "trace.scap: .*cut off", TROUBLE)
    with open(os.path.join(case.dir, "out"), "rb") as out:
        expect(replayed.out and out.read().startswith(replayed.out), "the replayed part is not the recorded one")


def full_disk(case, size):
    """Records a chatty program into a file system of @size; the trace is copied out."""
    folder = os.path.join(case.dir, "disk")
    os.makedirs(folder)
    if case.native(["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", folder]).status:
        raise Skip("mounting is not permitted here")
    script = (f"mount -t tmpfs -o size={size} tmpfs {folder}; "
              f"{RECORD} -o {folder}/t.scap -- bash -c 'openssl rand 3000000 | sha256sum; date; exit 3'; s=$?; "
              f"cp {folder}/t.scap {case.trace} 2>/dev/null; exit $s")
    return case.native(["unshare", "-m", "bash", "-c", script])


@test("no space on the disk: the program goes on and keeps its status, the trace is valid up to there")
def disk_full(case):
    result = full_disk(case, "1m")
    expect(re.search(rb"^[0-9a-f]{64}  -\n.*\d\d:\d\d", result.out, re.M), f"the program did not finish: {result.text()}")
    expect_message(result, "scap-record: .*No space left", 3)
    dumped = case.native([DUMP, case.trace])
    expect_message(dumped, "trace.scap: .*cut off")
    expect(len(dumped.out.splitlines()) > 50, "hardly anything was kept")
    expect_message(case.replay(), "trace.scap: .*cut off", TROUBLE)


@test("a disk that is full from the start: nothing runs")
def device_full(case):
    result = case.record(["/bin/touch", "ran"], trace="/dev/full")
    expect_message(result, "scap-record: /dev/full: .*No space left", TROUBLE)
    expect(not os.path.exists(os.path.join(case.work, "ran")), "the program ran without a trace")


@test("an output pipe, read while recording; a reader that goes away does not end the program")
def output_pipe(case):
    os.mkfifo(os.path.join(case.work, "pipe"))
    reader = subprocess.Popen(["dd", "if=" + os.path.join(case.work, "pipe"), "of=/dev/null", "bs=512", "count=1"],
                              stderr=subprocess.DEVNULL)
    result = case.record(["/bin/bash", "-c", "seq 100000 | sha256sum; exit 6"],
                         trace=os.path.join(case.work, "pipe"))
    reader.wait()
    expect(result.status == 6 and b"  -" in result.out, f"status {result.status}: {result.text()}")


@test("an output file that the program itself reads, truncates and removes does no harm to the program")
def output_meddled(case):
    trace = os.path.join(case.work, "trace.scap")
    script = "cat trace.scap | head -c 100 >/dev/null; : >trace.scap; echo text >>trace.scap; rm trace.scap; echo fine"
    result = case.record(["/bin/bash", "-c", script], trace=trace)
    expect(result.out == b"fine\n" and result.status == 0, f"{result.status}: {result.text()}")


@test("an output pipe that nobody empties, as when the program itself should: the program is not held up for ever")
def output_stuck(case):
    pipe = os.path.join(case.work, "pipe")
    os.mkfifo(pipe)
    held = os.open(pipe, os.O_RDWR)
    result = case.record(["/bin/bash", "-c", "head -c 60000000 /dev/urandom | wc -c; exit 6"], trace=pipe)
    os.close(held)
    expect(result.out == b"60000000\n", f"the program did not finish: {result.status} {result.text()}")
    expect_message(result, "scap-record: .*pipe", 6)


@test("Ctrl-C reaches the program, and the trace is complete")
def interrupted(case):
    for command, status in (("trap 'echo caught; exit 9' INT; echo ready; sleep 20", 9),
                            ("echo ready; exec sleep 20", 130)):
        recorded = case.record(["/bin/bash", "-c", command], keys=[(b"ready\r\n", b"\x03")])
        expect(recorded.status == status, f"status {recorded.status}, not {status}: {recorded.out}")
        replayed, verdict = case.replay_verdict()
        expect(replayed.status == status and "faithful" in verdict.values(), f"replay: {replayed.status} {verdict}")


@test("SIGTERM to the recorder: the trace is complete and the program's end is in it")
def recorder_terminated(case):
    recorder = subprocess.Popen([RECORD, "-q", "-o", case.trace, "--", "/bin/bash", "-c",
                                 "trap 'echo ended; exit 5' TERM; while :; do sleep 0.05; done"],
                                stdout=subprocess.PIPE, cwd=case.work, env=case.env, start_new_session=True)
    time.sleep(0.8)
    recorder.send_signal(signal.SIGTERM)
    try:
        out, _ = recorder.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        out = b"still running"
    expect(out == b"ended\n" and recorder.returncode == 5, f"{out}, status {recorder.returncode}")
    replayed = case.replay()
    expect(replayed.out == out and replayed.status == 5, f"replay: {replayed.out} {replayed.status} {replayed.text()}")


@test("a daemon that outlives the program: the user is told; SIGTERM ends it, a second one whatever the daemon thinks")
def daemon_left(case):
    recorder = subprocess.Popen([RECORD, "-o", case.trace, "--", "/bin/sh", "-c",
                                 "(trap '' TERM; exec setsid sleep 60) & echo gone; exit 3"],
                                stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=case.work, env=case.env,
                                start_new_session=True)
    time.sleep(2.2)
    for _ in range(2):
        recorder.send_signal(signal.SIGTERM)
        time.sleep(0.3)
    try:
        out, err = recorder.communicate(timeout=10)
    except subprocess.TimeoutExpired:
        recorder.kill()
        out, err = b"still running", b""
    expect(out == b"gone\n" and recorder.returncode == 3, f"{out}, status {recorder.returncode}")
    expect(b"the program has ended; 1 process that it left" in err, f"the user is not told: {err.decode()}")
    expect(case.replay().status == 3, "the replay's status is another one")
