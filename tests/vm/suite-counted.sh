#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# A processor with a counter, of instructions retired: places in user code are found by it (run inside an
# arm64 test machine that counts them, QEMU's -icount, scaprec loaded). Last line: N passed, N failed.
# shellcheck source=tests/vm/lib.sh
. tests/vm/lib.sh

count tests/unit.sh "$B/tests/unit/test-point"
. tests/vm/counted.sh

finish
