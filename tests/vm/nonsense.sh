# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# Requests that make no sense, rings and memory that are not as usual, for suite.sh and suite-arm64.sh.
# shellcheck disable=SC2317,SC2154 # functions that check calls; bin, tools, targets and work are lib.sh's

check garbage-requests "$tools/device-fuzz" 3
check odd-tails "$tools/odd-consumer" 65536 bash -c 'dd if=/dev/zero of=/dev/null bs=100K count=30; /bin/true; /bin/true'
small_ring() {
	"$bin/scap-record" -q --ring=64K -o "$work/l.scap" -- sh -c 'dd if=/dev/urandom bs=256K count=2 2>/dev/null | cksum' >"$work/out" &&
	"$bin/scap-replay" -q "$work/l.scap" | cmp - "$work/out"
}
check small-ring small_ring
buffers_unmapped() {
	"$bin/scap-record" -q -o "$work/l.scap" -- "$targets/unmapped" >"$work/out" &&
	"$bin/scap-replay" -q "$work/l.scap" | cmp - "$work/out"
}
check buffers-unmapped buffers_unmapped
