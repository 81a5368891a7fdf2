# SPDX-License-Identifier: GPL-2.0
# Cross build of everything for arm64, against a private tree of Debian's arm64
# packages: the host's package data base is not touched.

SYSROOT := $(B)/sysroot-arm64

## arm64:      cross build into build/arm64
arm64: $(SYSROOT)/.ready
	$(MAKE) --no-print-directory B=$(B)/arm64 CC=aarch64-linux-gnu-gcc AR=aarch64-linux-gnu-ar \
		CFLAGS='-O2 -g --sysroot=$(abspath $(SYSROOT))' \
		TARGET_SYSROOT='--sysroot=$(abspath $(SYSROOT))' all tests

$(SYSROOT)/.ready: tests/unpack-arm64.sh tests/apt-lists.sh
	tests/unpack-arm64.sh $(SYSROOT) libc6-dev libseccomp-dev libunwind-dev libdw-dev libelf-dev libzstd-dev \
		libxxhash-dev libjson-c-dev libzydis-dev libcmocka-dev linux-libc-dev
	touch $@

.PHONY: arm64
