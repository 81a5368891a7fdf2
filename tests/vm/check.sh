#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module on one kernel: tests/vm/check.sh KERNEL [SUITE]. One boot runs SUITE (suite.sh; in
# a machine that counts instructions: suite-counted.sh); the
# traces that it leaves are replayed here, by another kernel on another kind of processor. Those
# of an arm64 machine (suite-arm64.sh, built into B/arm64) can only be read here. CPU=max: an arm64
# processor with SVE.
# Last line: N passed, N failed, N skipped.
set -u
kernel=$1
build=${B:-build}
programs=$build suite=suite.sh how=
case $kernel in *-arm64*) programs=$build/arm64 suite=suite-arm64.sh ;; esac
suite=${2:-$suite}
[ "$suite" != suite-counted.sh ] || how=--icount
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
# one that checks itself is slow
patience=1
[ "$kernel" != debug ] || patience=5

# shellcheck disable=SC2086 # an option or none
tests/vm/run.py --kernel="$kernel" --build="$build" --cpu="${CPU:-}" --smp="${SMP:-1}" --memory="${MEMORY:-2048}" --module --dmesg $how \
	--limit=$((${LIMIT:-1500} * patience)) --out="$out" -- env B="$programs" KERNEL="$kernel" E2E_PATIENCE=$patience CASES="${CASES:-}" \
	bash "tests/vm/$suite" 2>&1 | tee "$out/log"
status=${PIPESTATUS[0]}
passed=$(sed -n 's/^\([0-9]*\) passed, [0-9]* failed$/\1/p' "$out/log")
failed=$(sed -n 's/^[0-9]* passed, \([0-9]*\) failed$/\1/p' "$out/log")
if [ -z "$passed" ]; then
	echo "FAILED: the machine ended (status $status) before its tests did"
	passed=0 failed=1
fi
read_only() {
	"$build/bin/scap-dump" "$1" | grep -q '+++ exited with 0 +++' &&
	"$build/bin/scap-dump" --summary "$1" | grep -qw write &&
	"$build/bin/scap-diff" "$1" "$1" &&
	! "$build/bin/scap-replay" "$1" 2>"$out/said" && grep -q 'recorded on arm64' "$out/said"
}
# Where cpuid cannot be made to trap, a program sees another processor than it was recorded on:
# then that must be said.
replays() {
	"$build/bin/scap-replay" "$1" 2>"$out/said" | cmp -s - "${1%.scap}.out" ||
	grep -q 'cpuid instruction cannot be held back' "$out/said"
}
proof=replays
[ "$programs" = "$build" ] || proof=read_only
hosted=0
for trace in "$out"/*.scap; do
	[ -e "$trace" ] || continue
	if $proof "$trace"; then
		passed=$((passed + 1)) hosted=$((hosted + 1))
	else
		failed=$((failed + 1))
		echo "FAILED on the host: $(basename "$trace"): $(cat "$out/said")"
	fi
done
[ $hosted -gt 0 ] || [[ $suite != suite.sh && $suite != suite-arm64.sh ]] || failed=$((failed + 1))
echo "$passed passed, $failed failed, 0 skipped"
[ "$failed" = 0 ]
