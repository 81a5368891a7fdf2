#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Package lists of our own, where the host has none or outdated ones (apt-get update needs
# root, and may never have been run) or those of another architecture: tests/apt-lists.sh DIR
# [ARCHITECTURE] fetches them into DIR and prints the APT_CONFIG that uses them. The host's
# sources and keys are used as they are, its packages are not seen.
set -eu
mkdir -p "$1/lists/partial" "$1/cache/archives/partial"
dir=$(cd "$1" && pwd)
arch=${2:-$(dpkg --print-architecture)}
: >"$dir/status"
cat >"$dir/apt.conf" <<END
APT::Sandbox::User "";
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Install-Recommends "false";
Dir::State "$dir";
Dir::State::status "$dir/status";
Dir::Cache "$dir/cache";
Acquire::Languages "none";
END
APT_CONFIG=$dir/apt.conf apt-get -qq update >&2
echo "$dir/apt.conf"
