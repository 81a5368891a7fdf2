# SPDX-License-Identifier: GPL-2.0
"""What every end-to-end test stands on: run a command under a time limit with nothing
left behind, record, replay, and say how two runs differ.

A test works in a directory of its own, Case.dir; the recorded program runs in
Case.dir/work. Tools are found in build/bin, target programs in build/targets.
"""
import ctypes
import difflib
import errno
import fcntl
import json
import os
import pty
import re
import select
import shutil
import signal
import struct
import subprocess
import tempfile
import termios
import time

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.path.join(ROOT, os.environ.get("B", "build"))
BIN = os.path.join(BUILD, "bin")
TARGETS = os.path.join(BUILD, "targets")
TOOLS = os.path.join(BUILD, "tools")

RECORD = os.path.join(BIN, "scap-record")
REPLAY = os.path.join(BIN, "scap-replay")
DUMP = os.path.join(BIN, "scap-dump")
DIFF = os.path.join(BIN, "scap-diff")

# Exit statuses of scap's own.
TROUBLE, DIVERGENCE = 125, 124

PR_SET_CHILD_SUBREAPER = 36


class Failure(Exception):
    """What was wrong, in words for a person."""


class Skip(Exception):
    """What the machine lacks."""


class Result:
    """Of one command: @status as a shell shows it, @out and @err bytes, @seconds."""

    def __init__(self, argv, status, out, err, seconds):
        self.argv, self.status, self.out, self.err, self.seconds = argv, status, out, err, seconds

    def text(self):
        return self.err.decode(errors="replace")


