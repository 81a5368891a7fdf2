#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The tracers that people use, beside a recording (run inside a test machine, scaprec loaded):
# bpftrace and perf trace before, during and after it. others.sh has the same with ftrace.
# Last line: N passed, N failed.
# shellcheck disable=SC2317 # functions that check calls
. tests/vm/lib.sh
. tests/vm/others.sh

LIMITED=120
# The kernel's view: of whom the flag is set. Needs the kernel's types.
flagged() {
	bpftrace -e 'iter:task { if (ctx->task->thread_info.syscall_work & 2) { printf("%s\n", ctx->task->comm) } }' | grep -vE '^(Attaching.*)?$' | sort | uniq -c
}
export -f flagged
only_recorded_flagged() {
	"$bin/scap-record" -q --backend=kmod -o "$work/o.scap" -- sleep 40 & local recorder=$!
	within 100 pgrep -x sleep
	flagged >"$work/flagged"
	pkill -x sleep
	wait $recorder
	cat "$work/flagged"
	[ "$(awk '{ print $1 $2 }' "$work/flagged")" = 1sleep ] && [ -z "$(flagged)" ]
}
check only-recorded-flagged only_recorded_flagged

bpftrace_begins() {
	bpftrace -e 'BEGIN { printf("ready\n") } tracepoint:raw_syscalls:sys_enter /args->id == 110 && comm == "loop"/ { @calls = count() }' \
		>"$work/bpf" 2>&1 & tracer=$!
	within 300 grep -q ready "$work/bpf"
}
# ends, having seen @calls
bpftrace_saw() {
	kill -INT "$tracer"
	wait "$tracer"
	cat "$work/bpf"
	grep -q "^@calls: $1\$" "$work/bpf"
}
bpftrace_before() {
	bpftrace_begins && getppids 100 && recording_begins && looked && getppids 100 && recording_ends && getppids 100 && bpftrace_saw 600
}
bpftrace_during() {
	recorded_long 40 && bpftrace_begins && looked && getppids 100 && pkill -x sleep && wait $recorder
	"$bin/scap-replay" -q "$work/o.scap" && getppids 100 && bpftrace_saw 200
}
# a recording of so many seconds at most
recorded_long() {
	"$bin/scap-record" -q --backend=kmod -o "$work/o.scap" -- sh -c "sleep $1; true" & recorder=$!
	sleep 1
}
export -f bpftrace_begins bpftrace_saw recorded_long
check bpftrace-before bpftrace_before
check bpftrace-during bpftrace_during

# its file is written in pieces: some calls more, of another name, until it has one
perf_sees() {
	"$work/ready" getppid 50 >/dev/null
	grep -q 'ready/.*getppid' "$work/perf"
}
perf_begins() {
	cp build/bench/loop "$work/ready"
	rm -f "$work/perf"
	perf trace -a -e getppid -o "$work/perf" & tracer=$!
	within 200 perf_sees
}
# what it has not read yet when it is told to end it does not show
perf_saw() {
	sleep $((2 * E2E_PATIENCE))
	kill -INT "$tracer"
	wait "$tracer"
	local seen
	seen=$(grep -c 'loop/.*getppid' "$work/perf")
	echo "perf saw $seen calls, expected $1"
	[ "$seen" = "$1" ]
}
perf_before() {
	perf_begins && getppids 100 && recording_begins && looked && getppids 100 && recording_ends && getppids 100 && perf_saw 600
}
perf_during() {
	recorded_long 40 && perf_begins && getppids 100 && pkill -x sleep && wait $recorder
	"$bin/scap-replay" -q "$work/o.scap" && getppids 100 && perf_saw 200
}
export -f perf_sees perf_begins perf_saw
check perf-before perf_before
check perf-during perf_during

finish
