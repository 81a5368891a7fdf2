#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Threads that are kept on one processor while they hand the baton to and fro (run inside a test machine
# with two, scaprec loaded). Last line: N passed, N failed.
# shellcheck source=tests/vm/lib.sh
. tests/vm/lib.sh

# threads_allowed: where the two threads of the program "home" may run, as the kernel says
threads_allowed() {
	local pid
	pid=$(pgrep -x home | head -1)
	[ -n "$pid" ] && awk '/^Cpus_allowed_list/ { print $2 }' /proc/"$pid"/task/*/status | tail -2 | sort -u
}
at_home() { [[ $(threads_allowed) =~ ^[0-9]+$ ]]; }
everywhere() { [ "$(threads_allowed)" = 0-1 ]; }
export -f threads_allowed at_home everywhere

goes_home() {
	local result=0
	"$bin/scap-record" -q -o "$work/l.scap" -- "$targets/home" pass 2 >"$work/out" & local pid=$!
	within 200 at_home || { threads_allowed; result=1; }
	wait $pid && cat "$work/out" && grep -q ', let go$' "$work/out" &&
	"$bin/scap-replay" -q "$work/l.scap" | cmp - "$work/out" && [ $result = 0 ]
}
check goes-home goes_home

# of two domains one may have a home, or both, but never the same one
live_apart() {
	local i pid homes seen=0 same=0 pids=()
	for i in 1 2; do
		"$bin/scap-record" -q -o "$work/$i.scap" -- "$targets/home" pass $((4 * E2E_PATIENCE)) >"$work/apart.$i" & pids+=($!)
	done
	for ((i = 0; i < 15 * E2E_PATIENCE; i++)); do
		homes=$(for pid in $(pgrep -x home); do
			awk '/^Cpus_allowed_list/ { print $2 }' /proc/"$pid"/task/*/status | tail -2 | sort -u
		done | grep -x '[0-9]' | sort)
		[ -z "$homes" ] || seen=1
		[ -z "$(uniq -d <<<"$homes")" ] || same=1
		sleep 0.1
	done
	echo "seen $seen, the same $same"
	wait "${pids[@]}" && [ "$seen $same" = '1 0' ]
}
check live-apart live_apart

# the recorder is killed: they may run where they could before
recorder_dies_at_home() {
	"$bin/scap-record" -q -o "$work/l.scap" -- "$targets/home" pass $((6 * E2E_PATIENCE)) >"$work/out" & local pid=$!
	within 200 at_home || return 1
	kill -KILL $pid
	wait $pid 2>/dev/null
	within 20 everywhere && within 200 grep -q ', let go$' "$work/out"
}
check recorder-killed-at-home recorder_dies_at_home

# what somebody else says meanwhile is theirs
set_from_outside() {
	"$bin/scap-record" -q -o "$work/l.scap" -- "$targets/home" pass $((5 * E2E_PATIENCE)) >"$work/out" & local pid=$! result=0
	within 200 at_home || result=1
	taskset -a -p -c $((1 - $(threads_allowed))) "$(pgrep -x home)" >/dev/null
	wait $pid
	grep -q ', still bound$' "$work/out" && [ $result = 0 ]
}
check set-from-outside set_from_outside

programs thread-home thread-mutex thread-condvar thread-race

module_goes() { within 100 rmmod scaprec && insmod "build/vm/$KERNEL/scaprec.ko"; }
check module-goes module_goes

finish
