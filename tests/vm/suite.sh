#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# What one boot of a test machine proves about the module (run inside it, scaprec loaded):
# programs recorded and replayed, the same trace from both backends, recorders that die,
# users without privilege, requests that make no sense. Traces for the host go to /mnt/out.
# Last line: N passed, N failed.
. tests/vm/lib.sh

# ---- programs ----
# shellcheck disable=SC2046,SC2086 # lists of names
case $KERNEL in
debug) programs ${CASES:-'thread-[!rs]*' thread-semaphore thread-spin 'shared-*' own-memory pairing 'calls-*' 'signal-*' exec-fails bash-traps chaos-unseen} ;;
*) programs ${CASES:-$(every_other 0) chaos-unseen chaos-lost} ;;
esac

# ---- one event stream ----
. tests/vm/stream.sh

# ---- lifecycle ----
. tests/vm/lifecycle.sh

# ---- who may ----
no_permission() {
	! as_nobody "$bin/scap-record" -q --backend=kmod -o /dev/null -- true 2>"$work/said" &&
	grep -q 'permission denied' "$work/said"
}
check unprivileged-without-group no_permission

unprivileged_records() {
	mkdir -p "$work/nobody" && chown 65534 "$work/nobody" && chmod 666 /dev/scaprec &&
	as_nobody "$bin/scap-record" -q --backend=kmod -o "$work/nobody/t.scap" -- date >"$work/out" &&
	as_nobody "$bin/scap-replay" -q "$work/nobody/t.scap" | cmp - "$work/out"
	local result=$?
	chmod 660 /dev/scaprec
	return $result
}
check unprivileged-records-its-own unprivileged_records

# a user's recordings have so much memory together, and no more
user_has_enough() {
	mkdir -p "$work/nobody" && chown 65534 "$work/nobody" && chmod 666 /dev/scaprec
	as_nobody "$bin/scap-record" -q --backend=kmod --ring=64M -o "$work/nobody/1.scap" -- sleep 99 & local pid=$!
	within 200 pgrep -x sleep
	! as_nobody "$bin/scap-record" -q --backend=kmod --ring=64K -o "$work/nobody/2.scap" -- true 2>"$work/said" &&
	grep -q 'more than one user may' "$work/said" &&
	"$bin/scap-record" -q --backend=kmod -o "$work/l.scap" -- true
	local result=$?
	kill $pid; pkill -x sleep; wait $pid
	[ $result = 0 ] &&
	as_nobody "$bin/scap-record" -q --backend=kmod --ring=64M -o "$work/nobody/2.scap" -- true
	result=$?
	chmod 660 /dev/scaprec
	return $result
}
check unprivileged-has-enough user_has_enough

# ---- programs with privileges ----
. tests/vm/privileged.sh

# ---- capture only ----
. tests/vm/capture.sh

# ---- nonsense ----
. tests/vm/nonsense.sh

# killed, it writes into memory that another one looks at all the time: when its turn comes
last_words() {
	"$bin/scap-record" -q --backend=kmod -o "$work/l.scap" -- "$targets/last-words" >"$work/out" &&
	grep -c 'word 0x40000000' "$work/out" | grep -qx 3 &&
	"$bin/scap-replay" -q "$work/l.scap" | cmp - "$work/out"
}
check last-words last_words

# ---- the planners, here and there ----
planners() {
	local t
	for t in plan plan-calls plan-behind plan-native shape; do
		SCAP_PLAN_DEVICE=/dev/scaprec "build/tests/unit/test-$t" >"$work/said.$t" 2>&1 || { cat "$work/said.$t"; return 1; }
	done
	awk '/plans compared with the kernel/ { n += $1 } END { print n; exit n < 500 }' "$work"/said.*
}
check planners planners

# ---- others are not disturbed ----
. tests/vm/others.sh
check unload rmmod scaprec
check load-again insmod "build/vm/$KERNEL/scaprec.ko"
reload_under_load() {
	local i
	(while :; do /bin/true; done) & local pid=$!
	for i in $(seq 10); do
		rmmod scaprec && insmod "build/vm/$KERNEL/scaprec.ko" &&
		"$bin/scap-record" -q --backend=kmod -o "$work/l.scap" -- /bin/true || i=
	done
	kill $pid
	wait $pid 2>/dev/null
	[ "$i" ]
}
check reload-under-load reload_under_load

# ---- for the host ----
for_host() {
	local name=$1
	shift
	"$bin/scap-record" -q --backend=kmod -o "/mnt/out/$name.scap" -- "$@" >"/mnt/out/$name.out"
}
check for-host-date for_host date date
check for-host-ls for_host ls ls -l /etc
check for-host-python for_host python python3 -c 'import json, random; print(2**64, json.dumps([random.random()]))'
check for-host-vectors for_host vectors "$targets/vectors-x86_64"
check for-host-timer for_host timer "$targets/signals" timer
check for-host-traps for_host traps bash -c 'trap "echo USR1" USR1; trap "echo leaving" EXIT; kill -USR1 $$; sleep 0.05 & wait $!; (kill -USR1 $$); echo done'
check for-host-children for_host children find /etc -maxdepth 1 -name 'p*' -exec basename '{}' ';'

finish
