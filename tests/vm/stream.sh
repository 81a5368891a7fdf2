# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# One event stream, for suite.sh and suite-arm64.sh.
# shellcheck disable=SC2317,SC2154 # a function that check calls; bin and work are lib.sh's

# Both backends record a deterministic program: scap-diff finds them equal. Programs without
# libraries, in memory: of the machine's stacked root the ptrace backend cannot tell which
# file /proc/PID/maps means.
same_from_both() {
	"$bin/scap-record" -q --backend=kmod -o "$work/k.scap" -- "$@" >/dev/null &&
	"$bin/scap-record" -q --backend=ptrace -o "$work/p.scap" -- "$@" >/dev/null &&
	"$bin/scap-diff" "$work/k.scap" "$work/p.scap"
}
in_memory=$(mktemp -d -p /run)
cp /bin/busybox "$in_memory"
check same-true same_from_both "$in_memory/busybox" true
check same-cat same_from_both "$in_memory/busybox" cat /etc/passwd
check same-wc same_from_both "$in_memory/busybox" wc /etc/services
check same-sort same_from_both "$in_memory/busybox" sort -r /etc/services
check same-ls same_from_both "$in_memory/busybox" ls -l /usr
