#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Debian's kernel source: tests/vm/linux-source.sh PACKAGES DIR [PATH...] unpacks it, or only
# these paths of it, into DIR. The package is fetched once into PACKAGES, never installed.
# Exit status 3: it cannot be fetched (140 MB).
set -eu
packages=$1
dir=$2
shift 2
name=linux-source-6.1

mkdir -p "$dir"
"$(dirname "$0")/fetch.sh" "$packages" $name
deb=$(find "$packages" -name "${name}_*.deb" | sort | tail -n 1)
for path; do
	shift
	set -- "$@" "$name/$path"
done
dpkg-deb --fsys-tarfile "$deb" | tar -xO "./usr/src/$name.tar.xz" |
	tar -xJ -C "$dir" --strip-components=1 "$@"
