#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Both backends and the replayer in an arm64 machine (run inside it, scaprec loaded): unit tests,
# programs recorded and replayed, the same trace from both, sessions that end in every way, privileges,
# capture only, nonsense. Traces for the host go to /mnt/out. Last line: N passed, N failed.
# shellcheck source=tests/vm/lib.sh
. tests/vm/lib.sh

# ---- unit tests ----
# test-cpuid-trap is about an instruction of x86-64, test-table reads the host's kernel headers
units() {
	find "$B/tests/unit" -name 'test-*[a-z]' ! -name '*.[do]' ! -name test-cpuid-trap ! -name test-table | sort
}
# shellcheck disable=SC2046 # a list of names
said=$(tests/unit.sh $(units))
echo "$said" | grep -v '^[0-9]* passed, '
read -r worked broke < <(echo "$said" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, .*/\1 \2/p')
passed=$((passed + ${worked:-0}))
failed=$((failed + ${broke:-1}))

# ---- programs: by the module, which is used where it is there, and by ptrace ----
cases=${CASES:-awk bash-subst bash-traps busybox date echo-args first-argument rdtsc signal-nested signal-segv}
# shellcheck disable=SC2086 # a list of names
programs $cases
check unload rmmod scaprec
# a read of the counter does not trap there
# shellcheck disable=SC2086 # a list of names
programs ${cases/ rdtsc/}
check load-again insmod "build/vm/$KERNEL/scaprec.ko"

# ---- the module ----
. tests/vm/stream.sh
. tests/vm/lifecycle.sh
. tests/vm/privileged.sh
. tests/vm/capture.sh
. tests/vm/nonsense.sh

# ---- for the host ----
for_host() {
	local backend=$1 name=$1-$2
	shift 2
	"$bin/scap-record" -q --backend="$backend" -o "/mnt/out/$name.scap" -- "$@" >"/mnt/out/$name.out"
}
for backend in kmod ptrace; do
	check "for-host-date-$backend" for_host $backend date date
	check "for-host-children-$backend" for_host $backend children find /etc -maxdepth 1 -name 'p*' -exec basename '{}' ';'
done

finish
