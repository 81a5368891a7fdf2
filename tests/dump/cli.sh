#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# scap-dump as its users meet it: options, output that goes away, damaged traces.
# Last line: N passed, N failed, N skipped.
set -u
B=${B:-build}
dump=$B/bin/scap-dump
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
passed=0 failed=0 skipped=0

expect() { # WHAT WANTED GOT
	if [ "$2" = "$3" ]; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED %s\n  wanted: %s\n  got:    %s\n' "$1" "$2" "$3"
	fi
}

contains() { # WHAT PATTERN FILE
	if grep -qE -- "$2" "$3"; then
		passed=$((passed + 1))
	else
		failed=$((failed + 1))
		printf 'FAILED %s\n  nothing like %s in:\n' "$1" "$2"
		head -n 5 "$3"
	fi
}

trace=$tmp/t.scap
"$B/tools/gen-trace" -p 3 "$trace" 5000 >/dev/null || exit 1
"$dump" "$trace" >"$tmp/text"
events=$(wc -l <"$tmp/text")

expect "numbers are consecutive" "$(seq "$events" | md5sum)" \
	"$(awk '{ print $1 }' "$tmp/text" | md5sum)"
expect "a terminal is safe" 0 "$(LC_ALL=C grep -c '[^ -~]' "$tmp/text")"

"$dump" --events=10-14 "$trace" >"$tmp/some"
expect "--events=A-B" "$(sed -n 10,14p "$tmp/text")" "$(cat "$tmp/some")"
expect "--events=-B" "$(sed -n 1,3p "$tmp/text")" "$("$dump" --events=-3 "$trace")"
expect "--events=A-" "$(tail -n 2 "$tmp/text")" "$("$dump" --events=$((events - 1))- "$trace")"
expect "--events=A" "$(sed -n 7p "$tmp/text")" "$("$dump" --events=7 "$trace")"

pid=$(awk '/ fork: / { sub(",", "", $6); print $6; exit }' "$tmp/text")
"$dump" --pid="$pid" "$trace" >"$tmp/one"
expect "--pid shows that process" "$pid" "$(awk '{ print $3 }' "$tmp/one" | sort -u)"
expect "--pid shows all of it" "$(awk -v p="$pid" '$3 == p' "$tmp/text" | wc -l)" \
	"$(wc -l <"$tmp/one")"

"$dump" --events=$((events + 1)) "$trace" >"$tmp/none" 2>"$tmp/err"
expect "events behind the last one are said to be so" "0 scap-dump: the trace has $events events" "$(wc -l <"$tmp/none") $(cat "$tmp/err")"
"$dump" --pid=4194305 "$trace" >"$tmp/none" 2>"$tmp/err"
expect "a process that is not there, too" "0 scap-dump: no event of process or thread 4194305" "$(wc -l <"$tmp/none") $(cat "$tmp/err")"

"$dump" --domains "$trace" >"$tmp/domains"
expect "--domains adds a column" "$("$dump" --format=json "$trace" | sed -n 's/.*"tid":\([0-9]*\),"domain":\([0-9]*\),.*/\1 \2/p' | md5sum)" \
	"$(sed 's|/| |' "$tmp/domains" | awk '{ print $3, $4 }' | md5sum)"
expect "and changes nothing else" "$(md5sum <"$tmp/text")" "$(sed 's|/[0-9]* *| |' "$tmp/domains" | md5sum)"

"$dump" - <"$trace" >"$tmp/stdin"
expect "standard input" "$(md5sum <"$tmp/text")" "$(md5sum <"$tmp/stdin")"

( "$dump" "$trace"; echo $? >"$tmp/status" ) 2>"$tmp/err" | head -n 1 >/dev/null
expect "a reader that goes away is no error" "0 " "$(cat "$tmp/status") $(cat "$tmp/err")"
"$dump" "$trace" >/dev/full 2>"$tmp/err"
expect "a full disk is one" 2 $?
contains "and is named" 'standard output: No space left' "$tmp/err"

"$dump" --summary "$trace" >"$tmp/summary"
expect "--summary counts every call" \
	"$(grep -cE '^ *[0-9]+ +[0-9.]+ +[0-9]+ (<\.\.\. )?[a-z_0-9]+(\(.*| resumed>.*) = [^?]' "$tmp/text")" \
	"$(awk '$NF == "total" { print $2 }' "$tmp/summary")"
contains "--summary names the program" '^program ' "$tmp/summary"
contains "--summary names kernel and architecture" '^kernel .*x86_64' "$tmp/summary"

