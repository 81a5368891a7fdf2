# SPDX-License-Identifier: GPL-2.0
"""A replay changes nothing outside: no file, no process, no packet."""
import hashlib
import os
import signal
import socket
import threading

from harness import children, expect, test


def tree(folder):
    """What a directory tree holds, times and inodes included."""
    state = []
    for path, folders, files in os.walk(folder):
        folders.sort()
        for name in sorted(folders + files):
            full = os.path.join(path, name)
            st = os.lstat(full)
            content = hashlib.sha256(open(full, "rb").read()).hexdigest() if os.path.isfile(full) else ""
            state.append((full, st.st_mode, st.st_ino, st.st_size, st.st_mtime_ns, content))
    return state


def replay_changes_nothing(case, recorded):
    before = tree(case.work)
    case.expect_same(recorded, case.replay())
    expect(tree(case.work) == before, "the replay changed files")
    expect(children(os.getpid()) == [], "the replay left processes")


@test("a replay of rm, mv, mkdir, chmod and ln does nothing to files")
def replayed_rm(case):
    case.write("victim", "precious")
    recorded = case.record(["/bin/bash", "-c", "rm victim; echo new > made; mkdir d; mv made d; chmod 0 d; ln -s d l; ls -l"])
    expect(recorded.status == 0 and not os.path.exists(os.path.join(case.work, "victim")), "recording failed")
    case.sh("chmod 700 d; rm -r d l")
    case.write("victim", "precious again")
    replay_changes_nothing(case, recorded)


@test("a replay of writers makes and changes no file, also through a shared mapping")
def replayed_writers(case):
    case.write("file", "x" * 10000)
    case.write("mapped.py", """
import mmap, os
open("fresh", "w").write("new")
with open("file", "r+b") as f, mmap.mmap(f.fileno(), 0) as m:
    m[0:5] = b"hello"; m[9000:9005] = b"world"; m.flush()
    os.pwrite(f.fileno(), b"by syscall", 100); print(m[98:112])
with open("file", "a") as f:
    f.write("appended")
print(os.stat("file").st_size)
""")
    recorded = case.record(["/usr/bin/python3", "mapped.py"])
    expect(recorded.status == 0, recorded.text())
    case.write("file", "y" * 20000)
    os.unlink(os.path.join(case.work, "fresh"))
    replay_changes_nothing(case, recorded)


@test("a replay of kill signals nobody")
def replayed_kill(case):
    hits = []
    signal.signal(signal.SIGUSR1, lambda *_: hits.append(1))
    recorded = case.record(["/bin/bash", "-c", f"kill -USR1 {os.getpid()}; kill -0 {os.getpid()} && echo sent"])
    expect(recorded.out == b"sent\n", recorded.text())
    expect(len(hits) == 1, "the recorded program's signal did not arrive")
    replay_changes_nothing(case, recorded)
    expect(len(hits) == 1, "the replay sent a signal")


@test("a replay of a mail-like client sends nothing and reads nothing from the network")
def replayed_client(case):
    server = socket.create_server(("127.0.0.1", 0))
    heard = []

    def serve():
        while True:
            conn, _ = server.accept()
            conn.sendall(b"220 ready\r\n")
            heard.append(conn.recv(1000))
            conn.sendall(b"250 accepted 4711\r\n")
            conn.close()

    threading.Thread(target=serve, daemon=True).start()
    recorded = case.record(["/bin/bash", "-c", f"exec 3<>/dev/tcp/127.0.0.1/{server.getsockname()[1]}; "
                            "read -r a <&3; echo mail >&3; read -r b <&3; echo $a $b"])
    expect(b"4711" in recorded.out and len(heard) == 1, f"recording failed: {recorded.text()}")
    replay_changes_nothing(case, recorded)
    server.close()
    replay_changes_nothing(case, recorded)
    expect(len(heard) == 1, "the replay used the network")


@test("a crash is replayed without a core file, with signal, address and backtrace in words")
def replayed_crash(case):
    recorded = case.record([os.path.join(case.env["T"], "signals"), "crash"],
                           before=lambda: __import__("resource").setrlimit(4, (0, 0)))
    expect(recorded.status == 139, f"status {recorded.status}")
    before = tree(case.work)
    replayed = case.replay(quiet=False)
    expect(replayed.status == 139, f"status {replayed.status}: {replayed.text()}")
    said = replayed.text()
    for word in ("SIGSEGV", "crash", "main", "signals.c:"):
        expect(word in said, f"no {word} in the report:\n{said}")
    expect(tree(case.work) == before, "the replay left files")


@test("a program that was built, crashed and removed within the recording has names in its backtrace")
def replayed_crash_of_removed(case):
    case.write("bug.c", "void inner(int *p) { *p = 1; } int main(void) { inner(0); return 0; }")
    recorded = case.record(["/bin/sh", "-c", "gcc -g -O0 -o bug bug.c; ./bug; rm bug"])
    expect(recorded.status == 0, f"status {recorded.status}")
    said = case.replay(quiet=False).text()
    for word in ("SIGSEGV", "inner+", "bug.c:1 (bug)"):
        expect(word in said, f"no {word} in the report:\n{said}")
