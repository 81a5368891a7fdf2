#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module on one stock kernel: tests/vm/check.sh KERNEL. One boot runs suite.sh; the traces
# that it leaves are replayed here, by another kernel on another kind of processor.
# Last line: N passed, N failed, N skipped.
set -u
kernel=$1
build=${B:-build}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT

KERNEL=$kernel tests/vm/run.py --kernel="$kernel" --build="$build" --smp="${SMP:-1}" --module --dmesg --limit="${LIMIT:-400}" \
	--out="$out" -- env KERNEL="$kernel" CASES="${CASES:-}" bash tests/vm/suite.sh 2>&1 | tee "$out/log"
status=${PIPESTATUS[0]}
passed=$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$out/log")
failed=$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$out/log")
if [ -z "$passed" ]; then
	echo "FAILED: the machine ended (status $status) before its tests did"
	passed=0 failed=1
fi
hosted=0
for trace in "$out"/*.scap; do
	[ -e "$trace" ] || continue
	if "$build/bin/scap-replay" -q "$trace" 2>"$out/said" | cmp -s - "${trace%.scap}.out"; then
		passed=$((passed + 1)) hosted=$((hosted + 1))
	else
		failed=$((failed + 1))
		echo "FAILED on the host: $(basename "$trace"): $(cat "$out/said")"
	fi
done
[ $hosted -gt 0 ] || failed=$((failed + 1))
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
