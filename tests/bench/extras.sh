#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# What bench-vm compares with, unpacked, not installed: tests/bench/extras.sh DIR leaves in
# DIR/extras: root (sysdig, redis and their libraries) and scap.ko, sysdig's driver, for
# kernel 6.1 (Debian's source does not build on 6.12). DIR is where prepare.sh has put that kernel.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$1" && pwd)
dir=$top/extras
packages='sysdig falcosecurity-scap-dkms libfalcosecurity0 libb64-0d libtbb12 libyaml-cpp0.7 libluajit-5.1-2
	redis-tools libjemalloc2 liblzf1 libatomic1'

rm -rf "$dir"
mkdir -p "$dir/root"
for p in $packages; do
	"$here/../vm/fetch.sh" "$top/packages" "$p"
	dpkg -x "$top/packages/${p}_"*.deb "$dir/root"
done
# Debian's server is a link to this program, in a package whose other half would start it
ln -sf redis-check-rdb "$dir/root/usr/bin/redis-server"
driver=$(echo "$dir"/root/usr/src/scap-*)
make -s -C "$top/6.1/kdir" M="$driver" modules >"$dir/driver.log" 2>&1 || {
	echo "bench-vm: sysdig's driver does not build: $dir/driver.log" >&2
	exit 1
}
cp "$driver/scap.ko" "$dir/scap.ko"
touch "$dir/.ready"
