#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Both backends and the replayer in an arm64 machine (run inside it, scaprec loaded): unit tests,
# programs recorded and replayed (those that it leaves out are suite-cases.sh's), the same trace from both,
# sessions that end in every way, privileges, capture only, nonsense, real bugs. Traces for the host go
# to /mnt/out. Last line: N passed, N failed.
# shellcheck source=tests/vm/lib.sh
. tests/vm/lib.sh

# ---- unit tests ----
# test-table reads the host's kernel headers; test-point takes long, and is suite-counted.sh's
units() {
	find "$B/tests/unit" -name 'test-*[a-z0-9]' ! -name '*.[do]' | grep -vE '/test-(table|point)$' | sort
}
# shellcheck disable=SC2046 # a list of names
count tests/unit.sh $(units)

# ---- programs: by the module, which is used where it is there, and by ptrace ----
by_module='awk bash-interactive bash-subst bc busybox curl-http date exec-chain find-xargs first-argument git jq less mktemp
	openssl-rand perl pairing python-json python-signals python-threads rdtsc shared-memory signal-nested signal-timer
	sqlite-transactions tar-roundtrip thread-exec thread-handled thread-mutex thread-race thread-robust thread-spin
	vim-script'
by_ptrace='bash-jobs busybox dash date first-argument git perl-interrupted python-subprocess signal-segv signal-stopped
	sqlite-wal thread-cancel thread-condvar thread-race'
# reads of the counter trap there since 6.12
case $KERNEL in 6.12*) by_ptrace="$by_ptrace rdtsc" ;; esac
# shellcheck disable=SC2086 # lists of names
programs ${CASES:-$by_module}
check unload rmmod scaprec
# shellcheck disable=SC2086 # lists of names
programs ${CASES:-$by_ptrace}
check load-again insmod "build/vm/$KERNEL/scaprec.ko"

# ---- the module ----
. tests/vm/stream.sh
. tests/vm/lifecycle.sh
. tests/vm/privileged.sh
. tests/vm/capture.sh
. tests/vm/nonsense.sh

# ---- real bugs ----
bugs() { E2E_PATIENCE=$((4 * E2E_PATIENCE)) count bugs/run.py "$@"; }
bugs --backend=kmod 01 13 14 17
bugs --backend=ptrace 12

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
