#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The ptrace backend and the replayer in an arm64 machine (run inside it): unit tests, programs
# recorded and replayed. Traces for the host go to /mnt/out. Last line: N passed, N failed.
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

# ---- programs ----
# shellcheck disable=SC2086 # a list of names
programs ${CASES:-awk bash-subst bash-traps busybox date echo-args signal-nested signal-segv}

# ---- for the host ----
for_host() {
	local name=$1
	shift
	"$bin/scap-record" -q --backend=ptrace -o "/mnt/out/$name.scap" -- "$@" >"/mnt/out/$name.out"
}
check for-host-date for_host date date
check for-host-children for_host children find /etc -maxdepth 1 -name 'p*' -exec basename '{}' ';'

finish
