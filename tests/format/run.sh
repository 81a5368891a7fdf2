#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The second reader against the writer: run.sh GEN-TRACE SCAP-RECORD. It must agree about
# whole traces, made up and recorded, and refuse damaged ones. Last line: N passed, N failed, N skipped.
set -u
gen=$1 record=$2
reader=$(dirname "$0")/second-reader.py
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
passed=0 failed=0

ok() { # NAME STATUS
	if [ "$2" = 0 ]; then passed=$((passed + 1)); else failed=$((failed + 1)); echo "FAILED $1"; fi
}

agrees() { # EVENTS PROCESSES
	events=$("$gen" -p "$2" "$dir/t" "$1" | sed 's/ events,.*//')
	"$reader" "$dir/t" >"$dir/out" && grep -q "; $events events:" "$dir/out"
	ok "$1 events of $2 processes" $?
}

refuses() { # NAME
	! "$reader" "$dir/bad" >/dev/null
	ok "$1" $?
}

"$record" -q -o "$dir/recorded" -- sh -c 'ls / | wc -l' >/dev/null && "$reader" "$dir/recorded"
ok "a recorded trace" $?
agrees 0 1
agrees 10 3
agrees 12000 50
size=$(stat -c %s "$dir/t")
head -c $((size - 1)) "$dir/t" >"$dir/bad"
refuses "one byte short"
for at in 9 200 $((size / 2)) $((size - 70)) $((size - 3)); do
	cp "$dir/t" "$dir/bad"
	byte=$(od -An -tu1 -j "$at" -N 1 "$dir/bad")
	# shellcheck disable=SC2059
	printf "\\$(printf %o $(((byte + 1) % 256)))" |
		dd of="$dir/bad" bs=1 seek="$at" conv=notrunc status=none
	refuses "byte $at changed"
done
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
