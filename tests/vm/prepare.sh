#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Makes a stock Debian kernel ready to boot: tests/vm/prepare.sh KERNEL DIR
# leaves in DIR/NAME: vmlinux, initrd.cpio, headers/ (to build modules with) and
# .ready. Packages are fetched by apt-get and unpacked, never installed; they stay in
# DIR/packages. For arm64, DIR/root-arm64 must be there.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
version=$1
dir=$2/$version
mkdir -p "$2/packages" "$dir"
top=$(cd "$2" && pwd)
dir=$top/$version

flavour=amd64 busybox=/bin/busybox kbuild=
case $version in
6.1)  meta=linux-image-amd64 kbuild=linux-kbuild-6.1 ;;
6.12) meta=linux-image-6.12-amd64 ;;
6.1-arm64) meta=linux-image-arm64 kbuild=linux-kbuild-6.1 flavour=arm64 ;;
6.12-arm64|6.12-arm64-16k) meta=linux-image-$version flavour=${version#6.12-} ;;
*)    echo "vm: no recipe for kernel $version; there are 6.1, 6.12, 6.1-arm64, 6.12-arm64, 6.12-arm64-16k" >&2; exit 2 ;;
esac
arch=${flavour%-16k}
[ "$arch" = amd64 ] || busybox=$top/root-arm64/usr/bin/busybox
# In this order; which of them a kernel has built in differs.
modules='drivers/virtio/virtio_ring drivers/virtio/virtio drivers/virtio/virtio_pci_legacy_dev
	drivers/virtio/virtio_pci_modern_dev drivers/virtio/virtio_pci fs/netfs/netfs fs/fscache/fscache
	net/9p/9pnet net/9p/9pnet_virtio fs/9p/9p fs/overlayfs/overlay fs/fuse/fuse'

# one at a time: they share apt's lists
exec 9>"$top/packages/.lock"
flock 9

# The newest release that apt knows of, and its packages.
fetch_all() {
	release=$(apt-cache depends "$meta" 2>/dev/null |
		sed -n "s/^ *Depends: linux-image-\([^ ]*-$flavour\)$/\1/p" | head -n 1)
	[ -n "$release" ] || return 1
	common=${release%-"$flavour"}-common
	packages="linux-image-$release linux-headers-$release linux-headers-$common"
	for p in $packages; do
		"$here/fetch.sh" "$top/packages" "$p" || return 1
	done
}
if [ "$arch" != amd64 ] || ! fetch_all; then
	# of another architecture, or the host's lists are missing or name a release that the mirror has no more
	APT_CONFIG=$("$here/../apt-lists.sh" "$top/packages/apt-$arch" "$arch")
	export APT_CONFIG
	fetch_all || { echo "vm: no $meta to be had; it comes from Debian 12's mirrors" >&2; exit 1; }
	unset APT_CONFIG
fi
# its programs run here, whatever they build for
kbuild=${kbuild:-linux-kbuild-${release%-"$flavour"}}
"$here/fetch.sh" "$top/packages" "$kbuild"
packages="$packages $kbuild"

rm -rf "$dir"
mkdir -p "$dir/image" "$dir/headers"
dpkg -x "$top/packages/linux-image-$release"_*.deb "$dir/image"
for p in $packages; do
	[ "$p" = "linux-image-$release" ] || dpkg -x "$top"/packages/"${p}"_*.deb "$dir/headers"
done

# The ELF inside the bzImage boots seconds faster (PVH); Documentation/x86/boot.rst
# has the fields: setup_sects, payload_offset, payload_length.
inside_bzimage() {
	python3 - "$1" "$dir/payload" <<'PY'
import struct
import sys
image = open(sys.argv[1], "rb").read()
offset, length = struct.unpack_from("<II", image, 0x248)
at = (image[0x1f1] + 1) * 512 + offset
open(sys.argv[2], "wb").write(image[at:at + length])
PY
	if [ "$(head -c 4 "$dir/payload" | od -An -tx1 | tr -d ' ')" = 28b52ffd ]; then
		# behind zstd's frame stand 4 bytes with its size
		head -c -4 "$dir/payload" | zstd -qdc >"$dir/vmlinux"
	else
		head -c -4 "$dir/payload" | xz -qdc --single-stream >"$dir/vmlinux"
	fi
	rm "$dir/payload"
}
case $arch in
amd64) inside_bzimage "$dir/image/boot/vmlinuz-$release" ;;
arm64) cp "$dir/image/boot/vmlinuz-$release" "$dir/vmlinux" ;;
esac

present() {
	for m in $modules; do
		file=$dir/image/lib/modules/$release/kernel/$m.ko
		[ ! -e "$file" ] && [ ! -e "$file.xz" ] || echo "$file"
	done
}
# shellcheck disable=SC2046 # a list of names
"$here/initrd.sh" "$dir" "$busybox" $(present)

# headers live elsewhere than their Makefile believes; no vmlinux, so no BTF for modules
sed -i "s|/usr/src/|$dir/headers/usr/src/|" "$dir/headers/usr/src/linux-headers-$release/Makefile"
rm -f "$dir/headers/usr/src/linux-headers-$release/vmlinux"
ln -sfn "headers/usr/src/linux-headers-$release" "$dir/kdir"
for link in scripts tools; do
	to=$dir/headers/usr/src/linux-headers-$release/$link
	[ ! -L "$to" ] || ln -sfn "$dir/headers/$(readlink -m "$to" | sed "s|^$dir/headers/||; s|^/||")" "$to"
done
echo "$release" >"$dir/release"
rm -rf "$dir/image"
touch "$dir/.ready"
