#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `make demo`: record a program that fails now and then until it fails; replay that failure
# five times and show that each replay ends in the same place.
set -u
cd "$(dirname "$0")/.." || exit 1
program=build/bugs/01-late-reply/fetch
dir=build/demo
trace=$dir/trace.scap
mkdir -p $dir
most=150

echo "== $program, ten times, as it is: some runs crash (bugs/01-late-reply says why)"
for _ in $(seq 10); do
	timeout 20 $program >/dev/null
	status=$?
	if [ $status = 0 ]; then printf 'ok '; else printf 'status-%d ' $status; fi
done 2>/dev/null # where the shell tells of crashes
echo

echo "== scap-record -o $trace -- $program, until it fails"
for try in $(seq $most); do
	timeout 60 build/bin/scap-record -o $trace -- $program >$dir/recorded.out 2>$dir/recorded.err
	status=$?
	[ $status != 0 ] || { printf .; continue; }
	echo " recording $try failed with status $status"
	break
done
if [ "$status" = 0 ]; then
	echo "it did not fail in $most recordings"
	exit 1
fi
tail -n 2 $dir/recorded.out
grep '^scap-record: ' $dir/recorded.err

failed=0
for n in 1 2 3 4 5; do
	timeout 60 build/bin/scap-replay $trace >$dir/replayed.out 2>$dir/replayed.err
	again=$?
	if [ $n = 1 ]; then
		echo "== scap-replay $trace"
		tail -n 2 $dir/replayed.out
		cat $dir/replayed.err
		cp $dir/replayed.err $dir/first.err
		echo "== four more replays"
	fi
	if [ $again = "$status" ] && cmp -s $dir/recorded.out $dir/replayed.out && cmp -s $dir/first.err $dir/replayed.err; then
		echo "replay $n: same output, same signal, same place, same backtrace"
	else
		echo "replay $n: DIFFERENT (status $again)"
		diff $dir/first.err $dir/replayed.err
		failed=1
	fi
done
exit $failed
