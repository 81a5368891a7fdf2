#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""How much of what strace names scap-dump names too.

Runs each program twice, under strace -f and under scap-record, and compares
argument by argument, by call and position: of the arguments that strace shows
with names (flags, strings, structures), which share does scap-dump? Two runs
are never the same, so shares are compared, not lines; --side shows lines.

  tests/dump/compare-strace.py             the whole list; fails below 95 %
  tests/dump/compare-strace.py --worst     where it differs most
  tests/dump/compare-strace.py --side 200 -- ls -l /
"""
import argparse
import collections
import difflib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

BIN = os.environ.get("SCAP_BIN", "build/bin")
TARGET = 95.0

PROGRAMS = [
    ["ls", "-l", "/etc"],
    ["date"],
    ["bash", "-c", "trap : USR1; kill -USR1 $$; ls / | sort | wc -l; sleep 0.05 & wait; echo $(id)"],
    ["find", "/usr/share/doc", "-maxdepth", "1", "-newer", "/etc/passwd"],
    ["tar", "-cf", "/dev/null", "/etc/init.d"],
    ["gzip", "-c", "/etc/services"],
    ["sh", "-c", "cp /etc/passwd $TMP/p; mv $TMP/p $TMP/q; chmod 600 $TMP/q; ln -s q $TMP/r; "
     "touch -d 2001-01-01 $TMP/q; stat $TMP/r; rm $TMP/q $TMP/r; mkdir $TMP/d; rmdir $TMP/d"],
    ["python3", "-c", "import json,subprocess,socket,select,tempfile,signal,mmap,fcntl,os,threading\n"
     "print(subprocess.run(['true']))\n"
     "a,b=socket.socketpair(); a.send(b'x'); select.select([b],[],[],1)\n"
     "p=select.poll(); p.register(b); p.poll(10)\n"
     "e=select.epoll(); e.register(b.fileno(),select.EPOLLIN); e.poll(1)\n"
     "t=socket.socket(); t.setsockopt(socket.SOL_SOCKET,socket.SO_REUSEADDR,1)\n"
     "t.bind(('127.0.0.1',0)); t.listen(1); c=socket.create_connection(t.getsockname())\n"
     "s,_=t.accept(); c.sendmsg([b'a',b'b']); s.recvmsg(10); c.shutdown(socket.SHUT_WR)\n"
     "f=tempfile.TemporaryFile(); fcntl.lockf(f,fcntl.LOCK_EX); os.writev(f.fileno(),[b'q'])\n"
     "signal.signal(signal.SIGALRM,lambda *x:0); signal.setitimer(signal.ITIMER_REAL,.01)\n"
     "signal.pause(); m=mmap.mmap(-1,8192); m.flush(); os.sched_getaffinity(0); os.statvfs('/')\n"],
    ["perl", "-e", "open F,'<','/etc/passwd'; print scalar(<F>); system 'true'; sleep 0; print `id`"],
    ["sed", "-n", "1p", "/etc/passwd"],
    ["awk", "BEGIN{while((getline l<\"/etc/group\")>0)n++;print n}"],
    ["git", "--version"],
    ["sqlite3", ":memory:", "create table t(a); insert into t values(1); select * from t;"],
]

NUMBER = re.compile(r"^-?(0x[0-9a-fA-F]+|\d+)$|^NULL$|^\?*$")
NAMED = re.compile(r"^[a-z_]+=(?=[^=])")
CALL = re.compile(r"^(?:\[pid +)?(?P<pid>\d+)\]? +(?P<text>.*)$")


def split_arguments(text):
    """Arguments of "a, {b, c}, ..." up to the closing parenthesis."""
    out, depth, quoted, start, i = [], 0, False, 0, 0
    while i < len(text):
        c = text[i]
        if quoted:
            if c == "\\":
                i += 1
            elif c == '"':
                quoted = False
        elif c == '"':
            quoted = True
        elif c in "{[(":
            depth += 1
        elif c in "}])":
            if depth == 0 and c == ")":
                break
            depth -= 1
        elif c == "," and depth == 0:
            out.append(text[start:i])
            start = i + 1
        i += 1
    out.append(text[start:i])
    out = [a.strip() for a in out]
    return [] if out == [""] else out


def is_symbolic(argument):
    argument = re.sub(r"/\*.*?\*/", "", NAMED.sub("", argument)).strip()
    return not NUMBER.match(argument)


def strace_calls(lines):
    """(name, arguments) of every whole call; split ones are put together."""
    pending = {}
    for line in lines:
        m = CALL.match(line)
        if not m:
            continue
        pid, text = m.group("pid"), m.group("text")
        if text.endswith("<unfinished ...>"):
            pending[pid] = text[: -len("<unfinished ...>")]
            continue
        resumed = re.match(r"<\.\.\. (\w+) resumed>(.*)", text)
        if resumed:
            text = pending.pop(pid, resumed.group(1) + "(").rstrip() + resumed.group(2)
        call = re.match(r"(\w+)\((.*)", text)
        if call:
            yield call.group(1), split_arguments(call.group(2))


def count_strace(argv, env):
    with tempfile.NamedTemporaryFile("r") as f:
        subprocess.run(["strace", "-f", "-o", f.name, "--"] + argv, env=env, timeout=60,
                       stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        lines = f.read().splitlines()
    counts = collections.defaultdict(lambda: [0, 0])
    for name, args in strace_calls(lines):
        for i, a in enumerate(args):
            counts[name, i][0] += 1
            counts[name, i][1] += is_symbolic(a)
    return counts, lines


def scap_events(argv, env, directory):
    trace = os.path.join(directory, "t.scap")
    subprocess.run([BIN + "/scap-record", "-q", "-o", trace, "--"] + argv, env=env, timeout=120,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for old in (trace + ".old",):
        if os.path.exists(old):
            os.unlink(old)
    return trace


def count_scap(trace):
    out = subprocess.run([BIN + "/scap-dump", "--format=json", trace], timeout=120,
                         stdout=subprocess.PIPE).stdout
    counts = collections.defaultdict(lambda: [0, 0])
    entered = {}
    for text in out.splitlines():
        e = json.loads(text)
        if e["type"] == "enter":
            entered[e["tid"]] = e
        if e["type"] not in ("syscall", "exit"):
            continue
        before = entered.pop(e["tid"], None) if e["type"] == "exit" else None
        for i, a in enumerate(e["args"]):
            shown = is_symbolic(a["text"])
            if before and i < len(before["args"]):
                shown = shown or is_symbolic(before["args"][i]["text"])
            counts[e["name"], i][0] += 1
            counts[e["name"], i][1] += shown
    return counts


# strace writes these in another order or with other names of their own.
OTHER_ORDER = {"clone", "clone3"}


def compare(strace, scap, total, worst):
    """Adds to @total: arguments that strace would name, and those named by both."""
    for key, (n, ours) in scap.items():
        if key[0] in OTHER_ORDER or key not in strace:
            continue
        share = strace[key][1] / strace[key][0]
        named = min(ours / n, share) * n
        total[0] += share * n
        total[1] += named
        worst[key] += share * n - named


LINE = re.compile(r"^ *\d+ +\d+\.\d+ +(?P<pid>\d+) (?P<text>.*)$")
NOT_A_CALL = re.compile(r"(map|data|trap|meta|exec|fork|mem|file|switch): ")


def first_task(lines, pattern):
    """Lines of the task that comes first, as text alone."""
    found = [m for m in map(pattern.match, lines) if m]
    mine = [m.group("text") for m in found if m.group("pid") == found[0].group("pid")]
    return [t for t in mine if not NOT_A_CALL.match(t)]


def side_by_side(argv, env, directory, lines):
    """The same calls of the first process, those of the one below those of the other."""
    _, theirs = count_strace(argv, env)
    trace = scap_events(argv, env, directory)
    out = subprocess.run([BIN + "/scap-dump", trace], stdout=subprocess.PIPE).stdout.decode()
    a, b = first_task(theirs, CALL), first_task(out.splitlines(), LINE)

    def name(text):
        return re.split(r"[({]", text)[0]

    matcher = difflib.SequenceMatcher(None, [name(t) for t in a], [name(t) for t in b], False)
    pairs = [(a[m.a + i], b[m.b + i]) for m in matcher.get_matching_blocks()
             for i in range(m.size)]
    for one, other in pairs[:lines]:
        print("strace:", one)
        print("  scap:", other)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--worst", action="store_true")
    parser.add_argument("--side", type=int, metavar="LINES")
    parser.add_argument("program", nargs="*")
    o = parser.parse_args()
    if not shutil.which("strace"):
        print("0 passed, 0 failed, 1 skipped (no strace)")
        return 0
    with tempfile.TemporaryDirectory() as directory:
        env = dict(os.environ, TMP=directory)
        if o.side:
            side_by_side(o.program, env, directory, o.side)
            return 0
        total, worst = [0, 0], collections.Counter()
        for argv in [o.program] if o.program else PROGRAMS:
            if not shutil.which(argv[0]):
                continue
            part = [0, 0]
            strace, _ = count_strace(argv, env)
            compare(strace, count_scap(scap_events(argv, env, directory)), part, worst)
            total = [total[0] + part[0], total[1] + part[1]]
            if part[0]:
                print("%6.2f %% of %6d  %s" % (100 * part[1] / part[0], part[0], argv[0]))
    if not total[0]:
        print("nothing to compare: does %s/scap-record work?" % BIN)
        return 1
    if o.worst:
        for (name, i), lost in worst.most_common(25):
            if lost >= 0.5:
                print("%8.1f  %s, argument %d" % (lost, name, i))
    share = 100 * total[1] / total[0]
    print("%6.2f %% of %6d  all (at least %.0f %% wanted)" % (share, total[0], TARGET))
    ok = share >= TARGET
    print("%d passed, %d failed, 0 skipped" % (ok, not ok))
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
