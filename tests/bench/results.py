# SPDX-License-Identifier: GPL-2.0
"""A file of results: a head, and sections that begin with "## TITLE"."""
import re


def _parse(text):
    head, *sections = re.split(r"(?m)^(?=## )", text)
    return head.rstrip(), {s.split("\n", 1)[0]: s.rstrip() for s in sections}


def merge(path, report):
    """Writes REPORT's head and sections into the file; its other sections stay as they are."""
    with open(path, encoding="utf-8") as f:
        _, sections = _parse(f.read())
    head, new = _parse(report)
    sections.update(new)
    with open(path, "w", encoding="utf-8") as f:
        f.write("\n\n".join([head, *sections.values()]) + "\n")
