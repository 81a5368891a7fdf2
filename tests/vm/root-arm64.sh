#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The files of an arm64 test machine, which cannot use the host's programs:
# tests/vm/root-arm64.sh DIR. Our libraries, and what tests/e2e/cases run.
set -eu
dir=$1
ours='libcmocka0 libdw1 libjson-c5 libseccomp2 libunwind8 libxxhash0 libzydis4.0 libzstd1'
programs='base-files base-passwd bash bc busybox-static coreutils curl dash diffutils dpkg file findutils gawk git grep gzip iproute2
	jq kmod less libc-bin linux-libc-dev mawk mount ncurses-base netbase openssl perl procps psmisc python3 redis-server sed sqlite3 strace tar time
	tzdata util-linux vim xxd zstd'

# shellcheck disable=SC2086 # lists of names
tests/unpack-arm64.sh "$dir" $ours $programs
# what the packages' scripts would have done
ln -sf gawk "$dir/usr/bin/awk"
ln -sf vim.basic "$dir/usr/bin/vim"
ln -sf dash "$dir/usr/bin/sh"
cp "$dir/usr/share/base-passwd/passwd.master" "$dir/etc/passwd"
cp "$dir/usr/share/base-passwd/group.master" "$dir/etc/group"
cp "$dir/usr/share/libc-bin/nsswitch.conf" "$dir/etc/nsswitch.conf"
echo '127.0.0.1 localhost' >"$dir/etc/hosts"
echo vm >"$dir/etc/hostname"
mkdir -p "$dir/dev" "$dir/proc" "$dir/sys" "$dir/run" "$dir/tmp" "$dir/mnt" "$dir/root"
chmod 1777 "$dir/tmp"
