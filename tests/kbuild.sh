#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# include/scap/ is the kernel module's code too: builds all of it as kernel code,
# warnings are errors, and says which symbols it wants of the kernel. DIR: where.
set -eu
dir=${1:-build/kbuild}
headers=$(find /usr/src -maxdepth 1 -name 'linux-headers-6.12*-amd64' | sort | tail -n 1)
if [ -z "$headers" ]; then
	echo "kbuild: no linux-headers-6.12-amd64 under /usr/src: make deps" >&2
	exit 1
fi
mkdir -p "$dir/scap"
cp include/scap/*.c include/scap/*.h include/scap/*.def "$dir/scap"
cat >"$dir/main.c" <<'END'
#include <linux/module.h>
MODULE_DESCRIPTION("include/scap as kernel code");
MODULE_LICENSE("GPL");
END
cat >"$dir/Kbuild" <<'END'
ccflags-y := -I$(src) -Werror -Wframe-larger-than=1024
obj-m := scap_include.o
scap_include-y := main.o $(patsubst $(src)/%.c,%.o,$(wildcard $(src)/scap/*.c))
END
make -s -C "$headers" M="$(cd "$dir" && pwd)" modules
strange=$(nm -u "$dir/scap_include.o" |
	grep -Ev ' (__fentry__|__stack_chk_fail|__x86_.*|memchr|memcpy|memset|strcmp|__fortify_panic)$' || true)
if [ -n "$strange" ]; then
	echo "kbuild: include/scap wants of the kernel:" "$strange" >&2
	exit 1
fi
