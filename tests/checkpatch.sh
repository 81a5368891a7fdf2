#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The kernel's own checkpatch.pl over all that scaprec.ko is made of; no findings allowed.
# tests/checkpatch.sh DIR keeps the script (from Debian's linux-source) in DIR/checkpatch.
# Exit status 77: it cannot be had.
set -u
dir=$1
tool=$dir/checkpatch/scripts/checkpatch.pl
if [ ! -e "$tool" ]; then
	tests/vm/linux-source.sh "$dir/vm/packages" "$dir/checkpatch" \
		scripts/checkpatch.pl scripts/spelling.txt scripts/const_structs.checkpatch
	status=$?
	if [ $status = 3 ]; then
		echo "SKIPPED checkpatch: linux-source is not here and cannot be fetched"
		exit 77
	fi
	[ $status = 0 ] || exit 1
fi

# kmod/ ignores nothing. include/scap/ is compiled in programs, too, and there ignored are
#   ARRAY_SIZE BIT_MACRO CAMELCASE                   the kernel's macros (and _Static_assert behind one)
#   COMPLEX_MACRO MACRO_ARG_REUSE BRACKET_SPACE      rows of a table are made by macros
shared=ARRAY_SIZE,BIT_MACRO,CAMELCASE,COMPLEX_MACRO,MACRO_ARG_REUSE,BRACKET_SPACE
status=0
checkpatch() {
	perl "$tool" --no-tree --strict --show-types --terse --no-summary --max-line-length=100 "$@" || status=1
}
checkpatch -f kmod/*.[ch]
checkpatch --ignore=$shared -f include/scap/*.[ch]
exit $status