def become_subreaper():
    """Orphans of this process become its children, so that kill_leftovers() finds them."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def children(pid):
    """Live descendants of @pid, nearest first."""
    parent = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                with open(f"/proc/{entry}/stat", "rb") as stat:
                    state, ppid = stat.read().rpartition(b")")[2].split()[:2]
                if state != b"Z":
                    parent.setdefault(int(ppid), []).append(int(entry))
            except OSError:
                pass
    found, queue = [], [pid]
    while queue:
        for child in parent.get(queue.pop(), []):
            found.append(child)
            queue.append(child)
    return found


def kill_leftovers():
    """Ends and reaps every descendant of this process; returns how many were alive."""
    count = 0
    for _ in range(200):
        try:
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        except ChildProcessError:
            return count
        for pid in children(os.getpid()):
            try:
                os.kill(pid, signal.SIGKILL)
                count += 1
            except ProcessLookupError:
                pass
        time.sleep(0.02)
    return count


def shell_status(returncode):
    return 128 - returncode if returncode < 0 else returncode


def run(argv, cwd=None, env=None, limit=60, stdin=None, before=None, merge=False):
    """Runs @argv; raises Failure when it takes over @limit seconds. @before: called in the
    child ahead of exec. @merge: stderr goes where stdout goes. Output goes to files, as a
    background process that outlives the command must not keep us waiting on a pipe."""
    begin = time.monotonic()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        def child():
            signal.signal(signal.SIGINT, signal.SIG_DFL)
            if before:
                before()
        proc = subprocess.Popen(argv, cwd=cwd, env=env, stdin=stdin or subprocess.DEVNULL, stdout=out,
                                stderr=out if merge else err, start_new_session=True, preexec_fn=child)
        try:
            status = proc.wait(limit)
        except subprocess.TimeoutExpired:
            kill_leftovers()
            err.seek(0)
            tail = err.read().decode(errors="replace")[-1500:]
            raise Failure(f"no end within {limit} s: {' '.join(argv[:6])}\n{tail}") from None
        out.seek(0)
        err.seek(0)
        return Result(argv, shell_status(status), out.read(), err.read(), time.monotonic() - begin)


def is_due(when, seconds, came):
    return when in came if isinstance(when, bytes) else seconds >= when


def run_pty(argv, cwd, env, limit, keys):
    """Runs @argv as the leader of a new terminal's session. @keys: (when, bytes) pairs, typed one
    after the other: each so many seconds after the one before, or once bytes have come since then."""
    begin = time.monotonic()
    pid, master = pty.fork()
    if pid == 0:
        os.chdir(cwd)
        os.execve(argv[0], argv, env)
    fcntl.ioctl(master, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    # What the terminal itself would add to the program's output.
    mode = termios.tcgetattr(master)
    mode[3] &= ~termios.ECHO
    termios.tcsetattr(master, termios.TCSANOW, mode)
    out, status = bytearray(), None
    pending, typed, seen = list(keys), begin, 0
    while time.monotonic() - begin < limit:
        if select.select([master], [], [], 0.05)[0]:
            try:
                data = os.read(master, 65536)
            except OSError as e:
                if e.errno != errno.EIO:
                    raise
                data = b""
            out += data
            if not data:
                status = os.waitpid(pid, 0)[1]
                break
        if pending and is_due(pending[0][0], time.monotonic() - typed, out[seen:]):
            os.write(master, pending.pop(0)[1])
            typed, seen = time.monotonic(), len(out)
    os.close(master)
    if status is None:
        kill_leftovers()
        raise Failure(f"no end within {limit} s: {' '.join(argv[:6])}\n{bytes(out[-1500:])}")
    return Result(argv, shell_status(os.waitstatus_to_exitcode(status)), bytes(out), b"",
                  time.monotonic() - begin)


def ours(line):
    return line.startswith((b"scap-record: ", b"scap-replay: "))


def program_err(result):
    """Standard error of the recorded program, without what scap itself had to say."""
    return b"".join(l for l in result.err.splitlines(keepends=True) if not ours(l))


def show(data):
    return data.decode(errors="backslashreplace")


def difference(what, a, b):
    """Short text that says where two byte strings part, None if they do not."""
    if a == b:
        return None
    lines = difflib.unified_diff(show(a).splitlines(), show(b).splitlines(), "recorded", "replayed",
                                 lineterm="", n=1)
    head = "\n".join(line[:200] for line, _ in zip(lines, range(14)))
    return f"{what} differs ({len(a)} bytes recorded, {len(b)} replayed)\n{head}"


# How many times slower than usual the machine is that we run on.
PATIENCE = int(os.environ.get("E2E_PATIENCE", "1"))


class Case:
    """One test at work: its directory, and record and replay in it."""

    def __init__(self, name, limit=60):
        self.name, self.limit = name, limit * PATIENCE
        self.dir = os.path.join(BUILD, "e2e", name)
        self.work = os.path.join(self.dir, "work")
        self.trace = os.path.join(self.dir, "trace.scap")
        self.env = dict(os.environ, LC_ALL="C.UTF-8", TZ="UTC", HOME=self.work, TERM="xterm", PAGER="cat",
                        T=TARGETS, B=BIN, TOOLS=TOOLS, PATH="/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin")
        for name in ("MAKEFLAGS", "MAKELEVEL", "MFLAGS", "GIT_DIR", "PYTHONPATH"):
            self.env.pop(name, None)
        shutil.rmtree(self.dir, ignore_errors=True)
        os.makedirs(self.work)

    def write(self, name, content, mode=0o644):
        path = os.path.join(self.work, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as f:
            f.write(content if isinstance(content, bytes) else content.encode())
        os.chmod(path, mode)
        return path

    def sh(self, script, limit=None):
        """Setup and checks, outside any recording; raises Failure if it fails."""
        r = run(["/bin/bash", "-euc", script], self.work, self.env, limit or self.limit)
        if r.status:
            raise Failure(f"shell commands failed ({r.status}):\n{show(r.out + r.err)[-1500:]}")
        return r

    def native(self, argv, **how):
        return run(argv, how.pop("cwd", self.work), how.pop("env", self.env), how.pop("limit", self.limit), **how)

    def record(self, argv, options=(), trace=None, quiet=True, keys=None, **how):
        """Records @argv; the recorder passes the program's status through."""
        full = [RECORD, *(["-q"] if quiet else []), *options, "-o", trace or self.trace, "--", *argv]
        if keys is not None:
            return run_pty(full, self.work, self.env, self.limit,
                           [(when if isinstance(when, bytes) else when * PATIENCE, text) for when, text in keys])
        return self.native(full, **how)

    def replay(self, argv=(), options=(), trace=None, quiet=True, **how):
        full = [REPLAY, *(["-q"] if quiet else []), *options, trace or self.trace, *argv]
        return self.native(full, **how)

    def replay_verdict(self, **how):
        """Replay plus the JSON of --status-file."""
        path = os.path.join(self.dir, "status.json")
        if os.path.exists(path):
            os.unlink(path)
        result = self.replay(options=[f"--status-file={path}"], **how)
        try:
            with open(path, encoding="utf-8") as f:
                return result, json.load(f)
        except (OSError, ValueError) as e:
            raise Failure(f"status file: {e}; status {result.status}; {result.text()[-1500:]}") from None

    def expect_same(self, recorded, replayed, what="replay"):
        """Raises Failure unless both runs look the same to whoever started them."""
        for text in (difference(f"{what}: stdout", recorded.out, replayed.out),
                     difference(f"{what}: stderr", program_err(recorded), program_err(replayed)),
                     None if recorded.status == replayed.status else
                     f"{what}: status {replayed.status}, recorded {recorded.status}"):
            if text:
                raise Failure(f"{text}\n{replayed.text()[-3000:]}")


def expect(condition, text):
    if not condition:
        raise Failure(text)


def expect_message(result, pattern, status=None):
    """@result failed in the way it should: a message that matches, and the right status."""
    said = show(result.err + result.out)
    expect(re.search(pattern, said), f"no message like /{pattern}/ (status {result.status}):\n{said[-1500:]}")
    expect("AddressSanitizer" not in said and result.status not in (128 + 6, 128 + 11),
           f"crashed:\n{said[-1500:]}")
    if status is not None:
        expect(result.status == status, f"status {result.status}, not {status}:\n{said[-1500:]}")


# Tests written as functions: @test in any module that run.py imports.
TESTS = {}


def test(proves, limit=60):
    """Registers a function of one Case under its own name."""
    def register(function):
        TESTS[function.__name__.replace("_", "-")] = (function, proves, limit)
        return function
    return register
