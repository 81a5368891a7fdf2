# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Capture-only sessions, for suite.sh and suite-arm64.sh: who is watched and who is not, exact gaps, who may.
# shellcheck disable=SC2154 # bin, work and targets are suite.sh's

# calls FILE NAME: how many calls of that name a trace has
calls() { "$bin/scap-dump" --format=json "$1" | grep -c "\"name\":\"$2\",\"nr\""; }
# until the recorder, just started, has opened the device and begun
captures_by_now() {
	within 100 recorded_now
	sleep "$E2E_PATIENCE"
}
export -f calls captures_by_now

capture_of_a_tree() {
	"$bin/scap-record" -q --syscall=openat,%process -o "$work/c.scap" -- sh -c 'cat /etc/passwd | wc' >/dev/null &&
	[ "$(calls "$work/c.scap" read)" = 0 ] && [ "$(calls "$work/c.scap" openat)" -gt 2 ] &&
	"$bin/scap-dump" "$work/c.scap" | grep -q 'exec: "/usr/bin/wc"' &&
	"$bin/scap-dump" --summary "$work/c.scap" | grep -q 'capture only'
}
check capture-tree capture_of_a_tree

capture_not_replayed() {
	! "$bin/scap-replay" "$work/c.scap" 2>"$work/said" && grep -q 'captured without what a replay needs' "$work/said"
}
check capture-not-replayed capture_not_replayed

