#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Runs unit test programs (cmocka), each under a time limit, and adds up their
# tests. Last line: N passed, N failed, N skipped; fails if one failed.
set -u
passed=0 failed=0 skipped=0
out=$(mktemp) || exit 1
trap 'rm -f "$out"' EXIT

count() { # WORD: the number behind cmocka's "[  WORD  ]", all groups of a program together
	sed -n "s/^\[  $1 *\] \([0-9][0-9]*\) test.*/\1/p" "$out" | awk '{ n += $1 } END { print n + 0 }'
}

for program; do
	UBSAN_OPTIONS=print_stacktrace=1 timeout -k 5 120 "$program" >"$out" 2>&1 </dev/null
	status=$?
	p=$(count PASSED) f=$(count FAILED) s=$(count SKIPPED)
	# A crash or a time-out leaves no count of its own.
	[ $status = 0 ] || [ "$f" != 0 ] || f=1
	[ $status != 0 ] || [ $((p + s)) != 0 ] || { echo "$program: ran no test"; f=1; }
	if [ "$f" != 0 ]; then
		echo "FAILED $program (status $status)"
		grep -v '^\[ *\(RUN\|OK\) *\]' "$out"
	fi
	sed -n "s|^\[  SKIPPED *\] \([a-z_0-9]*\)$|SKIPPED $(basename "$program"): \1|p" "$out" | sort -u
	passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
