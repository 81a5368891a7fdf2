#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The module under bad input and bad luck (run inside a test machine, scaprec loaded): rings of
# every size, consumers that lie, buffers that vanish, recorders that stop while recorded
# programs wait in every state and are killed, stopped or frozen there, crowds and storms.
# Last line: N passed, N failed.
# shellcheck disable=SC2317 # functions that check calls
. tests/vm/lib.sh

record() { "$bin/scap-record" -q --backend=kmod "$@"; }
# replayed TRACE OUTPUT: the replay prints that
replayed() { "$bin/scap-replay" -q "$1" | cmp - "$2"; }
# gone PID: all its threads are dead, whether or not anybody has asked for its status
gone() { ! grep -hs ^State: "/proc/$1/task"/*/status | grep -qv Z; }
# pid_of NAME: of the program of that name which is recorded
pid_of() { pgrep -o -x "$1"; }
# Nobody is recorded any more, whatever became of recorders and programs.
idle() { ! recorded_now; }
recorded_and_replayed() {
	record -o "$work/p.scap" -- "$@" >"$work/out" && replayed "$work/p.scap" "$work/out"
}
export -f record replayed gone pid_of idle

# ---- rings and their readers ----
ring_of() {
	record --ring="$1" -o "$work/r.scap" -- sh -c 'dd if=/dev/urandom bs=256K count=4 | cksum; ls -l /etc | cksum' \
		>"$work/out" 2>/dev/null && replayed "$work/r.scap" "$work/out"
}
check ring-64K ring_of 64K
check ring-128K ring_of 128K
check ring-16M ring_of 16M
# shellcheck disable=SC2016 # expanded there
ring_too_large() {
	! record --ring=1G -o /dev/null -- true 2>"$work/said" && grep -q 'see --ring' "$work/said"
}
if [ "$(awk '/MemTotal/ { print int($2 / 1048576) }' /proc/meminfo)" -ge 2 ]; then
	LIMITED=120 check ring-1G ring_of 1G
	LIMITED=300 check read-of-1G recorded_and_replayed "$targets/big-read"
else
	check ring-1G-without-memory ring_too_large
fi

# the versions are told by both sides: the module's word (device-fuzz), and ours
two_versions() {
	strace -qq -o /dev/null -e inject=ioctl:error=EPROTO:poke_exit=@arg3=4d000000:when=1 \
		"$bin/scap-record" --backend=kmod -o /dev/null -- true 2>"$work/said"
	grep -q 'the module speaks version 77, this scap-record version [0-9]' "$work/said"
}
check two-versions two_versions

check odd-tails "$tools/odd-consumer" 65536 bash -c 'dd if=/dev/zero of=/dev/null bs=100K count=30; for i in 1 2 3; do /bin/true; done'
check odd-tails-threads "$tools/odd-consumer" 65536 "$targets/threads" mutex
check garbage-requests "$tools/device-fuzz" $((5 * E2E_PATIENCE))

# ---- programs out of the ordinary ----
check buffers-unmapped recorded_and_replayed "$targets/unmapped"
check fork-storm recorded_and_replayed "$targets/storm" fork 150
LIMITED=90 check crowd-of-200 recorded_and_replayed "$targets/storm" crowd 200

storms_together() {
	local i pids=()
	for i in 1 2 3 4; do
		(record -o "$work/s$i.scap" -- "$targets/storm" fork 60 >"$work/s$i.out" &&
		replayed "$work/s$i.scap" "$work/s$i.out") & pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i" || return 1; done
}
LIMITED=120 check storms-together storms_together

dead_pids() {
	sh -c 'exit 0' & local pid=$! zombie
	sleep 0.3
	# a zombie: nothing to attach to, or nothing to come
	timeout 10 "$bin/scap-record" -q --pid=$pid -o /dev/null
	zombie=$?
	wait $pid
	! "$bin/scap-record" -q --pid=$pid -o /dev/null 2>"$work/said" &&
	grep -q "$pid" "$work/said" && [ $zombie != 124 ]
}
check dead-pids dead_pids

# ---- the recorder stands still, and all that it records waits ----
# waits_in MODE: $recorder stopped, $program (storm MODE) waits for it
waits_in() {
	mode=$1
	"$bin/scap-record" -q --backend=kmod --ring=64K -o "$work/w.scap" -- "$targets/storm" "$1" & recorder=$!
	within 50 pid_of storm || return 1
	program=$(pid_of storm)
	sleep 0.5
	kill -STOP "$recorder"
	sleep "$E2E_PATIENCE"
}
# the recorder goes on: it ends with its program, and everybody is let go
goes_on() {
	kill -CONT "$recorder"
	within 150 gone "$recorder" || { echo "the recorder does not end"; return 1; }
	wait "$recorder"
	[ $? = 137 ] && within 20 idle && "$bin/scap-dump" --summary "$work/w.scap" >/dev/null || return 1
	# and so does the replay; that of threads that pass the baton for seconds takes minutes here
	[ "$mode" != thread ] || return 0
	timeout $((20 * E2E_PATIENCE)) "$bin/scap-replay" -q "$work/w.scap"
	[ $? = 137 ] || { echo "the replay does not end as the program did"; return 1; }
}
killed_and_let_go() {
	pkill -KILL -x storm
	goes_on
}
killed_in() {
	waits_in "$1" || return 1
	pkill -KILL -x storm
	within 30 gone "$program" || { echo "pid $program does not die"; return 1; }
	goes_on
}
stopped_in() {
	waits_in "$1" || return 1
	kill -STOP "$program"
	sleep 0.3
	kill -CONT "$program"
	kill -CONT "$recorder"
	sleep 0.5
	kill -STOP "$program"
	sleep 0.3
	kill -CONT "$program"
	sleep 0.3
	killed_and_let_go
}
# the recorder is killed: the program goes on without it
abandoned_in() {
	waits_in "$1" || return 1
	kill -KILL "$recorder"
	wait "$recorder"
	sleep 0.3
	gone "$program" && return 1
	pkill -KILL -x storm
	within 30 idle
}
export -f waits_in goes_on killed_and_let_go
for mode in read exec vfork thread; do
	check killed-in-$mode killed_in $mode
	check stopped-in-$mode stopped_in $mode
	check abandoned-in-$mode abandoned_in $mode
done

# ---- freezers ----
# version 1 freezes where a task sleeps, like a suspend: also while it waits for us
frozen_v1_in() {
	local cg=$work/v1 pid frozen ended
	mkdir -p "$cg" && mount -t cgroup -o freezer none "$cg" && mkdir -p "$cg/x" && waits_in "$1" || return 1
	for pid in $(pgrep -x storm); do echo "$pid" >"$cg/x/cgroup.procs"; done
	echo FROZEN >"$cg/x/freezer.state"
	within 50 grep -q FROZEN "$cg/x/freezer.state"
	frozen=$?
	echo THAWED >"$cg/x/freezer.state"
	killed_and_let_go
	ended=$?
	rmdir "$cg/x" && umount "$cg"
	[ $frozen = 0 ] && [ $ended = 0 ]
}
# version 2 stops on the way to user mode: once the recorder goes on
frozen_v2_in() {
	local cg=$work/v2 frozen ended
	mkdir -p "$cg" && mount -t cgroup2 none "$cg" && mkdir -p "$cg/x" && waits_in "$1" || return 1
	echo "$program" >"$cg/x/cgroup.procs"
	echo 1 >"$cg/x/cgroup.freeze"
	kill -CONT "$recorder"
	within 50 grep -q 'frozen 1' "$cg/x/cgroup.events"
	frozen=$?
	echo 0 >"$cg/x/cgroup.freeze"
	sleep 0.3
	killed_and_let_go
	ended=$?
	rmdir "$cg/x" && umount "$cg"
	[ $frozen = 0 ] && [ $ended = 0 ]
}
for mode in read exec thread; do
	check frozen-v1-in-$mode frozen_v1_in $mode
	check frozen-v2-in-$mode frozen_v2_in $mode
done

# all that a suspend does to tasks: frozen, five seconds later thawed
suspended_in() {
	local suspended=0
	waits_in "$1" || return 1
	echo freezer >/sys/power/pm_test
	echo freeze >/sys/power/state || suspended=1
	killed_and_let_go && [ $suspended = 0 ]
}
if [ -e /sys/power/pm_test ]; then
	for mode in read exec thread; do
		check suspended-in-$mode suspended_in $mode
	done
fi

# ---- the module itself ----
reloads() {
	local i module
	module=build/vm/$KERNEL/scaprec.ko
	(while :; do "$targets/storm" fork 20 >/dev/null; done) & local load=$!
	for i in $(seq "$1"); do
		{ rmmod scaprec && insmod "$module"; } || break
		[ $((i % 10)) != 0 ] || record -o "$work/l.scap" -- /bin/true || break
	done
	kill $load
	wait $load 2>/dev/null
	[ "$i" = "$1" ]
}
LIMITED=200 check reloads-100 reloads 100

finish
