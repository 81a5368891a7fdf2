#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Fills DIR with what Debian's arm64 packages hold of our libraries. Works in an apt
# root of its own, so that the host need not learn a second architecture.
set -eu
dir=${1:?usage: sysroot-arm64.sh DIR}
packages='libc6-dev libseccomp-dev libunwind-dev libdw-dev libelf-dev libzstd-dev libxxhash-dev libjson-c-dev
	libzydis-dev libcmocka-dev linux-libc-dev'

rm -rf "$dir"
mkdir -p "$dir"
root=$(cd "$dir" && pwd)
APT_CONFIG=$(tests/apt-lists.sh "$root/.apt" 'APT::Architecture "arm64"; APT::Architectures { "arm64"; };
APT::Install-Recommends "false";')
export APT_CONFIG
# shellcheck disable=SC2086
apt-get -qq -y -d install $packages >/dev/null
for deb in "$root"/.apt/cache/archives/*.deb; do
	dpkg -x "$deb" "$root"
done
rm -rf "$root/.apt"
touch "$root/.ready"
