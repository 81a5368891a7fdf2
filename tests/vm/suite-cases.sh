#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# The programs of tests/e2e/cases that suite.sh leaves out on this kernel (on arm64: all), recorded by the
# module (run inside a test machine). Last line: N passed, N failed.
. tests/vm/lib.sh

used() {
	"$bin/scap-record" -q -o "$work/l.scap" -- /bin/true &&
	"$bin/scap-dump" --format=json "$work/l.scap" | head -n 1 | grep -q '"backend":"kmod"'
}
check module-is-used used

# shellcheck disable=SC2046,SC2086 # lists of names
case $KERNEL in
debug) programs ${CASES:-'*'} ;;
*arm64*) programs ${CASES:-$(every_other 0) $(every_other 1)} ;;
*) programs ${CASES:-$(every_other 1)} ;;
esac

finish
