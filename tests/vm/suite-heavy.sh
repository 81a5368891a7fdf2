#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# Real threaded programs and races with the module (run inside a test machine, scaprec loaded):
# minutes each. Their packages were unpacked by make e2e-heavy. Last line: N passed, N failed.
. tests/vm/lib.sh
# shellcheck disable=SC2086 # a list of patterns
programs --heavy ${CASES:-}
finish
