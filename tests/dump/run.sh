#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# All tests of scap-dump as a program; the counts of its parts are added up.
set -u
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT
B=${B:-build} SCAP_BIN=${B:-build}/bin
export B SCAP_BIN
for part in tests/dump/cli.sh tests/dump/compare-strace.py; do
	echo "== $part"
	$part || echo "$part failed"
done 2>&1 | tee "$out"
awk '/ passed, .* failed, .* skipped/ { p += $1; f += $3; s += $5; n++ }
     END { if (n < 2) f++; printf "%d passed, %d failed, %d skipped\n", p, f, s; exit f > 0 }' "$out"
