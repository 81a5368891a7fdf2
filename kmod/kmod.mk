# SPDX-License-Identifier: GPL-2.0
# The kernel module, for the running kernel, for KDIR, or for the test machines.

## kmod:       scaprec.ko, into build/kmod; KDIR=: other headers than the running kernel's
KDIR ?= /lib/modules/$(shell uname -r)/build

# Kbuild writes beside its sources: each kernel gets a copy of them.
kmod_src := $(wildcard kmod/*.c kmod/*.h kmod/Kbuild include/scap/*)
define build_module
	@mkdir -p $(1)
	@cp -pu --parents $(kmod_src) $(1)
	$(MAKE) -s -C $(2) M=$(abspath $(1))/kmod $(3) modules
endef

kmod:
	@test -e $(KDIR)/Makefile || { echo "make kmod: no kernel headers at $(KDIR); on Debian and Ubuntu:" \
		"apt-get install linux-headers-$$(uname -r), on Fedora: dnf install kernel-devel-$$(uname -r);" \
		"or give KDIR=" >&2; exit 1; }
	$(call build_module,$(B)/kmod,$(abspath $(KDIR)))

cross := ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-
$(VM)/%/scaprec.ko: $(VM)/%/.ready $(kmod_src)
	$(call build_module,$(VM)/$*/module,$(abspath $(VM)/$*)/kdir,$(if $(findstring -arm64,$*),$(cross)))
	@cp $(VM)/$*/module/kmod/scaprec.ko $@

version     = $(shell sed -n 's/^\#define SCAP_VERSION "\(.*\)"/\1/p' include/scap/version.h)
krelease    = $(shell sed -n 's/^\#define UTS_RELEASE "\(.*\)"/\1/p' $(KDIR)/include/generated/utsrelease.h)
kmod_ko     = $(DESTDIR)/lib/modules/$(krelease)/updates/scaprec.ko
kmod_src_to = $(DESTDIR)/usr/src/scaprec-$(version)
kmod_rule   = $(DESTDIR)/lib/udev/rules.d/60-scaprec.rules
kmod_group  = $(DESTDIR)/usr/lib/sysusers.d/scaprec.conf

## install-kmod: the module for KDIR's kernel, its sources for DKMS, udev rule, group scap; DESTDIR=: files only
install-kmod: kmod
	install -D -m 644 $(B)/kmod/kmod/scaprec.ko $(kmod_ko)
	install -D -m 644 kmod/60-scaprec.rules $(kmod_rule)
	install -D -m 644 kmod/scaprec.sysusers $(kmod_group)
	install -d $(kmod_src_to)
	cp --parents $(kmod_src) $(kmod_src_to)
	sed 's/@VERSION@/$(version)/' kmod/dkms.conf >$(kmod_src_to)/dkms.conf
ifeq ($(DESTDIR),)
	getent group scap >/dev/null || groupadd --system scap
	depmod $(krelease)
	@echo "scaprec is installed: modprobe scaprec. For kernels to come: dkms add scaprec/$(version)"
endif

## uninstall-kmod: the same undone (the group stays: files may belong to it)
uninstall-kmod:
ifeq ($(DESTDIR),)
	! dkms status scaprec/$(version) 2>/dev/null | grep -q . || dkms remove scaprec/$(version) --all
endif
	rm -f $(kmod_ko) $(kmod_rule) $(kmod_group)
	rm -rf $(kmod_src_to)
ifeq ($(DESTDIR),)
	depmod $(krelease)
endif

## kmod-install-check: what install-kmod leaves can be built from, also by DKMS, and goes away again
kmod-install-check: $(VM)/6.1/.ready
	tests/kmod-install.sh $(abspath $(VM)/6.1/kdir)

.PHONY: kmod install-kmod uninstall-kmod kmod-install-check
