# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Points that the processor's counter leads to, in a machine that has one (run.py --icount), where it
# interrupts late, but not by 50 ms. Sourced by a suite, with scaprec loaded.
# shellcheck disable=SC2317,SC2154 # functions that check calls; bin, work, targets and B are lib.sh's

LIMITED=600 check counted-points "$B/tests/unit/test-point" --counted

# BACKEND PROGRAM...: its points are counted as it is recorded, and found by that, with the same output
counted() {
	local backend=$1 trace=$work/counted.scap said=$work/counted.said
	shift
	if "$bin/scap-record" -q --stats --backend="$backend" -o "$trace" -- "$@" >"$work/counted.out" 2>"$said" &&
	   grep 'points .*counted on the way: instructions' "$said" &&
	   "$bin/scap-replay" --stats "$trace" 2>"$said" | cmp - "$work/counted.out" &&
	   grep '^scap-replay: counter ' "$said"; then return 0; fi
	cat "$said"
	return 1
}
for backend in kmod ptrace; do
	LIMITED=600 check "counted-race-$backend" counted $backend "$targets/threads" race
	LIMITED=600 check "counted-timer-$backend" counted $backend "$targets/signals" rare-timer
done

# the recorder is killed: its threads' counters go with them, and the module with the last one
counted_recorder_dies() {
	"$bin/scap-record" -q --backend=kmod -o "$work/l.scap" -- "$targets/threads" race >"$work/raced" & local pid=$!
	within 200 pgrep -x threads || return 1
	sleep 0.2
	kill -KILL $pid
	wait $pid 2>/dev/null
	within 600 test -s "$work/raced" && within 100 rmmod scaprec && insmod "build/vm/$KERNEL/scaprec.ko"
}
LIMITED=600 check counted-recorder-killed counted_recorder_dies
