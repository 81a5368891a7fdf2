#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# `make check`: one stage after the other, each with a log in build/check/, and the two
# machines of one processor each side by side. A stage that closes with a line "N passed, N
# failed, N skipped" counts so, any other counts as one test. What failed is named again at
# the end. "full" adds the stages that take long; STAGES="vm-6.1 lint" runs only those named.
set -u
cd "$(dirname "$0")/.." || exit 1
logs=build/check
mkdir -p $logs
rm -f $logs/*.count $logs/*.failures
jobs=$(nproc)

# What it said of its tests last: "PASSED FAILED SKIPPED"; make's own "Error 1" may follow it.
counts() {
	sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$1" | tail -n 1
}

report() { # NAME WORD SECONDS PASSED FAILED SKIPPED
	printf '%-13s %-8s %4ds  %s passed, %s failed, %s skipped\n' "$@"
	grep -E '^(SKIPPED|\[  SKIPPED)' $logs/"$1".log
	[ "$5" != 0 ] || return
	echo "---- the end of $logs/$1.log"
	tail -n 30 $logs/"$1".log
	echo "----"
	{
		echo "$1: $2"
		grep -aE -A 12 '^(FAILED|\[  FAILED)' $logs/"$1".log | head -n 60
		# a compiler's or a linter's words
		[ "$4" != 0 ] || tail -n 20 $logs/"$1".log
	} >$logs/"$1".failures
}

stage() { # NAME SECONDS COMMAND...
	name=$1 limit=$2
	shift 2
	case " ${STAGES:-$name} " in *" $name "*) ;; *) return ;; esac
	begin=$(date +%s)
	timeout -k 10 "$limit" "$@" >$logs/"$name".log 2>&1 </dev/null
	status=$?
	took=$(($(date +%s) - begin))
	# shellcheck disable=SC2046
	set -- $(counts $logs/"$name".log)
	if [ $# != 3 ]; then
		if [ $status = 0 ]; then set -- 1 0 0; else set -- 0 1 0; fi
	elif [ $status != 0 ] && [ "$2" = 0 ]; then
		set -- "$1" 1 "$3"
	fi
	word=ok
	[ "$2" = 0 ] || word=FAILED
	[ $status != 124 ] || word="FAILED (over ${limit}s)"
	echo "$@" >$logs/"$name".count
	# in one piece: another stage may run beside it
	said=$(report "$name" "$word" $took "$@")
	echo "$said"
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
stage page    300 make -s page
stage e2e     900 make -s e2e
stage bugs    900 make -s bugs BUGS=--quick
stage arm64   300 make -s -j"$jobs" arm64
stage vm      600 make -s build/vm/6.1/scaprec.ko build/vm/6.12/scaprec.ko build/vm/6.1-arm64/scaprec.ko
stage vm-command 200 make -s vm-command-check
stage vm-6.1  1600 make -s vm-check-6.1 &
stage vm-6.12 1600 make -s vm-check-6.12
wait
stage vm-arm64 1600 make -s vm-check-6.1-arm64 &
stage vm-counted 300 env SUITE=suite-counted.sh make -s vm-check-6.1-arm64
stage vm-home 600 env SMP=2 SUITE=suite-home.sh make -s vm-check-6.12
stage lint    600 make -s lint
wait
if [ "${1:-}" = full ]; then
	stage deps-full 600 tests/deps.sh --full
	stage kmod-install 300 make -s kmod-install-check
	stage vm-cases-6.1 1600 env SUITE=suite-cases.sh make -s vm-check-6.1 &
	stage vm-cases-6.12 1600 env SUITE=suite-cases.sh make -s vm-check-6.12
	wait
	# the other programs, processors, kernels and pages, and what else the module bears
	stage vm-arm64-16k 1600 make -s vm-check-6.12-arm64-16k &
	stage vm-cases-arm64 1600 env SUITE=suite-cases.sh make -s vm-check-6.1-arm64
	wait
	stage vm-arm64-6.12 1600 make -s vm-check-6.12-arm64 &
	stage vm-bad-arm64 1600 env MEMORY=1024 SUITE=suite-badinput.sh make -s vm-check-6.1-arm64
	wait
	stage vm-arm64-sve 900 env CPU=max SUITE=suite-cases.sh CASES='signal-* thread-* served-vectors first-argument' make -s vm-check-6.1-arm64
	stage vm-others 600 env SUITE=suite-others.sh make -s vm-check-6.1 &
	stage vm-bad-6.12 1600 env MEMORY=1024 SUITE=suite-badinput.sh make -s vm-check-6.12
	wait
	# of two processors, which take turns
	stage vm-smp2 1600 env SMP=2 make -s vm-check-6.1 &
	stage vm-bad-6.1 1600 env SMP=2 MEMORY=3072 SUITE=suite-badinput.sh make -s vm-check-6.1
	wait
	stage heavy 1800 make -s e2e-heavy
	stage vm-heavy-6.12 5400 env SUITE=suite-heavy.sh MEMORY=3072 LIMIT=5300 make -s vm-check-6.12 &
	stage vm-heavy-6.1 5400 env SMP=2 SUITE=suite-heavy.sh MEMORY=3072 LIMIT=5300 make -s vm-check-6.1
	wait
	stage audit 900 make -s audit
	# built the first time, and slow
	stage debug-build 5400 make -s -j"$jobs" build/vm/debug/scaprec.ko
	stage vm-debug 5400 env SMP=2 make -s vm-check-debug &
	stage vm-bad-debug 5400 env SMP=2 MEMORY=4096 SUITE=suite-badinput.sh make -s vm-check-debug
	wait
	stage fuzz  900  make -s fuzz
	stage bench 3600 make -s bench
fi

# shellcheck disable=SC2046
set -- $(awk '{ p += $1; f += $2; s += $3 } END { print p, f, s }' $logs/*.count)
passed=$1 failed=$2 skipped=$3
if [ "$failed" != 0 ]; then
	echo "---- what failed"
	cat $logs/*.failures
	echo "----"
fi
if [ -n "${CI:-}" ] && [ "$skipped" != 0 ]; then
	echo "CI lacks nothing, yet $skipped tests were skipped"
	failed=$((failed + 1))
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" = 0 ]
