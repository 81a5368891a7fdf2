# SPDX-License-Identifier: GPL-2.0
"""Of a bug runs that failed and runs that did not, and what scap-diff says of each pair: whether the difference that it
ranks first is the real cause (the bug's `cause`), and the beginning of its report, which the bug's README shows."""
import os
import re
import shlex

from bug import BIN, ROOT, Failure, run
from harness import kill_leftovers

PAIRS = 5
MOST_RUNS = 2000
BLOCK = re.compile(r"(?s)(```\n\$ scap-diff passed\.scap failed\.scap\n).*?(?=```)")
SHOWN_LINES, SHOWN_COLUMNS = 8, 170


def record(bug, backend, options, name):
    """One run of what is compared, by itself; its trace and whether it failed."""
    trace = os.path.join(bug.build, name)
    command = bug.words("compare" if "compare" in bug.keys else "run")
    argv = [os.path.join(BIN, "scap-record"), "-q", f"--backend={backend}", "-o", trace, *shlex.split(options), "--", *command]
    result = run(argv, cwd=bug.build, env=bug.env, limit=4 * bug.limit)
    kill_leftovers()
    return trace, result.status != 0


def record_pair(bug, backend):
    """Runs until there is one of each kind; of two alike the later one is kept."""
    found = {}
    ways = [bug.options(), *([bug.keys["passing"]] if "passing" in bug.keys else [])]
    for run_number in range(MOST_RUNS):
        trace, failed = record(bug, backend, ways[run_number % len(ways)], "compared.scap")
        if failed and not bug.has_signature(bug.replay(trace)):
            continue
        found[failed] = os.path.join(bug.build, "failed.scap" if failed else "passed.scap")
        os.replace(trace, found[failed])
        if len(found) == 2:
            return found[False], found[True]
    raise Failure(f"no run that {'passes' if True in found else 'fails'}")


def first_difference(passed, failed):
    """The report's beginning: its verdict, and the first finding without what came before and after it."""
    result = run([os.path.join(BIN, "scap-diff"), passed, failed], limit=120)
    if result.status != 1:
        raise Failure(f"scap-diff: status {result.status}: {result.text()[-500:]}")
    lines = result.out.decode(errors="replace").replace(ROOT + "/", "").splitlines()
    shown = []
    for line in lines[2:]:
        if re.match(r"  (the events before|passed over before|likely|try|from it follows)\b", line):
            break
        if line:
            shown.append(line)
    return shown


def sentence(shown):
    """What the first line says, without where."""
    return re.sub(r"^first cause: .*?(event \d+ of [AB](, \d+ of B)?: )", "", shown[0])


def show_in_readme(bug, shown):
    path = os.path.join(bug.folder, "README.md")
    with open(path, encoding="utf-8") as f:
        text = f.read()
    block = "".join(line[:SHOWN_COLUMNS] + "\n" for line in shown[:SHOWN_LINES])
    new, times = BLOCK.subn(lambda m: m[1] + block, text)
    if times != 1:
        raise Failure(f"{path}: has no block for scap-diff's report")
    with open(path, "w", encoding="utf-8") as f:
        f.write(new)


def compare(bug, backend):
    """(the bug's row, lines of the report that is to be shown)"""
    bug.prepare()
    real, shown = 0, []
    print(f"{bug.name}: what is ranked first:")
    for _ in range(PAIRS):
        shown = first_difference(*record_pair(bug, backend))
        is_real = re.search(bug.keys["cause"], "\n".join(shown)) is not None
        real += is_real
        print(f"  {'the real cause' if is_real else 'something else'}: {sentence(shown)}", flush=True)
    return [bug.name, sentence(shown)[:SHOWN_COLUMNS], f"{real} of {PAIRS}"], shown
