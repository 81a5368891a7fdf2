# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0
# What the suites have in common that run inside a test machine. KERNEL is its name,
# E2E_PATIENCE how many times longer everything may take there.
set -u
B=${B:-build}
bin=$B/bin
targets=$B/targets
tools=$B/tools
E2E_PATIENCE=${E2E_PATIENCE:-1}
work=$(mktemp -d)
chmod 755 "$work"
export B bin targets tools work E2E_PATIENCE
passed=0 failed=0

ok() { passed=$((passed + 1)); echo "ok $1"; }
bad() { failed=$((failed + 1)); echo "FAILED $1: $2"; }
# A command or function under a time limit: one that hangs must not take the others with it.
limited() {
	[ "$(type -t "$1")" != function ] || export -f "${1?}"
	# shellcheck disable=SC2016 # the inner shell's arguments
	timeout -s KILL $((${LIMITED:-45} * E2E_PATIENCE)) bash -c '"$@"' - "$@" </dev/null
}
# check NAME COMMAND...: it succeeds, in LIMITED seconds
check() {
	local name=$1 begin=$SECONDS
	shift
	# not through a pipe: what a failed test leaves running would keep that open
	if limited "$@" >"$work/checked" 2>&1; then
		ok "$name ($((SECONDS - begin)) s)"
	else
		bad "$name" "$(cat "$work/checked")"
	fi
}

# within N COMMAND...: until it succeeds, at most so many tenths of a second
within() {
	local i n=$(($1 * E2E_PATIENCE))
	shift
	for ((i = 0; i < n; i++)); do
		"$@" >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	return 1
}

# What the root of an arm64 machine has no programs for.
case $KERNEL in
*arm64*) absent='gcc gdb-version make-j2 man odd-names served-image' ;;
*) absent='' ;;
esac
# every_other 0|1: half of the programs of tests/e2e/cases, and the rest; on 6.1 the other way round.
every_other() {
	local first=$1

	case $KERNEL in 6.1|6.1-arm64) first=$((1 - first)) ;; esac
	find tests/e2e/cases -type f ! -name README.md -printf '%f\n' | sort | grep -vxF "${absent// /$'\n'}" |
		awk -v first="$first" 'NR % 2 == first'
}
# count COMMAND...: adds up what it says last, N passed, N failed, N skipped; a skipped test fails, as
# the machine has what it needs.
count() {
	local worked='' broke='' skipped=''

	"$@" 2>&1 | tee "$work/counted"
	read -r worked broke skipped < <(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p' "$work/counted")
	passed=$((passed + ${worked:-0}))
	failed=$((failed + ${broke:-1} + ${skipped:-0}))
}
# programs NAME|PATTERN...: recorded and replayed, each a check. An emulated processor that is
# shared with others gives each program several times the time that it should need.
programs() { E2E_PATIENCE=$((8 * E2E_PATIENCE)) count tests/e2e/run.py "$@"; }

# Whether a session is open.
recorded_now() { [ "$(cat /sys/module/scaprec/refcnt)" != 0 ]; }
as_nobody() { setpriv --reuid=65534 --regid=65534 --clear-groups "$@"; }
export -f within recorded_now as_nobody

# Whatever the kernel has to complain of.
complaints() {
	dmesg | grep -E 'BUG|WARNING|Oops|Call Trace|scheduling while|RCU stall|rcu: INFO|KASAN|UBSAN|lockdep|blocked for more|soft lockup|scaprec: (cannot|tracepoint)'
}
# finish: the last check, and the last line: N passed, N failed
finish() {
	if complaints >"$work/bad"; then
		bad dmesg "$(cat "$work/bad")"
	else
		ok dmesg
	fi
	rm -rf "$work"
	echo "$passed passed, $failed failed"
	[ "$failed" = 0 ]
}