# input that is not in memory when the call begins, whether the kernel then reads it or not
capture_of_absent_input() {
	"$bin/scap-record" -q --syscall=write -o "$work/c.scap" -- python3 -c '
import mmap, os
for to in ("/dev/null", "'"$work"'/copy"):
    absent = mmap.mmap(os.open("/etc/services", os.O_RDONLY), 4096, mmap.MAP_PRIVATE, mmap.PROT_READ)
    os.write(os.open(to, os.O_WRONLY | os.O_CREAT), absent)' &&
	[ "$("$bin/scap-dump" "$work/c.scap" | grep -c 'write([0-9]*, "# Network services')" = 2 ]
}
check capture-absent-input capture_of_absent_input

# the program has its vDSO, its counter and its rseq: nothing is altered
capture_alters_nothing() {
	"$bin/scap-record" -q --syscall='!read' -o "$work/c.scap" -- sh -c \
		"LD_SHOW_AUXV=1 /bin/true | grep -q SYSINFO_EHDR && $targets/rdtsc >/dev/null" &&
	! "$bin/scap-dump" "$work/c.scap" | grep -qE 'trap:|refused' && [ "$(calls "$work/c.scap" read)" = 0 ]
}
check capture-alters-nothing capture_alters_nothing

capture_by_name() {
	"$bin/scap-record" -q --comm=wc -o "$work/c.scap" -- sh -c 'cat /etc/passwd | wc; ls /' >/dev/null &&
	"$bin/scap-dump" "$work/c.scap" | head -n 1 | grep -q 'exec: "/usr/bin/wc"' &&
	[ "$("$bin/scap-dump" --format=json "$work/c.scap" | grep -o '"tid":[0-9]*' | sort -u | wc -l)" = 1 ]
}
check capture-comm capture_by_name

# by user: from the call that made it his on, in a process that runs already
capture_by_user() {
	"$bin/scap-record" -q --uid=65534 -o "$work/c.scap" -- sh -c \
		'setpriv --reuid=65534 --regid=65534 --clear-groups cat /etc/passwd; cat /etc/group' >/dev/null &&
	"$bin/scap-dump" "$work/c.scap" | head -n 1 | grep -q setresuid &&
	"$bin/scap-dump" "$work/c.scap" | grep -q '"/etc/passwd"' && ! "$bin/scap-dump" "$work/c.scap" | grep -q '"/etc/group"'
}
check capture-uid capture_by_user

# by cgroup: while it is in it
capture_by_cgroup() {
	local cg=$work/cgroup
	mkdir -p "$cg" && mount -t cgroup2 none "$cg" && mkdir -p "$cg/x" &&
	"$bin/scap-record" -q --cgroup="$cg/x" -o "$work/c.scap" -- sh -c \
		"cat /etc/group; echo \$\$ >$cg/x/cgroup.procs; cat /etc/passwd; echo \$\$ >$cg/cgroup.procs; cat /etc/services" >/dev/null &&
	"$bin/scap-dump" "$work/c.scap" | grep -q '"/etc/passwd"' &&
	! "$bin/scap-dump" "$work/c.scap" | grep -qE '"/etc/group"|"/etc/services"'
	local result=$?
	rmdir "$cg/x"; umount "$cg"
	return $result
}
check capture-cgroup capture_by_cgroup

# a process that sleeps in a call when we come; it and its child, to their ends
capture_of_a_process() {
	rm -f "$work/go" && mkfifo "$work/go" || return 1
	sh -c "read x <$work/go; cat /etc/passwd; exit 3" >/dev/null & local pid=$!
	"$bin/scap-record" -q --pid=$pid -o "$work/c.scap" & local recorder=$!
	captures_by_now
	echo >"$work/go"
	wait $recorder &&
	"$bin/scap-dump" "$work/c.scap" | grep -q 'exec: "/usr/bin/cat"' &&
	"$bin/scap-dump" "$work/c.scap" | tail -n 1 | grep -q "$pid +++ exited with 3"
}
check capture-pid capture_of_a_process

capture_of_all() {
	"$bin/scap-record" -o "$work/c.scap" -a >/dev/null 2>"$work/said" & local pid=$!
	captures_by_now
	cat /etc/passwd >/dev/null
	kill -TERM $pid && wait $pid && grep -q captured "$work/said" &&
	"$bin/scap-dump" "$work/c.scap" | grep -q 'exec: "/usr/bin/cat"' &&
	! "$bin/scap-dump" "$work/c.scap" | grep -qE " $pid "
}
check capture-all capture_of_all

# whoever is not watched passes no tracepoint: the same calls cost it (nearly) nothing
capture_spares_others() {
	"$bin/scap-record" -q --comm=nobody-has-it -o "$work/c.scap" -- sh -c \
		"$B/bench/loop getppid 20000 >/dev/null" && [ "$("$bin/scap-dump" "$work/c.scap" | wc -l)" = 0 ]
}
check capture-of-nobody capture_spares_others

# the recorder sleeps: events are dropped, and their number is exact
capture_gap() {
	# shellcheck disable=SC2016 # the inner shell's parent
	"$bin/scap-record" --syscall=getppid -o "$work/c.scap" --stats -- sh -c \
		'kill -STOP $PPID; $B/bench/loop getppid 120000 >/dev/null; kill -CONT $PPID; sleep 0.3; $B/bench/loop getppid 1000' >/dev/null 2>"$work/said"
	local gap got
	gap=$("$bin/scap-dump" "$work/c.scap" | sed -n 's/.* gap: \([0-9]*\) events .*/\1/p' | paste -sd+ | bc)
	got=$(calls "$work/c.scap" getppid)
	# two execs, a fork and an end besides
	[ "$gap" -gt 10000 ] && [ $((gap + got)) -ge 121000 ] && [ $((gap + got)) -le 121009 ]
}
check capture-gap-exact capture_gap

# a recording begun while all is captured is a recording
capture_and_recording() {
	"$bin/scap-record" -q -o "$work/c.scap" -a & local pid=$!
	captures_by_now
	"$bin/scap-record" -q --backend=kmod -o "$work/r.scap" -- date >"$work/out" &&
	"$bin/scap-replay" -q "$work/r.scap" | cmp - "$work/out"
	local result=$?
	kill -TERM $pid; wait $pid
	return $result
}
check capture-and-recording capture_and_recording

capture_refusals() {
	local o refused=0
	chmod 666 /dev/scaprec
	for o in -a --uid=0 --pid=1; do
		as_nobody "$bin/scap-record" -o /dev/null $o 2>"$work/said" || refused=$((refused + $(grep -c 'only root' "$work/said")))
	done
	chmod 660 /dev/scaprec
	[ $refused = 3 ] && ! "$bin/scap-record" -o /dev/null --pid=99999999 2>/dev/null &&
	! "$bin/scap-record" -o /dev/null --backend=ptrace -a 2>"$work/said" && grep -q 'need the kernel module' "$work/said"
}
check capture-refusals capture_refusals

# an ordinary user's --comm: of his processes only
capture_own_only() {
	mkdir -p "$work/nobody" && chown 65534 "$work/nobody" && chmod 666 /dev/scaprec
	as_nobody "$bin/scap-record" -q --comm=cat -o "$work/nobody/c.scap" -- sleep $((3 * E2E_PATIENCE)) & local pid=$!
	captures_by_now
	cat /etc/passwd >/dev/null; as_nobody cat /etc/group >/dev/null
	wait $pid
	chmod 660 /dev/scaprec
	"$bin/scap-dump" "$work/nobody/c.scap" | grep -q '"/etc/group"' &&
	! "$bin/scap-dump" "$work/nobody/c.scap" | grep -q '"/etc/passwd"'
}
check capture-own-only capture_own_only

# of version 1, which filters do not know
capture_cgroup_v1() {
	local cg=$work/v1
	mkdir -p "$cg" && mount -t cgroup -o freezer none "$cg" || return 1
	! "$bin/scap-record" -q --cgroup="$cg" -o /dev/null -- true 2>"$work/said" && grep -q 'not a directory of cgroup2' "$work/said"
	local result=$?
	umount "$cg"
	return $result
}
check capture-cgroup-v1 capture_cgroup_v1

live_is_dump() {
	"$bin/scap-record" -q --live="$work/live" -o "$work/c.scap" -- ls / >/dev/null &&
	"$bin/scap-dump" "$work/c.scap" | cmp - "$work/live" && grep -q exec: "$work/live"
}
check live live_is_dump

stats_are_said() {
	"$bin/scap-record" --stats -o "$work/c.scap" -- dd if=/dev/zero of=/dev/null bs=1M count=3 2>"$work/said" &&
	grep -q 'slow  *[1-9]' "$work/said" && grep -q 'waits ' "$work/said" && grep -q 'dropped  0' "$work/said"
}
check stats stats_are_said
