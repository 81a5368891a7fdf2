#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Every program of tests/e2e/cases recorded by the module, which is what scap-record takes where
# it is loaded (run inside a test machine). An emulated processor needs many times as long.
# Last line: N passed, N failed.
. tests/vm/lib.sh
mapfile -t cases < <(cd tests/e2e/cases && ls --ignore=README.md)

used() {
	"$bin/scap-record" -q -o "$work/l.scap" -- /bin/true &&
	"$bin/scap-dump" --format=json "$work/l.scap" | head -n 1 | grep -q '"backend":"kmod"'
}
check module-is-used used

E2E_PATIENCE=$((8 * E2E_PATIENCE)) tests/e2e/run.py "${cases[@]}" 2>&1 | tee "$work/e2e"
passed=$((passed + $(grep -c '^ok ' "$work/e2e")))
failed=$((failed + $(grep -c '^FAILED ' "$work/e2e")))

finish
