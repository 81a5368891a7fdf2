#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# A Debian package as a file, not installed: tests/vm/fetch.sh DIR PACKAGE leaves PACKAGE_*.deb
# in DIR, fetched once. Exit status 3: it cannot be fetched.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dir=$1
name=$2

download() {
	(cd "$dir" && apt-get -qq download "$name" 2>/dev/null)
}

ls "$dir/${name}_"*.deb >/dev/null 2>&1 && exit 0
mkdir -p "$dir"
echo "vm: fetching $name"
download && exit 0
APT_CONFIG=$("$here/../apt-lists.sh" "$dir/apt") && export APT_CONFIG && download && exit 0
echo "vm: cannot download $name: see what apt-get update says, and whether the mirror is reachable" >&2
exit 3
