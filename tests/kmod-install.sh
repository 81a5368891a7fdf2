#!/bin/bash
# SPDX-License-Identifier: GPL-2.0
# `make install-kmod` into a directory: what is there can be built from, by hand and by DKMS, this
# machine is as it was, and uninstall-kmod leaves nothing. tests/kmod-install.sh KDIR: a kernel's headers.
# Last line: N passed, N failed, N skipped.
set -u
kdir=$1
dest=$(mktemp -d)
trap 'rm -rf "$dest"' EXIT
passed=0 failed=0
check() {
	local name=$1 said
	shift
	if said=$("$@" 2>&1); then
		passed=$((passed + 1)) && echo "ok $name"
	else
		failed=$((failed + 1)) && echo "FAILED $name: $said"
	fi
}

release=$(sed -n 's/^#define UTS_RELEASE "\(.*\)"/\1/p' "$kdir/include/generated/utsrelease.h")
version=$(sed -n 's/^#define SCAP_VERSION "\(.*\)"/\1/p' include/scap/version.h)
source=$dest/usr/src/scaprec-$version

installs() {
	local group
	group=$(getent group scap)
	make -s install-kmod KDIR="$kdir" DESTDIR="$dest" && [ "$(getent group scap)" = "$group" ] &&
	[ -s "$dest/lib/modules/$release/updates/scaprec.ko" ] && [ ! -e "$dest/lib/modules/$release/modules.dep" ] &&
	grep -q 'GROUP="scap"' "$dest/lib/udev/rules.d/60-scaprec.rules" && [ -s "$source/dkms.conf" ]
}
same_version() {
	[ "$(modinfo -F version "$dest/lib/modules/$release/updates/scaprec.ko")" = "$version" ] &&
	build/bin/scap-record --version | grep -q " $version\$"
}
by_hand() {
	cp -r "$source" "$dest/copy" && make -s -C "$kdir" M="$dest/copy/kmod" modules && [ -s "$dest/copy/kmod/scaprec.ko" ]
}
by_dkms() {
	mkdir "$dest/dkms" &&
	dkms build "scaprec/$version" --dkmstree "$dest/dkms" --sourcetree "$dest/usr/src" --kernelsourcedir "$kdir" -k "$release" &&
	find "$dest/dkms" -name 'scaprec.ko*' | grep -q .
}
uninstalls() {
	make -s uninstall-kmod KDIR="$kdir" DESTDIR="$dest" && rm -rf "$dest/copy" "$dest/dkms" && ! find "$dest" -type f | grep .
}
no_headers() {
	! make -s kmod KDIR=/nowhere 2>"$dest/said" && grep -q "apt-get install linux-headers-$(uname -r)" "$dest/said"
}
check install installs
check one-version same_version
check built-by-hand by_hand
check built-by-dkms by_dkms
check uninstall uninstalls
check missing-headers no_headers
echo "$passed passed, $failed failed, 0 skipped"
[ $failed = 0 ]