if command -v jq >/dev/null; then
	"$dump" --format=json "$trace" >"$tmp/json"
	expect "JSON is a header and an object for each event" $((events + 1)) \
		"$(jq -c . "$tmp/json" | wc -l)"
	expect "the header comes first" '"header"' "$(jq -c .type "$tmp/json" | head -n 1)"
	expect "every event has the common members" "$events" "$(jq -c 'select(.type != "header" and
		.number > 0 and .time >= 0 and .tid > 0 and .domain > 0 and (.spans | type == "array"))
		| 1' "$tmp/json" | wc -l)"
	expect "every call has name, number, arguments" 0 "$(jq -c 'select((.type == "syscall" or
		.type == "enter" or .type == "exit") and ((.name and .nr >= 0 and
		(.args | all(has("text") and has("raw") and has("symbolic")))) | not))' "$tmp/json" | wc -l)"
	expect "every end of a call has a result" 0 "$(jq -c 'select((.type == "syscall" or
		.type == "exit") and (has("result") and has("result_text") | not))' "$tmp/json" | wc -l)"
	expect "all others have a text" 0 "$(jq -c 'select(.type != "header" and .type != "syscall" and
		.type != "enter" and .type != "exit" and (has("text") | not))' "$tmp/json" | wc -l)"

	"$B/bin/scap-record" -q -o "$tmp/threads.scap" -- "$B/targets/threads" mutex >/dev/null
	"$dump" "$tmp/threads.scap" >"$tmp/text-threads"
	"$dump" --format=chrome "$tmp/threads.scap" | jq -c '.traceEvents[]' >"$tmp/chrome"
	expect "chrome: every slice that begins ends" "$(grep -c '"ph":"B"' "$tmp/chrome")" \
		"$(grep -c '"ph":"E"' "$tmp/chrome")"
	expect "chrome: split calls are slices" "$(grep -c 'unfinished\|= ?$' "$tmp/text-threads")" \
		"$(grep '"ph":"B"' "$tmp/chrome" | grep -c '"cat":"syscall"')"
	expect "chrome: four arrows to four threads" "4 4" \
		"$(grep -c '"ph":"s"' "$tmp/chrome") $(grep -c '"ph":"f"' "$tmp/chrome")"
	expect "chrome: turns do not overlap" 0 "$(jq -s '[.[] | select(.pid == 0 and .ph == "X")] |
		sort_by(.ts) | [.[1:], .[:-1]] | transpose |
		map(select(.[0].ts < .[1].ts + .[1].dur - 0.0005)) | length' "$tmp/chrome")"
	expect "chrome: every thread has its turns" 5 "$(jq -s '[.[] | select(.pid == 0 and .ph == "X") |
		.name] | unique | length' "$tmp/chrome")"
	"$dump" --format=chrome --events=3-9 "$trace" | jq -e .traceEvents >/dev/null
	expect "chrome: a part of a trace is a whole file" 0 $?
else
	echo "SKIPPED JSON: no jq"
	skipped=$((skipped + 1))
fi

size=$(stat -c %s "$trace")
head -c $((size / 2)) "$trace" >"$tmp/cut.scap"
"$dump" "$tmp/cut.scap" >"$tmp/out" 2>"$tmp/err"
expect "a cut trace gives status 2" 2 $?
contains "and says where" '^scap-dump: .*cut.scap: ' "$tmp/err"
expect "and shows what is sound" "$(head -n "$(wc -l <"$tmp/out")" "$tmp/text" | md5sum)" \
	"$(md5sum <"$tmp/out")"
"$dump" --summary "$tmp/cut.scap" >"$tmp/out" 2>"$tmp/err"
expect "so does the summary" 2 $?

for what in "no such file:$tmp/none" "text:$tmp/text" "an empty file:/dev/null"; do
	"$dump" "${what#*:}" >"$tmp/out" 2>"$tmp/err"
	expect "${what%%:*} gives status 2" "2 0" "$? $(wc -c <"$tmp/out")"
	contains "${what%%:*} has one message" '^scap-dump: ' "$tmp/err"
done
for option in --format=xml --events=5-3 --events=0 --events=x --pid=x --pid=0 --nonsense \
	"--summary --format=json"; do
	# shellcheck disable=SC2086
	"$dump" $option "$trace" >/dev/null 2>"$tmp/err"
	expect "$option gives status 2" 2 $?
done
"$dump" >/dev/null 2>"$tmp/err"
expect "no trace gives status 2" 2 $?

"$dump" --help >"$tmp/help"
for option in format summary pid events; do
	contains "--help describes --$option" "--$option" "$tmp/help"
done

echo "$passed passed, $failed failed, $skipped skipped"
[ $failed = 0 ]
