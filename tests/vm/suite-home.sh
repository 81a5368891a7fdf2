#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Threads that are kept on one processor while they hand the baton to and fro (run inside a test machine
# with two, scaprec loaded). Last line: N passed, N failed.
# shellcheck source=tests/vm/lib.sh
. tests/vm/lib.sh

# processors that take turns hand over as slowly as it happens
echo 8 >/sys/module/scaprec/parameters/home_many
echo 4 >/sys/module/scaprec/parameters/home_few

# Two processors that take turns leave little to who looks on: nothing here may take long, or be short.
export LIMITED=120

# threads_allowed: where the two threads of the program "home" may run, as the kernel says
threads_allowed() {
	local status key value list=()
	[ -d "/proc/${home_pid:-none}" ] || home_pid=$(pgrep -x home | head -1)
	for status in /proc/"$home_pid"/task/*/status; do
		while read -r key value; do
			[ "$key" != Cpus_allowed_list: ] || list+=("$value")
		done 2>/dev/null <"$status"
	done
	[ ${#list[@]} != 3 ] || [ "${list[1]}" != "${list[2]}" ] || allowed=${list[1]}
}
at_home() { allowed=; threads_allowed; [[ $allowed =~ ^[0-9]+$ ]]; }
everywhere() { allowed=; threads_allowed; [ "$allowed" = 0-1 ]; }
export -f threads_allowed at_home everywhere

goes_home() {
	"$bin/scap-record" -q -o "$work/l.scap" -- "$targets/home" pass 1 >"$work/out"
	cat "$work/out"
	grep -qx 'at home' "$work/out" && grep -q ', let go$' "$work/out" &&
	"$bin/scap-replay" -q "$work/l.scap" | cmp - "$work/out"
}
check goes-home goes_home

# of two domains one may have a home, or both, but never the same one
live_apart() {
	local i pid homes twice=- seen=0 same=0 pids=()
	for i in 1 2; do
		"$bin/scap-record" -q -o "$work/$i.scap" -- "$targets/home" pass $((8 * E2E_PATIENCE)) >"$work/apart.$i" & pids+=($!)
	done
	while kill -0 "${pids[0]}" 2>/dev/null; do
		homes=$(for pid in $(pgrep -x home); do
			awk '/^Cpus_allowed_list/ { print $2 }' /proc/"$pid"/task/*/status | tail -2 | sort -u
		done | grep -x '[0-9]' | sort)
		[ -z "$homes" ] || seen=1
		# one may have moved out, and the other in, while they were looked at
		[ -z "$(uniq -d <<<"$homes")" ] || [ "$homes" != "$twice" ] || same=1
		twice=$homes
		sleep 0.1
	done
	echo "seen $seen, the same $same"
	wait "${pids[@]}" && [ "$seen $same" = '1 0' ]
}
check live-apart live_apart

# the recorder is killed: they may run where they could before
recorder_dies_at_home() {
	"$bin/scap-record" -q -o "$work/l.scap" -- "$targets/home" pass $((8 * E2E_PATIENCE)) >"$work/out" & local pid=$!
	within 200 at_home || return 1
	kill -KILL $pid
	wait $pid 2>/dev/null
	within 20 everywhere && within 200 grep -q ', let go$' "$work/out"
}
check recorder-killed-at-home recorder_dies_at_home

# what somebody else says meanwhile is theirs
set_from_outside() {
	"$bin/scap-record" -q -o "$work/l.scap" -- "$targets/home" pass $((8 * E2E_PATIENCE)) >"$work/out" & local pid=$! result=0
	within 200 at_home || result=1
	taskset -a -p -c $((1 - ${allowed:-0})) "$home_pid" >/dev/null
	wait $pid
	grep -q ', still bound$' "$work/out" && [ $result = 0 ]
}
check set-from-outside set_from_outside

# the other processor goes, and comes again: both threads are let go in the end all the same
processor_goes() {
	local result=0 cpu=/sys/devices/system/cpu/cpu1/online
	"$bin/scap-record" -q -o "$work/l.scap" -- "$targets/home" pass $((12 * E2E_PATIENCE)) >"$work/out" & local pid=$!
	within 200 at_home || { echo "not at home: $allowed"; result=1; }
	echo 0 >$cpu && sleep 0.3
	echo 1 >$cpu
	within 200 at_home || { echo "not at home again: $allowed"; result=1; }
	wait $pid && cat "$work/out" && grep -q ', let go$' "$work/out" && [ $result = 0 ]
}
check processor-goes processor_goes

# what says where a child may run, other than its parent's home, is not ours to change
says_its_cgroup() {
	echo +cpuset >"$1/../cgroup.subtree_control" && echo 1 >"$1/cpuset.cpus" &&
	"$targets/into-cgroup" "$1" >"$work/native" &&
	"$bin/scap-record" -q -o "$work/l.scap" -- "$targets/into-cgroup" "$1" >"$work/out"
	cat "$work/native" "$work/out"
	cmp "$work/native" "$work/out" && grep -qx 1 "$work/out"
}
export -f says_its_cgroup
made_in_a_cgroup() {
	local group=$work/group result
	mkdir "$group" && mount -t cgroup2 none "$group" || return 1
	mkdir "$group/child" && says_its_cgroup "$group/child"
	result=$?
	rmdir "$group/child" && umount "$group"
	return $result
}
# the debug kernel is small, and has no cpusets
[ "$KERNEL" = debug ] || check made-in-a-cgroup made_in_a_cgroup

# libc keeps the number of the processor on which a program begins; in a replay it is the same
begins_anywhere() {
	local i result=0
	# shellcheck disable=SC2016 # the recorded shell's
	for i in 1 2 3 4; do
		"$bin/scap-record" -q --checksum=3 -o "$work/l.scap" -- bash -c 'for i in 1 2 3; do echo $i | sed s/1/2/ | cat; done' >"$work/out" &&
		"$bin/scap-replay" -q "$work/l.scap" | cmp - "$work/out" || result=1
	done
	return $result
}
check begins-anywhere begins_anywhere

programs thread-home thread-mutex thread-condvar thread-race

module_goes() { within 100 rmmod scaprec && insmod "build/vm/$KERNEL/scaprec.ko"; }
check module-goes module_goes

finish
