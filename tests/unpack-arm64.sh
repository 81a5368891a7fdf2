#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Fills DIR with Debian's arm64 packages and all that they depend on: tests/unpack-arm64.sh DIR
# PACKAGE... Works in an apt root of its own, so that the host need not learn a second
# architecture; nothing is installed, no package's script runs.
set -eu
dir=$1
shift
rm -rf "$dir"
mkdir -p "$dir"
root=$(cd "$dir" && pwd)
APT_CONFIG=$(tests/apt-lists.sh "$root/.apt" arm64)
export APT_CONFIG
apt-get -qq -y -d install "$@" >/dev/null
# one /usr, as an installer leaves it
for link in bin sbin lib; do
	mkdir -p "$root/usr/$link"
	ln -s "usr/$link" "$root/$link"
done
# and what dpkg would know of them
known=$root/var/lib/dpkg
mkdir -p "$known/info"
for deb in "$root"/.apt/cache/archives/*.deb; do
	dpkg-deb --fsys-tarfile "$deb" | tar -x --keep-directory-symlink -C "$root"
	package=$(dpkg-deb --field "$deb" Package)
	dpkg-deb --ctrl-tarfile "$deb" | tar -xO ./md5sums >"$known/info/$package.md5sums" 2>/dev/null || true
	{ dpkg-deb --field "$deb"; echo "Status: install ok installed"; echo; } >>"$known/status"
done
rm -rf "$root/.apt"
