#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""A reader of traces written from format/FORMAT.md alone, to prove the page complete.

second-reader.py FILE...: checks every hash and every record, and prints for each file
its version, architecture, command line and how many events of each type it holds.
Exit status 1 if a file is not sound. Needs zstd(1) where blocks are compressed.
"""
import collections
import struct
import subprocess
import sys

MASK = (1 << 64) - 1
P1, P2, P3, P4, P5 = (0x9E3779B185EBCA87, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9,
                      0x85EBCA77C2B2AE63, 0x27D4EB2F165667C5)


def rotl(x, n):
    return (x << n | x >> 64 - n) & MASK


def rnd(acc, lane):
    return rotl(acc + lane * P2 & MASK, 31) * P1 & MASK


def xxh64(data, seed):
    """XXH64 as its specification has it (github.com/Cyan4973/xxHash, doc/xxhash_spec.md)."""
    at, n = 0, len(data)
    if n >= 32:
        v = [seed + P1 + P2 & MASK, seed + P2 & MASK, seed, seed - P1 & MASK]
        for at in range(0, n - 31, 32):
            v = [rnd(a, lane) for a, lane in zip(v, struct.unpack_from("<4Q", data, at))]
        at += 32
        h = rotl(v[0], 1) + rotl(v[1], 7) + rotl(v[2], 12) + rotl(v[3], 18) & MASK
        for a in v:
            h = ((h ^ rnd(0, a)) * P1 + P4) & MASK
    else:
        h = seed + P5 & MASK
    h = h + n & MASK
    while at + 8 <= n:
        h = (rotl(h ^ rnd(0, struct.unpack_from("<Q", data, at)[0]), 27) * P1 + P4) & MASK
        at += 8
    if at + 4 <= n:
        h = (rotl(h ^ struct.unpack_from("<I", data, at)[0] * P1 & MASK, 23) * P2 + P3) & MASK
        at += 4
    for byte in data[at:]:
        h = rotl(h ^ byte * P5 & MASK, 11) * P1 & MASK
    h = (h ^ h >> 33) * P2 & MASK
    h = (h ^ h >> 29) * P3 & MASK
    return h ^ h >> 32


class Bad(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Bad(what)


# type: (name, bytes of the fixed part, offset of the number of spans)
TYPES = {1: ("META", 48, 32), 2: ("EXEC", 96, 32), 3: ("SYSCALL", 112, 36),
         4: ("SYSCALL_ENTER", 112, 36), 5: ("SYSCALL_EXIT", 112, 36), 6: ("DATA", 40, 32),
         7: ("MAP", 128, 32), 8: ("FILE", 56, 32), 9: ("SIGNAL", 56, 32), 10: ("MEM", 40, 32),
         11: ("SWITCH", 40, 32), 12: ("TRAP", 64, 32), 13: ("FORK", 56, 32),
         14: ("TASK_EXIT", 48, 32), 15: ("GAP", 56, 32)}


def read_header(f):
    start = f.read(16)
    need(start[:8] == bytes.fromhex("89534350 0d0a1a0a"), "no magic")
    major, minor, size = struct.unpack_from("<HHI", start, 8)
    need(major == 1, f"version {major}.{minor}, this reads 1.x")
    need(size % 8 == 0 and 64 <= size <= 16 << 20, "header size")
    head = start + f.read(size - 16)
    need(len(head) == size, "cut off in its header")
    seed, = struct.unpack_from("<Q", head, size - 8)
    need(seed == xxh64(head[:-8], 0), "header hash")
    fixed, arch, _, page, _, _, ncpuid, argc = struct.unpack_from("<IHHIIQII", head, 16)
    strings = head[fixed + 24 * ncpuid:size - 8].split(b"\0")
    need(len(strings) > 3 + argc, "strings")
    return size, seed, (f"format {major}.{minor}, {({1: 'x86-64', 2: 'arm64'})[arch]}, "
                        f"pages of {page}, kernel {strings[0].decode()}, "
                        f"{b' '.join(strings[3:3 + argc]).decode(errors='replace')}")


def check_records(raw, events, counts):
    at = 0
    for _ in range(events):
        size, kind = struct.unpack_from("<IH", raw, at)
        need(size % 8 == 0 and 32 <= size <= 65536 and at + size <= len(raw), "record size")
        need(kind in TYPES, "record type")
        name, fixed, where = TYPES[kind]
        counts[name] += 1
        spans, = struct.unpack_from("<I", raw, at + where)
        pos, end = at + fixed, at + size
        for _ in range(spans):
            _, true_len, stored, span_kind, _ = struct.unpack_from("<QIHBB", raw, pos)
            need(1 <= span_kind <= 14 and stored <= true_len, "span")
            pos += 16 + (stored + 7) // 8 * 8
        need(pos == end, "spans do not end where the record ends")
        at = end
    need(at == len(raw), "records do not fill the block")


def read_file(path):
    counts = collections.Counter()
    index, blocks, events, raw_bytes, content_bytes, index_at = [], [], 0, 0, 0, None
    with open(path, "rb") as f:
        at, seed, text = read_header(f)
        while True:
            head = f.read(64)
            need(len(head) == 64, f"cut off after block {len(blocks)} (event {events})")
            need(struct.unpack_from("<Q", head, 56)[0] == xxh64(head[:56], seed), "head hash")
            if head[:4] == b"SEND":
                break
            need(head[:4] == b"SBLK", "block magic")
            (kind, codec, _, stored, raw_len, first, n, _, obj, offset,
             payload_hash) = struct.unpack_from("<BBHIIQIIQQQ", head, 4)
            need(first == events + 1 and raw_len <= 1 << 20, "block head")
            data = f.read((stored + 7) // 8 * 8)
            need(len(data) == (stored + 7) // 8 * 8, f"cut off after block {len(blocks)}")
            need(payload_hash == xxh64(data, seed), "payload hash")
            raw = data[:stored]
            if codec == 1:
                raw = subprocess.run(["zstd", "-dcq"], input=raw, stdout=subprocess.PIPE,
                                     check=True).stdout
            need(len(raw) == raw_len, "length of a block")
            if kind == 1:
                check_records(raw, n, counts)
                raw_bytes += raw_len
            elif kind == 2:
                content_bytes += raw_len
            else:
                need(kind == 3, "kind of block")
                index_at = index_at or at
                index += struct.iter_unpack("<QQQQII", raw)
            if kind != 3:
                blocks.append((at, first, obj, offset, raw_len, kind))
            events += n
            at += 64 + len(data)
        totals = struct.unpack_from("<QQQQQ", head, 8)
        need(totals == (events, len(blocks), raw_bytes, content_bytes, index_at or at), "footer")
        need(index == blocks, "index")
        need(not f.read(1), "bytes behind the footer")
    need(sum(counts.values()) == events, "number of events")
    kinds = ", ".join(f"{n} {name}" for name, n in sorted(counts.items()))
    return f"{text}; {events} events: {kinds}; {len(blocks)} blocks, {content_bytes} bytes of contents"


def main():
    status = 0
    for path in sys.argv[1:]:
        try:
            print(f"{path}: {read_file(path)}")
        except (Bad, OSError, struct.error, subprocess.CalledProcessError) as e:
            print(f"{path}: not sound: {e}")
            status = 1
    return status


sys.exit(main())
