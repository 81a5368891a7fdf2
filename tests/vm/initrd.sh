#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The initial RAM disk: busybox, init, and the modules that lead to the host's files:
# tests/vm/initrd.sh DIR BUSYBOX [MODULE...] makes DIR/initrd.cpio; modules load in this order.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$1
busybox=$2
shift 2
root=$dir/initrd
mkdir -p "$root/bin" "$root/modules" "$root/proc" "$root/sys" "$root/dev" "$root/host" "$root/share" \
	"$root/upper" "$root/new"
cp "$busybox" "$root/bin/busybox"
install -m 755 "$here/init" "$root/init"
n=10
for file; do
	to=$root/modules/$n-$(basename "${file%.ko}").ko
	if [ -e "$file.xz" ]; then xz -dc "$file.xz" >"$to"; else cp "$file" "$to"; fi
	n=$((n + 1))
done
(cd "$root" && find . | cpio --quiet -o -H newc) >"$dir/initrd.cpio"
