#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# `make check`: one stage after the other, each with a log in build/check/. A stage
# that prints "N passed, N failed, N skipped" as its last line counts so, any other
# counts as one test. "full" adds the stages that take long.
set -u
cd "$(dirname "$0")/.." || exit 1
logs=build/check
mkdir -p $logs
passed=0 failed=0 skipped=0
jobs=$(nproc)

stage() { # NAME SECONDS COMMAND...
	name=$1 limit=$2
	shift 2
	begin=$(date +%s)
	timeout -k 10 "$limit" "$@" >$logs/"$name".log 2>&1 </dev/null
	status=$?
	took=$(($(date +%s) - begin))
	# shellcheck disable=SC2046
	set -- $(tail -n 1 $logs/"$name".log |
		sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p')
	if [ $# != 3 ]; then
		if [ $status = 0 ]; then set -- 1 0 0; else set -- 0 1 0; fi
	elif [ $status != 0 ] && [ "$2" = 0 ]; then
		set -- "$1" 1 "$3"
	fi
	passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3))
	word=ok
	[ "$2" = 0 ] || word=FAILED
	[ $status != 124 ] || word="FAILED (over ${limit}s)"
	printf '%-12s %-8s %4ds  %s passed, %s failed, %s skipped\n' "$name" "$word" $took "$1" "$2" "$3"
	grep -E '^(SKIPPED|\[  SKIPPED)' $logs/"$name".log
	if [ "$2" != 0 ]; then
		echo "---- the end of $logs/$name.log"
		tail -n 30 $logs/"$name".log
		echo "----"
	fi
}

stage deps    600 tests/deps.sh
stage gcc     300 make -s -j"$jobs" all tests
stage clang   300 make -s -j"$jobs" B=build/clang CC=clang all tests
stage arrows  60  make -s arrows
stage kbuild  120 make -s kbuild
stage unit    300 make -s -j"$jobs" unit-plain
stage san     600 make -s -j"$jobs" unit-san
stage format  60  make -s format
stage dump    120 make -s dump
stage e2e     900 make -s e2e
stage vm-6.1  900 make -s vm-check-6.1
stage vm-6.12 900 make -s vm-check-6.12
stage arm64   300 make -s -j"$jobs" arm64
stage lint    600 make -s lint
if [ "${1:-}" = full ]; then
	stage vm-places 900 env CASES="foreign-memory foreign-stopped thread-stopped timeout-spinning" LIMIT=800 \
		make -s vm-check-6.12
	stage vm-smp2 900 env SMP=2 LIMIT=800 make -s vm-check-6.1
	stage deps-full 600 tests/deps.sh --full
	stage kmod-install 300 make -s kmod-install-check
	stage vm-others 600 env SUITE=suite-others.sh make -s vm-check-6.1
	stage vm-bad-6.1 900 env SMP=2 MEMORY=3072 LIMIT=800 SUITE=suite-badinput.sh make -s vm-check-6.1
	stage vm-bad-6.12 900 env LIMIT=800 SUITE=suite-badinput.sh make -s vm-check-6.12
	# built the first time, and slow
	stage debug-build 5400 make -s -j"$jobs" build/vm/debug/scaprec.ko
	stage vm-debug 2400 env SMP=2 LIMIT=450 make -s vm-check-debug
	stage vm-bad-debug 3600 env SMP=2 LIMIT=700 SUITE=suite-badinput.sh make -s vm-check-debug
	stage audit 3600 make -s audit
	stage fuzz  900  make -s fuzz
	stage bench 3600 make -s bench
fi

if [ -n "${CI:-}" ] && [ $skipped != 0 ]; then
	echo "CI lacks nothing, yet $skipped tests were skipped"
	failed=$((failed + 1))
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
