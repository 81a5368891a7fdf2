#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module on one stock kernel: tests/vm/check.sh KERNEL. One boot runs suite.sh; the traces
# that it leaves are replayed here, by another kernel on another kind of processor.
set -u
kernel=$1
build=${B:-build}
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
passed=0 failed=0

KERNEL=$kernel tests/vm/run.py --kernel="$kernel" --build="$build" --module --dmesg --limit="${LIMIT:-400}" \
	--out="$out" -- env KERNEL="$kernel" CASES="${CASES:-}" bash tests/vm/suite.sh
status=$?
for trace in "$out"/*.scap; do
	[ -e "$trace" ] || continue
	if "$build/bin/scap-replay" -q "$trace" 2>"$out/said" | cmp -s - "${trace%.scap}.out"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		echo "FAILED on the host: $(basename "$trace"): $(cat "$out/said")"
	fi
done
echo "kernel $kernel, replayed on the host: $passed passed, $failed failed"
[ "$status" = 0 ] && [ "$failed" = 0 ] && [ "$passed" -gt 0 ]
