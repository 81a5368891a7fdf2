# SPDX-License-Identifier: GPL-2.0
"""Debian packages that a test needs beside what tests/deps.sh installs: unpacked, never
installed, so that no service is started and nothing of the machine changes."""
import glob
import os

from harness import BUILD, ROOT, Failure, Skip, run

FETCHED = os.path.join(BUILD, "packages")


def unpack(names, root):
    """@names below @root, once; Skip if one cannot be fetched."""
    done = os.path.join(root, ".unpacked")
    wanted = " ".join(sorted(names))
    if os.path.exists(done):
        with open(done, encoding="utf-8") as f:
            if f.read() == wanted:
                return
    os.makedirs(root, exist_ok=True)
    for name in names:
        got = run([os.path.join(ROOT, "tests/vm/fetch.sh"), FETCHED, name], env={**os.environ}, limit=300)
        if got.status:
            raise Skip(f"no package {name}: {got.text().strip()}")
        for deb in glob.glob(os.path.join(FETCHED, glob.escape(name) + "_*.deb")):
            if run(["dpkg", "-x", deb, root], limit=120).status:
                raise Failure(f"{deb} cannot be unpacked")
    with open(done, "w", encoding="utf-8") as f:
        f.write(wanted)


def environment(root, path):
    """PATH, @path behind it, and LD_LIBRARY_PATH of what is unpacked below @root."""
    triplet = f"{os.uname().machine}-linux-gnu"
    lib = [os.path.join(root, d) for d in (f"usr/lib/{triplet}", "usr/lib", f"lib/{triplet}")]
    return {"PATH": ":".join([os.path.join(root, d) for d in ("usr/bin", "usr/sbin")] + [path]),
            "LD_LIBRARY_PATH": ":".join(lib)}
