# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Sessions that end in every way, for suite.sh and suite-arm64.sh: the module is in use, the recorder or the
# program dies, rings are full, there are two.
# shellcheck disable=SC2317,SC2154 # functions that check calls; bin, work, targets and B are lib.sh's

rmmod_refused() {
	"$bin/scap-record" -q -o "$work/l.scap" -- sleep 1000 & local pid=$!
	within 100 recorded_now
	! rmmod scaprec 2>"$work/said" && grep -q 'in use' "$work/said"
	local result=$?
	pkill -x sleep
	wait $pid
	return $result
}
check rmmod-refused-in-use rmmod_refused

# the recorder is killed: the program goes on, trapped counters and all, and ends by itself
recorder_dies() {
	rm -f "$work/begun" "$work/go" "$work/alive"
	"$bin/scap-record" -q -o "$work/l.scap" -- bash -c ": >$work/begun; until [ -e $work/go ]; do sleep 0.1; done
		$targets/rdtsc >/dev/null; echo \$? >$work/alive" & local pid=$!
	within 100 test -e "$work/begun" || return 1
	kill -KILL $pid
	wait $pid 2>/dev/null
	: >"$work/go"
	within 100 test -s "$work/alive"
	[ "$(cat "$work/alive")" = 0 ]
}
check recorder-killed recorder_dies

# ... also while it steps a thread to where a signal shall take effect: most of its time here
recorder_dies_on_the_way() {
	local i n=4
	for i in $(seq $n); do
		"$bin/scap-record" -q -o "$work/l.scap" -- "$targets/left-alone" $((2 * E2E_PATIENCE)) >"$work/left.$i" & local pid=$!
		within 200 pgrep -x left-alone
		sleep 0.$((RANDOM % 6 + 1))
		kill -KILL $pid
		wait $pid 2>/dev/null
	done
	while pgrep -x left-alone >/dev/null; do sleep 0.2; done
	cat "$work"/left.*
	[ "$(cat "$work"/left.* | grep -cx '0 signals blocked, bound as before, alarms came')" = $n ]
}
LIMITED=120 check recorder-killed-on-the-way recorder_dies_on_the_way

# full rings: a program that produces faster than anybody reads loses nothing
nothing_lost() {
	"$bin/scap-record" -q -o "$work/big.scap" -- dd if=/dev/zero of=/dev/null bs=1M count=12 2>/dev/null &&
	"$bin/scap-replay" -q "$work/big.scap" 2>/dev/null
}
check large-outputs nothing_lost

# killed while its ring is full or its record in the making
killed_anywhere() {
	local i
	for i in 0.05 0.15 0.3 0.5; do
		timeout -s KILL $i "$bin/scap-record" -q -o "$work/l.scap" -- dd if=/dev/zero of=/dev/null bs=1M count=9999 2>/dev/null
	done
	pkill -KILL -x dd
	within 30 sh -c '! pgrep -x dd'
}
check killed-anywhere killed_anywhere

# what a program leaves behind keeps the recorder waiting: a signal to it ends both
leftover_ended() {
	"$bin/scap-record" -o "$work/l.scap" -- bash -c 'setsid sleep 99 & sleep 0.2' 2>"$work/said" & local pid=$!
	within 200 grep -q 'is still recorded' "$work/said"
	kill -TERM $pid && wait $pid && grep -q 'is still recorded' "$work/said" &&
	! pgrep -x sleep && "$bin/scap-replay" -q "$work/l.scap"
}
check leftover-ended leftover_ended

two_sessions() {
	"$bin/scap-record" -q -o "$work/1.scap" -- bash -c 'for i in 1 2 3; do date; done' >"$work/1.out" & local one=$!
	"$bin/scap-record" -q -o "$work/2.scap" -- bash -c 'for i in 1 2 3; do date; done' >"$work/2.out" & local two=$!
	wait $one && wait $two &&
	"$bin/scap-replay" -q "$work/1.scap" | cmp - "$work/1.out" &&
	"$bin/scap-replay" -q "$work/2.scap" | cmp - "$work/2.out"
}
check two-sessions two_sessions
