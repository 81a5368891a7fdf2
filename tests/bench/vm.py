#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""What the kernel module costs: vm.py [--kernel 6.1] [--smp 2,1] [--quick] [--save] [loops] [programs] [threads]

Boots a stock kernel once for each --smp and measures inside (the same file, --guest). Every
figure is a ratio to the same boot without the module, the median of several passes in which the
rows take turns. With two processors the program has the first, and who records it the second.
Loops and programs also tell the processor time that they had themselves: what is left of their cost
where the recorder has a processor of its own, even if (--icount, --smp=1) it has none. With --icount
the clock jumps whenever the machine waits for the host's files: a program's cost is then the processor
time of all that runs for it, its recorder included. With --poll idle processors do not halt: out of that
an emulated one comes 20 us late, which is most of what two threads on two of them take.
--quick: only system call loops, only the module's rows. --save writes tests/bench/RESULTS-VM.md.
sysdig (6.1 on x86-64 only) and redis come from where tests/bench/extras.sh has unpacked them.
"""
import argparse
import contextlib
import glob
import json
import os
import re
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time

import results

ROOT = os.path.realpath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
BUILD = os.path.join(ROOT, os.environ.get("B", "build"))
# what an arm64 machine runs is cross-built there
BUILT = os.path.join(BUILD, "arm64") if os.uname().machine == "aarch64" else BUILD
RECORD = os.path.join(BUILT, "bin", "scap-record")
LOOP, THREADS, TIMES = (os.path.join(BUILT, "bench", n) for n in ("loop", "threads", "own-time"))
EXTRAS = os.path.join(BUILD, "vm", "extras")
RESULTS = os.path.join(ROOT, "tests", "bench", "RESULTS-VM.md")

# column: argument of loop, calls a round without a recorder, largest ratio allowed of "recorded"
LOOPS = [("getppid", "getppid", 100000, 1.9), ("read 64 B", "read64", 100000, 1.9), ("read 4 KiB", "read4k", 40000, 3.5),
         ("write 64 B", "write64", 100000, None), ("clock_gettime", "clock", 100000, None),
         ("open+close", "open", 20000, None), ("getppid, a thread sleeping", "getppid+thread", 100000, None),
         ("fork+exec", "fork", 20, None)]
ROUNDS = 5
# behind a row's name: the same, without what others did meanwhile
OWN = ", the program's own time"
NOT_RECORDED = 1.03
PROGRAMS = [("gcc -c", 1.15), ("sqlite3", 1.3), ("tar", 1.15), ("redis", 1.3), ("make -j2", None)]
# They have all processors, and share them with the recorder.
FREE = ("make -j1", "make -j2", "pingpong")
TURNS = 20000


def processor_time():
    """Of all children that have ended, seconds."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def redis_root():
    """Where redis is: unpacked, or of the machine itself ("", an arm64 one's); None."""
    return next((root for root in (os.path.join(EXTRAS, "root"), "") if os.path.exists(f"{root}/usr/bin/redis-server")), None)


def die(text):
    raise SystemExit(f"bench-vm: {text}")


# ---- inside the machine ----

class Trace:
    """What --status-file says of the recordings of one cell."""

    def __init__(self):
        self.seen = []

    def add(self, path):
        with open(path, encoding="utf-8") as f:
            self.seen.append(json.load(f))

    def sum(self, key):
        return sum(s[key] for s in self.seen)

    def line(self, name):
        events, blocks = self.sum("events"), self.sum("blocks")
        return [name, f"{events // len(self.seen):,}", f"{100 * self.sum('slow') / events:.2f} %",
                f"{self.sum('raw_bytes') / events:.0f}", f"{self.sum('file_bytes') / events:.1f}",
                f"{self.sum('blocks_raw')}/{blocks}", str(max(s["backlog"] for s in self.seen)),
                f"{self.sum('waits')}, {self.sum('wait_ns') / 1e6 / len(self.seen):.0f} ms", "0"]


TRACE_HEAD = ["recording of", "events", "slow path", "bytes an event", "in the file", "blocks raw/all", "backlog (blocks)",
              "waits a run, for", "lost"]


