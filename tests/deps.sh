#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Installs the Debian packages that building and testing need, only those that
# are missing. Elsewhere it prints the list. --quiet: says nothing when all is there.
# --full: also what make check-full needs.
set -eu
quiet=
full=
case ${1:-} in
--quiet) quiet=1 ;;
--full)  full='bison flex bpftrace dkms linux-perf' ;;
esac

# One line a purpose; names are Debian 12's.
build='gcc make libc6-dev libseccomp-dev libunwind-dev libdw-dev libelf-dev libzstd-dev libxxhash-dev
	libjson-c-dev libzydis-dev'
tests='libcmocka-dev clang libclang-rt-14-dev clang-tidy cppcheck shellcheck python3 linux-headers-6.12-amd64
	chromium-headless-shell fonts-dejavu-core'
arm64='gcc-aarch64-linux-gnu dpkg-dev'
vm='qemu-system-x86 qemu-system-arm cpio xz-utils zstd kmod'
programs='bash bc binutils busybox-static coreutils curl dash file findutils gawk gdb git gzip iproute2 jq less
	man-db mawk openssl perl procps psmisc sed sqlite3 strace tar time util-linux vim xxd'

if ! command -v apt-get >/dev/null || ! command -v dpkg-query >/dev/null; then
	echo "scap needs (names of Debian 12; find your distribution's):"
	for p in $build $tests $arm64 $vm $programs $full; do echo "  $p"; done
	exit 0
fi

missing=
for p in $build $tests $arm64 $vm $programs $full; do
	state=$(dpkg-query -W -f '${db:Status-Status}' "$p" 2>/dev/null) || state=none
	[ "$state" = installed ] || missing="$missing $p"
done
if [ -z "$missing" ]; then
	[ -n "$quiet" ] || echo "deps: nothing is missing"
	exit 0
fi

sudo=
if [ "$(id -u)" != 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "deps: missing; install as root: apt-get install$missing" >&2
		exit 1
	fi
	sudo=sudo
fi
echo "deps: installing$missing"
$sudo apt-get -qq update
# shellcheck disable=SC2086
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends install $missing >/dev/null
