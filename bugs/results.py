# SPDX-License-Identifier: GPL-2.0
"""bugs/RESULTS.md: a table a section, a row a bug. A row is written as soon as there is one, and takes the place of
the bug's last one, so that a table can be made in parts; its last column says by which command it was made."""
import os
import re

from bug import ROOT

PATH = os.path.join(ROOT, "bugs", "RESULTS.md")
TITLE = "# Real bugs, recorded once, replayed always\n\nWritten by bugs/run.py, row by row; not edited.\n"
PROOF = ["bug", "class", "defect in", "fails by itself", "tries", "trace", "replays equal", "without the defect", "made by"]
COMPARED = ["bug", "first-ranked difference of the last pair", "it is the real cause", "made by"]
COMPARISON = "scap-diff"


def head_of(section):
    return COMPARED if section == COMPARISON else PROOF


def load(path):
    """section -> bug -> cells."""
    tables, rows = {}, None
    if not os.path.exists(path):
        return tables
    with open(path, encoding="utf-8") as f:
        for line in f:
            if line.startswith("## "):
                rows = tables.setdefault(line[3:].strip(), {})
            elif re.match(r"\| \d\d-", line):
                cells = [c.strip().replace("\\|", "|") for c in re.split(r"(?<!\\)\|", line.strip())[1:-1]]
                rows[cells[0]] = cells
    return tables


def line_of(cells):
    return "| " + " | ".join(c.replace("|", "\\|") for c in cells) + " |\n"


def store(path, tables):
    """In one piece: what is read while it is written is the table as it was."""
    with open(path + ".new", "w", encoding="utf-8") as f:
        f.write(TITLE)
        for section in sorted(tables):
            head = head_of(section)
            f.write(f"\n## {section}\n\n" + line_of(head) + "|" + "---|" * len(head) + "\n")
            f.writelines(line_of(tables[section][name]) for name in sorted(tables[section]))
    os.replace(path + ".new", path)


def put(path, section, cells):
    tables = load(path)
    tables.setdefault(section, {})[cells[0]] = cells
    store(path, tables)


def merge(path, other):
    """Puts the rows of the file @other, which a virtual machine has made, into @path."""
    tables = load(path)
    for section, rows in load(other).items():
        tables.setdefault(section, {}).update(rows)
    store(path, tables)
