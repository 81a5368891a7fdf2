#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A kernel that checks itself (memory, locks, sleeps), from Debian's linux-source-6.1:
# tests/vm/debug-kernel.sh DIR leaves in DIR/debug what prepare.sh leaves of a stock kernel.
# A quarter of an hour on two cores, once.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
for tool in bison flex bc; do
	command -v $tool >/dev/null || { echo "vm: building a kernel needs $tool: tests/deps.sh --full" >&2; exit 1; }
done

mkdir -p "$1/packages"
top=$(cd "$1" && pwd)
dir=$top/debug
source=$top/linux-source
if [ ! -e "$source/.unpacked" ]; then
	rm -rf "$source"
	"$here/linux-source.sh" "$top/packages" "$source"
	# where PVH enters the kernel there is no shadow memory yet; it calls memcmp()
	printf '%s_SANITIZE := n\n' KASAN UBSAN >>"$source/arch/x86/platform/pvh/Makefile"
	printf '%s_SANITIZE_string.o := n\n' KASAN UBSAN >>"$source/lib/Makefile"
	touch "$source/.unpacked"
fi

mkdir -p "$dir/kdir"
cat "$here/debug.config" "$here/debug-kasan.config" >"$dir/wanted"
make -s -C "$source" O="$dir/kdir" KCONFIG_ALLCONFIG="$dir/wanted" allnoconfig >/dev/null
# an option that this kernel does not know, or that lacks another one, must not vanish silently
lost=$(grep -vxFf "$dir/kdir/.config" "$dir/wanted" | grep '^CONFIG' || true)
if [ -n "$lost" ]; then
	echo "vm: the debug kernel is not configured as wanted: $lost" >&2
	exit 1
fi
make -s -C "$dir/kdir" -j"$(nproc)" vmlinux modules
cp "$dir/kdir/vmlinux" "$dir/vmlinux"
make -s -C "$dir/kdir" kernelrelease >"$dir/release"
"$here/initrd.sh" "$dir" /bin/busybox
touch "$dir/.ready"
