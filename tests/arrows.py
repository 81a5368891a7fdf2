#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0
"""Dependencies between folders run one way: every #include is resolved to a folder and
held against the table below. Also: only arch-* files ask for the architecture, nobody
uses unbounded string functions, and libraries leave printing and exiting to main()."""
import os
import re
import subprocess
import sys

MAY_KNOW = {
    "include/scap": set(),
    "format": {"include/scap"},
    "kmod": {"include/scap"},
    "recorder/tracee": {"include/scap"},
    "recorder": {"include/scap", "format", "recorder/tracee"},
    "replayer": {"include/scap", "format", "recorder/tracee"},
}
INCLUDE = re.compile(r'^\s*#\s*include\s+(?:"([^"]+)"|<(scap/[^>]+)>)')
BANNED = re.compile(r"\b(strcpy|strcat|strncpy|strncat|sprintf|vsprintf|gets|strtok|alloca|tmpnam)\s*\(")
ARCH = re.compile(r"__x86_64__|__aarch64__")
LOUD = re.compile(r"(?<![\w.>])(printf|puts|putchar|perror|exit|abort|err|errx|warn|warnx)\s*\(|\bstderr\b|\bstdout\b")
BACKEND = re.compile(r"\bSCAP_BACKEND_")
ARCH_SWITCH = {"include/scap/arch.h"}


def folder(path):
    """The part of the table that PATH belongs to, the longest first."""
    return max((d for d in MAY_KNOW if path.startswith(d + "/")), key=len, default=None)


def resolve(source, quoted, angled):
    """Repository path that an #include means, None for a system header."""
    if angled:
        return "include/" + angled
    near = os.path.normpath(os.path.join(os.path.dirname(source), quoted))
    if os.path.exists(near):
        return near
    return quoted if os.path.exists(quoted) else None


def code_lines(path):
    """(number, line) without comments and strings."""
    text = open(path, encoding="utf-8").read()
    blank = lambda m: "\n" * m.group().count("\n")
    text = re.sub(r"/\*.*?\*/", blank, text, flags=re.S)
    for number, line in enumerate(text.split("\n"), 1):
        yield number, re.sub(r"//.*", "", line)


def check(path):
    own, name = folder(path), os.path.basename(path)
    library = own not in (None, "kmod") and not name.startswith("scap-")
    for number, line in code_lines(path):
        include = INCLUDE.match(line)
        if include and own:
            target = resolve(path, *include.groups())
            other = target and folder(target)
            if target and (not other or (other != own and other not in MAY_KNOW[own])):
                yield number, f"{own}/ may not know {other or target} ({target})"
        bare = re.sub(r'"(\\.|[^"\\])*"', '""', line)
        if own and BANNED.search(bare):
            yield number, f"unbounded or unsafe: {BANNED.search(bare).group(1)}()"
        if own and ARCH.search(bare) and not name.startswith("arch-") and path not in ARCH_SWITCH:
            yield number, "only arch-* files ask which architecture they are on"
        if library and LOUD.search(bare):
            yield number, f"a library returns errors, it does not print or exit: {LOUD.search(bare).group().strip()}"
        if own == "replayer" and BACKEND.search(bare):
            yield number, "replay does not ask which backend recorded"


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    files = subprocess.check_output(["git", "ls-files", "*.c", "*.h", "*.S", "*.def"], text=True).split()
    bad = 0
    for path in filter(os.path.exists, files):
        for number, text in check(path):
            print(f"{path}:{number}: {text}")
            bad += 1
    print(f"{len(files)} files, {bad} findings")
    return bad != 0


if __name__ == "__main__":
    sys.exit(main())