class Guest:
    def __init__(self, options, work):
        self.o, self.work = options, work
        self.trace, self.status, self.times = (os.path.join(work, name) for name in ("trace.scap", "status", "times"))
        self.traces, self.drops = {}, {}
        # the program's processor, the recorder's
        self.own, self.other = (["taskset", "-c", "0"], ["taskset", "-c", "1"]) if options.smp > 1 else ([], [])
        self.loaded = False
        os.environ["HOME"] = work

    # -- rows: each a context in which prefix + command is the program as that row runs it --

    def load(self, wanted):
        if wanted and not self.loaded:
            subprocess.run(["insmod", os.path.join(BUILD, "vm", self.o.kernel, "scaprec.ko")], check=True)
        elif self.loaded and not wanted:
            subprocess.run(["rmmod", "scaprec"], check=True)
        self.loaded = wanted

    @contextlib.contextmanager
    def nothing(self, _cell):
        self.load(False)
        yield []

    @contextlib.contextmanager
    def others_recorded(self, _cell):
        """The probes are there, as another program is being recorded."""
        self.load(True)
        with subprocess.Popen([*self.other, RECORD, "-q", "--backend=kmod", "-o", self.trace, "--", "sleep", "1000"]) as other:
            time.sleep(3)
            yield []
            other.send_signal(signal.SIGTERM)

    @contextlib.contextmanager
    def recorded(self, cell):
        self.load(True)
        yield [*([] if cell in FREE else self.other), RECORD, "-q", "--backend=kmod", "-o", self.trace, f"--status-file={self.status}", "--"]
        self.traces.setdefault(cell, Trace()).add(self.status)
        os.unlink(self.trace)

    def sysdig(self, name, *args):
        """Row @name; of what it drops nothing is known but the number."""
        @contextlib.contextmanager
        def row(cell):
            self.load(False)
            root = os.path.join(EXTRAS, "root")
            subprocess.run(["insmod", os.path.join(EXTRAS, "scap.ko")], check=True)
            out = os.path.join(self.work, "sysdig.scap")
            with contextlib.suppress(FileNotFoundError):
                os.unlink(out)
            env = {**os.environ, "LD_LIBRARY_PATH": f"{root}/usr/lib/x86_64-linux-gnu"}
            with subprocess.Popen([*self.other, f"{root}/usr/bin/sysdig", "-v", "-w", out, *args], env=env, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as tool:
                while not os.path.exists(out) and tool.poll() is None:
                    time.sleep(0.05)
                time.sleep(1)
                yield []
                tool.send_signal(signal.SIGINT)
                said = tool.communicate()[0]
            subprocess.run(["rmmod", "scap"], check=True)
            found = re.search(r"Driver Events:(\d+).*?Driver Drops:(\d+)", said, re.S)
            if not found:
                die(f"sysdig ended with {tool.returncode}: {said[-500:]}")
            kept, dropped = self.drops.get((name, cell), (0, 0))
            self.drops[name, cell] = kept + int(found[1]), dropped + int(found[2])
        return row

    @contextlib.contextmanager
    def strace(self, _cell):
        self.load(False)
        yield [*self.own, "strace", "-f", "-o", os.path.join(self.work, "strace.out")]

    @contextlib.contextmanager
    def perf_trace(self, _cell):
        self.load(False)
        yield [*self.own, "perf", "trace", "-o", os.path.join(self.work, "perf.out"), "--"]

    def rows(self):
        """Name, context, how many times fewer calls, how many passes."""
        rows = [("no module", self.nothing, 1, self.o.passes), ("loaded, another program recorded", self.others_recorded, 1, self.o.passes),
                ("**recorded**", self.recorded, 1, self.o.passes)]
        if self.o.quick:
            return rows
        if os.path.exists(os.path.join(EXTRAS, "scap.ko")) and self.o.kernel == "6.1":
            # 65000: more its driver does not take
            rows += [(name, self.sysdig(name, *args), 2, 1)
                     for name, *args in (("sysdig -w",), ("sysdig -w -s 65000", "-s", "65000"))]
        if shutil.which("perf"):
            rows.append(("perf trace -o", self.perf_trace, 10, 1))
        return rows + [("strace -f -o", self.strace, 100, 1)]

    # -- cells --

    def run(self, argv, **more):
        done = subprocess.run(argv, cwd=self.work, capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False, **more)
        if done.returncode:
            die(f"{' '.join(argv)} ended with {done.returncode}\n{done.stdout[-500:]}{done.stderr[-1500:]}")
        return done.stdout

    def loop(self, column, fewer):
        _, call, n, _ = column
        n = max(n // fewer, 5)

        def timed(prefix):
            begin = processor_time()
            median, _least, own = self.run([*prefix, *self.own, LOOP, call, str(n), str(ROUNDS)]).split()[-3:]
            if self.o.icount and call == "fork": # waits for the host's files: that is no virtual time
                median = (processor_time() - begin) * 1e9 / (n * ROUNDS)
            return {"": float(median), OWN: float(own)}
        return timed

    def measure(self, columns, cell_of):
        """Medians: {row: {column: value}}; a cell has values by what is added to its row's name."""
        values, rows = {}, self.rows()
        for column in columns: # what is read from files is in memory then
            cell_of(column, 100)([])
        for i in range(max(passes for *_, passes in rows)):
            for name, context, fewer, passes in rows:
                if i >= passes:
                    continue
                for column in columns:
                    with context(column[0]) as prefix:
                        cell = cell_of(column, fewer)(prefix)
                    for added, value in cell.items():
                        values.setdefault(name + added, {}).setdefault(column[0], []).append(value)
                        print(f"  pass {i + 1}: {name}{added}: {column[0]}: {value:.6g}", file=sys.stderr, flush=True)
        return {row: {c: statistics.median(v) for c, v in cells.items()} for row, cells in values.items()}

    def table(self, columns, values, unit, scale):
        base = {own: values.get("no module" + own) for own in ("", OWN)}
        rows = []
        for name, cells in values.items():
            line, own = [name], OWN if name.endswith(OWN) else ""
            for c in columns:
                kept, dropped = self.drops.get((name, c[0]), (0, 0))
                if cells is base[own]:
                    line.append(f"{cells[c[0]] * scale:.4g} {unit}")
                    continue
                bound = c[-1] if name == "**recorded**" else NOT_RECORDED if name.startswith("loaded") else None
                ratio = cells[c[0]] / base[own][c[0]]
                line.append(f"{ratio:.2f}" + (f" (at most {bound})" if bound else "") +
                            (f", {100 * dropped / (kept + dropped):.0f} % dropped" if dropped else ""))
            rows.append(line)
        print_table(["", *(c[0] for c in columns)], rows)
        added = {name: {c: v - base[""][c] for c, v in cells.items()} for name, cells in values.items()}
        if "sysdig -w" in added:
            of = [(c[0], added["**recorded**"][c[0]], added["sysdig -w"][c[0]]) for c in columns[:2] if c in LOOPS]
            for c, ours, theirs in of:
                print(f"Added to {c}: {ours:.0f} ns, by sysdig {theirs:.0f} ns: {ours / theirs:.2f} of it (at most 0.33).\n")
        print_table(TRACE_HEAD, [self.traces[c[0]].line(c[0]) for c in columns])

    def wanted(self, column):
        return not self.o.columns or column in self.o.columns.split(",")

    def loops(self):
        print(f"System calls in a loop (`build/bench/loop CALL N {ROUNDS}`): ns a call without the module, and ratios to it"
              f"{' (of fork+exec, processor time)' if self.o.icount else ''}.\n")
        columns = [c for c in LOOPS if self.wanted(c[1])]
        self.table(columns, self.measure(columns, self.loop), "ns", 1)

    # -- programs --

    @contextlib.contextmanager
    def measured(self):
        """What the block takes, into the dictionary that it gets; own_time() of it must have been run in it."""
        clock = processor_time if self.o.icount else time.monotonic
        begin, cell = clock(), {}
        yield cell
        cell[""] = clock() - begin
        with open(self.times, encoding="utf-8") as f:
            cell[OWN] = float(f.read())

    def own_time(self, argv):
        """@argv, which then leaves its processor time in self.times."""
        return [TIMES, self.times, *argv]

    def make_inputs(self):
        body = "".join(f"int f{i}(int x) {{ return printf(\"%d\\n\", x + {i}) + (int)strlen(\"{i}\"); }}\n" for i in range(150))
        head = "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\n"
        names = [f"part{i}" for i in range(4)]
        for name in names:
            self.write(f"{name}.c", head + re.sub(r"\bf(\d)", rf"{name}_\1", body))
        self.write("Makefile", f"all: {' '.join(n + '.o' for n in names)}\n%.o: %.c\n\tgcc -O1 -c -o $@ $<\n")
        self.write("load.sql", "create table t(a integer primary key, b);\n" +
                   "insert into t(b) values(random());\n" * 1000 + "select count(*) from t;\n")
        shutil.copytree("/usr/include", os.path.join(self.work, "include"), symlinks=True)

    def write(self, name, text):
        with open(os.path.join(self.work, name), "w", encoding="utf-8") as f:
            f.write(text)

    def clean(self):
        for name in ("t.db", "out.tar", *(os.path.basename(p) for p in glob.glob(os.path.join(self.work, "*.o")))):
            with contextlib.suppress(FileNotFoundError):
                os.unlink(os.path.join(self.work, name))

    def redis(self, prefix, pin):
        """Requests of ten clients to a server that is recorded, both behind @pin; returns the seconds that they took."""
        root = redis_root()
        env = {**os.environ, "LD_LIBRARY_PATH": f"{root}/usr/lib/x86_64-linux-gnu:{root}/lib/x86_64-linux-gnu"}
        sock = os.path.join(self.work, "redis.sock")
        server = [*prefix, *pin, *self.own_time([f"{root}/usr/bin/redis-server", "--port", "0", "--unixsocket", sock, "--save", "",
                                                      "--daemonize", "no"])]
        with subprocess.Popen(server, env=env, cwd=self.work, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL) as proc:
            while not os.path.exists(sock) and proc.poll() is None:
                time.sleep(0.05)
            client = [*pin, f"{root}/usr/bin/redis-benchmark", "-s", sock, "-q", "-t", "set,get", "-c", "10", "-n", "4000"]
            begin = time.monotonic()
            self.run(client, env=env)
            seconds = time.monotonic() - begin
            self.run([f"{root}/usr/bin/redis-cli", "-s", sock, "shutdown", "nosave"], env=env)
            proc.wait()
        return seconds

    def program(self, column, _fewer):
        pin = [] if column[0] in FREE else self.own
        argv = {"gcc -c": ["gcc", "-O2", "-c", "part0.c"], "sqlite3": ["sqlite3", "t.db", ".read load.sql"],
                "tar": ["tar", "cf", "out.tar", "include"], "make -j2": ["make", "-s", "-j2"]}.get(column[0])

        def timed(prefix):
            self.clean()
            with self.measured() as cell:
                if argv:
                    self.run([*prefix, *pin, *self.own_time(argv)])
                else:
                    self.redis(prefix, self.own)
            return cell
        return timed

    def programs(self):
        self.make_inputs()
        columns = [p for p in PROGRAMS if self.wanted(p[0].split()[0])]
        columns = [p for p in columns if (redis_root() is not None if p[0] == "redis" else shutil.which(p[0].split()[0]))]
        print("Programs, from start to end, the recorder's own included (of redis: 8000 requests of ten clients): "
              f"seconds{' of processor time' if self.o.icount else ''}, and ratios.\n")
        self.table(columns, self.measure(columns, self.program), "s", 1)

    # -- threads and processes side by side: by the clock, on more than one processor --

    def requests(self, pin):
        """Requests a second of redis."""
        return lambda prefix: 8000 / self.redis(prefix, pin)

    def side_by_side(self, argv):
        def timed(prefix):
            self.clean()
            begin = time.monotonic()
            self.run([*prefix, *argv])
            return time.monotonic() - begin
        return timed

    def threads(self):
        if self.o.icount:
            die("threads: the processors of a machine that counts instructions take turns")
        self.make_inputs()
        pingpong = [THREADS, "pingpong", str(TURNS)]
        pinned = self.side_by_side([*self.own, *pingpong])
        cells = {("pingpong", "pinned"): (self.nothing, pinned), ("pingpong", "recorded pinned"): (self.recorded, pinned),
                 ("redis", "pinned"): (self.nothing, self.requests(self.own)), ("redis", "recorded pinned"): (self.recorded, self.requests(self.own))}
        for row, context in (("no module", self.nothing), ("recorded", self.recorded)):
            cells["pingpong", row] = context, self.side_by_side(pingpong)
            cells["redis", row] = context, self.requests([])
            for j in ("-j1", "-j2"):
                cells[f"make {j}", row] = context, self.side_by_side(["make", "-s", j])
        values = {key: [] for key in cells}
        for i in range(self.o.passes):
            for key, (context, cell) in cells.items():
                with context(key[0]) as prefix:
                    values[key].append(cell(prefix))
                print(f"  pass {i + 1}: {' '.join(key)}: {values[key][-1]:.6g}", file=sys.stderr, flush=True)
        m = {key: statistics.median(v) for key, v in values.items()}
        gain = {row: m["make -j1", row] / m["make -j2", row] for row in ("no module", "recorded")}
        print(f"Threads and processes (`build/bench/threads pingpong {TURNS}`; redis: requests a second; make of four files).\n")
        print_table(["", "no module", "**recorded**", "ratio"], [
            ["mutex ping-pong, to the same on one processor", f"{m['pingpong', 'pinned']:.2f} s (free: {m['pingpong', 'no module']:.2f} s)",
             f"{m['pingpong', 'recorded']:.2f} s (pinned: {m['pingpong', 'recorded pinned']:.2f} s)", f"{m['pingpong', 'recorded'] / m['pingpong', 'pinned']:.2f} (at most 3)"],
            ["redis, to the same on one processor", f"{m['redis', 'pinned']:.0f} (free: {m['redis', 'no module']:.0f})",
             f"{m['redis', 'recorded']:.0f} (pinned: {m['redis', 'recorded pinned']:.0f})", f"{m['redis', 'recorded'] / m['redis', 'pinned']:.2f} (at least 0.8)"],
            ["make -j2 gains over -j1", *(f"{g:.2f}" for g in gain.values()), f"{gain['recorded'] / gain['no module']:.2f} (at least 0.85)"]])


def print_table(head, rows):
    print("| " + " | ".join(head) + " |")
    print("|" + "|".join(["---"] + ["---:"] * (len(head) - 1)) + "|")
    for row in rows:
        print("| " + " | ".join(row) + " |")
    print(flush=True)


def guest(options):
    with tempfile.TemporaryDirectory() as work:
        g = Guest(options, work)
        for part in options.parts:
            g.traces.clear()
            getattr(g, part)()
        g.load(False)


# ---- outside ----

def boot(options, smp):
    inner = [sys.executable, os.path.abspath(__file__), "--guest", "--kernel", options.kernel, "--smp", smp,
             "--passes", str(options.passes), *(["--quick"] if options.quick else []),
             *(["--icount"] if options.icount else []), "--columns", options.columns, *options.parts]
    run = subprocess.run([os.path.join(ROOT, "tests", "vm", "run.py"), "--kernel", options.kernel, "--build", BUILD, "--smp", smp,
                          "--memory", "3072", "--limit", str(options.limit), *(["--icount"] if options.icount else ["--parallel"]),
                          *(["--poll"] if options.poll else []), "--", *inner],
                         stdout=subprocess.PIPE, text=True, check=False, cwd=ROOT)
    sys.stdout.write(run.stdout)
    if run.returncode:
        die(f"the machine with {smp} processors ended with {run.returncode}")
    return run.stdout


HEAD = """# What the kernel module costs

Written by tests/bench/vm.py --save, a section a command; not edited. kmod/README.md says what is behind the figures.

"""


def main():
    parser = argparse.ArgumentParser(description="What the kernel module costs.")
    parser.add_argument("--kernel", default="6.1")
    parser.add_argument("--smp", default="2,1", help="numbers of processors, one boot each")
    parser.add_argument("--passes", type=int, default=3)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--icount", action="store_true", help="count instructions instead of time (1 ns each)")
    parser.add_argument("--poll", action="store_true", help="idle processors poll (tests/vm/run.py)")
    parser.add_argument("--columns", default="", help="only these (read64, tar, ...), separated by commas")
    parser.add_argument("--save", action="store_true")
    parser.add_argument("--limit", type=int, default=1800, help="seconds a boot")
    parser.add_argument("--guest", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("parts", nargs="*", help="loops, programs, threads (default: the first two)")
    options = parser.parse_args()
    options.parts = options.parts or (["loops"] if options.quick else ["loops", "programs"])
    if options.guest:
        options.smp = int(options.smp)
        guest(options)
        return
    sections = []
    for smp in options.smp.split(","):
        title = (f"## {'arm64, ' if '-arm64' in options.kernel else ''}{smp} processor{'s' if smp != '1' else ''}, "
                 f"{'instructions counted' if options.icount else 'by the clock'}{', idle ones poll' if options.poll else ''}\n")
        print(title)
        command = " ".join(["tests/bench/vm.py", *(a for a in sys.argv[1:] if not a.startswith(("--save", "--smp"))), f"--smp={smp}"])
        sections.append(f"{title}\n`{command}`: Debian's stock kernel {options.kernel} under QEMU TCG; ratios within one boot, medians of {options.passes} "
                        f"pass{'es' if options.passes > 1 else ''} (of the other tools: one). All bytes kept, the trace in a file in memory.\n\n"
                        + boot(options, smp))
    if options.save:
        results.merge(RESULTS, HEAD + "".join(sections))


if __name__ == "__main__":
    main()
