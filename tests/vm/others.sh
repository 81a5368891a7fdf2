# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the module costs others, for suite.sh: whoever is not recorded keeps its fast path, and
# those who trace the same tracepoints see what they would see without us.
# shellcheck disable=SC2317,SC2154 # functions that check calls; bin and work are lib.sh's

tracing=/sys/kernel/tracing
[ -e $tracing/trace ] || mount -t tracefs none $tracing
mkdir -p $tracing/instances/passes $tracing/instances/other
echo 4096 >$tracing/instances/passes/buffer_size_kb
other=$tracing/instances/other

getppids() { build/bench/loop getppid "$1" >/dev/null; }
# passes N COMMAND...: COMMAND, which makes N calls of getppid as "loop", goes the slow way with each; 0: never
passes() {
	local i=$tracing/instances/passes n=$1 seen
	shift
	echo 'syscall_trace_enter*' >$i/set_ftrace_filter && echo function >$i/current_tracer || return 1
	echo >$i/trace
	echo 1 >$i/tracing_on
	"$@"
	# or its reader would never come to the end
	echo 0 >$i/tracing_on
	seen=$(grep -c '^ *loop-' $i/trace)
	echo nop >$i/current_tracer
	echo "$seen slow calls, expected $n"
	if [ "$n" = 0 ]; then [ "$seen" = 0 ]; else [ "$seen" -ge "$n" ]; fi
}
tracer_comes() {
	echo >$other/trace
	echo 'id == 110' >$other/events/raw_syscalls/sys_enter/filter
	echo 1 >$other/events/raw_syscalls/sys_enter/enable
}
tracer_goes() { echo 0 >$other/events/raw_syscalls/sys_enter/enable; }
# sees N: the other tracer has seen so many calls of getppid
sees() {
	local seen
	seen=$(grep -c '^ *loop-.*sys_enter: NR 110' $other/trace)
	echo "the tracer saw $seen calls, expected $1"
	[ "$seen" = "$1" ]
}
# until the module has looked whether others came or went
looked() { sleep "$E2E_PATIENCE"; }
# what is recorded makes its calls when it is told to: others' are counted meanwhile
recording_begins() {
	rm -f "$work/begun" "$work/go"
	"$bin/scap-record" -q --backend=kmod -o "$work/o.scap" -- sh -c ": >$work/begun
		for i in \$(seq 300); do [ ! -e $work/go ] || break; sleep 0.1; done; build/bench/loop getppid 300 >/dev/null" &
	recorder=$!
	within 200 test -e "$work/begun"
}
recording_ends() { : >"$work/go" && wait "$recorder" && "$bin/scap-replay" -q "$work/o.scap"; }
export tracing other
export -f getppids passes tracer_comes tracer_goes sees looked recording_begins recording_ends

others_are_fast() {
	passes 0 getppids 300 && recording_begins && passes 0 getppids 300 && recording_ends && passes 0 getppids 300
}
check others-fast others_are_fast
check recorded-pass passes 300 "$bin/scap-record" -q --backend=kmod -o "$work/o.scap" -- build/bench/loop getppid 300

# it is there before, during and after
tracer_before() {
	tracer_comes && getppids 100 && sees 100 && recording_begins && looked && getppids 100 && sees 200 &&
	recording_ends && sees 500 && getppids 100 && sees 600
	local result=$?
	tracer_goes
	[ $result = 0 ] && passes 0 getppids 300
}
check tracer-before tracer_before
# it comes during the recording, and stays
tracer_during() {
	recording_begins && tracer_comes && looked && getppids 100 && sees 100 && recording_ends && sees 400 && getppids 100 && sees 500
	local result=$?
	tracer_goes
	[ $result = 0 ] && passes 0 getppids 300
}
check tracer-during tracer_during
# it comes and goes: all are fast again, and what is recorded is whole
tracer_goes_early() {
	recording_begins && tracer_comes && looked && passes 300 getppids 300 && tracer_goes && looked &&
	passes 0 getppids 300 && recording_ends
}
check tracer-gone tracer_goes_early
# the module is unloaded under it
tracer_survives() {
	recording_begins && tracer_comes && recording_ends && rmmod scaprec && getppids 100 && sees 400
	local result=$?
	tracer_goes
	insmod "build/vm/$KERNEL/scaprec.ko" && [ $result = 0 ] && passes 0 getppids 300
}
check tracer-survives-unload tracer_survives

rmdir $tracing/instances/passes $tracing/instances/other
