#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# clang-tidy (.clang-tidy says which checks), cppcheck, checkpatch and shellcheck; no findings
# allowed.
set -u
cd "$(dirname "$0")/.." || exit 1
status=0
flags='-std=gnu11 -Iinclude -I. -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64'
sources=$(git ls-files 'include/*.c' 'format/*.c' 'recorder/*.c' 'replayer/*.c' 'tests/tools/*.c' |
	grep -v '/arch-arm64')

echo "$sources" | xargs -P "$(nproc)" -n 4 sh -c \
	'clang-tidy --quiet "$@" -- '"$flags"' 2>/dev/null' tidy || status=1

# shellcheck disable=SC2086
cppcheck -j "$(nproc)" --quiet --std=c11 --error-exitcode=1 --inline-suppr \
	--enable=warning,performance,portability --suppressions-list=tests/cppcheck.txt \
	-Iinclude -I. -D_GNU_SOURCE -D__x86_64__ $sources 2>&1 || status=1

skipped=0
tests/checkpatch.sh build
case $? in
0) ;;
77) skipped=1 ;;
*) status=1 ;;
esac

# shellcheck disable=SC2046
shellcheck -x $(git ls-files '*.sh') .ci/run || status=1
[ $status = 0 ] && echo "lint: clean"
echo "$((1 - status)) passed, $status failed, $skipped skipped"
exit $status
