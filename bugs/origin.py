# SPDX-License-Identifier: GPL-2.0
"""The Debian file that has a bug's defect (the bug's `binary: PACKAGE NAME`): that it is as its package brings it, and
that it is what a trace shows at work."""
import glob
import hashlib
import os

from bug import BIN, Failure, run
from packages import FETCHED

RESTATED = "restated"


def checksums_of(bug, package):
    """(the folder below which its files are, lines of MD5 and path, version)"""
    if package in bug.keys.get("packages", "").split():
        deb = max(glob.glob(os.path.join(FETCHED, glob.escape(package) + "_*.deb")), key=os.path.getmtime)
        return (bug.root, run(["dpkg-deb", "--info", deb, "md5sums"]).out.decode(),
                run(["dpkg-deb", "--field", deb, "Version"]).out.decode().strip())
    sums = "".join(open(f, encoding="utf-8").read() for f in glob.glob(f"/var/lib/dpkg/info/{package}[.:]*md5sums"))
    return "/", sums, run(["dpkg-query", "--show", "--showformat=${Version}", package]).out.decode()


def expect_unmodified(path, md5):
    with open(path, "rb") as f:
        if hashlib.md5(f.read()).hexdigest() != md5:
            raise Failure(f"{path} is not as its package brings it")


def check(bug, trace):
    """Where the defect is, for the table."""
    if "binary" not in bug.keys:
        return RESTATED
    package, name = bug.keys["binary"].split()
    root, sums, version = checksums_of(bug, package)
    shown = run([os.path.join(BIN, "scap-dump"), trace]).out.decode(errors="replace")
    for line in sums.splitlines():
        md5, path = line.split(maxsplit=1)
        path = os.path.realpath(os.path.join(root, path))
        if os.path.basename(path) == name and f' file "{path}" at ' in shown:
            expect_unmodified(path, md5)
            return f"{package} {version}"
    raise Failure(f"no {name} of the package {package} is mapped in the trace")
