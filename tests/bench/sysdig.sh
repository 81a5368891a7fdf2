#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Makes sysdig ready for bench-vm without installing it: tests/bench/sysdig.sh DIR leaves in
# DIR/sysdig a program with its libraries and scap.ko, its driver, for kernel 6.1 (Debian's
# source does not build on 6.12). DIR is where prepare.sh has put that kernel.
set -eu
top=$(cd "$1" && pwd)
root=$top/sysdig
packages='sysdig falcosecurity-scap-dkms libfalcosecurity0 libb64-0d libtbb12 libyaml-cpp0.7'

rm -rf "$root"
mkdir -p "$root"
for p in $packages; do
	ls "$top/packages/${p}_"*.deb >/dev/null 2>&1 ||
		(cd "$top/packages" && apt-get -qq download "$p" 2>/dev/null) || {
		echo "bench-vm: cannot download $p; run apt-get update, or see whether the mirror is reachable" >&2
		exit 1
	}
	dpkg -x "$top/packages/${p}_"*.deb "$root"
done
driver=$(echo "$root"/usr/src/scap-*)
make -s -C "$top/6.1/kdir" M="$driver" modules >"$root/driver.log" 2>&1 || {
	echo "bench-vm: sysdig's driver does not build: $root/driver.log" >&2
	exit 1
}
cp "$driver/scap.ko" "$root/scap.ko"
touch "$root/.ready"
