# SPDX-License-Identifier: GPL-2.0
# The kernel module, for the running kernel, for KDIR, or for the test machines.

## kmod:       scaprec.ko, into build/kmod; KDIR=: other headers than the running kernel's
KDIR ?= /lib/modules/$(shell uname -r)/build

# Kbuild writes beside its sources: each kernel gets a copy of them.
kmod_src := $(wildcard kmod/*.c kmod/*.h kmod/Kbuild include/scap/*)
define build_module
	@mkdir -p $(1)
	@cp -pu --parents $(kmod_src) $(1)
	$(MAKE) -s -C $(2) M=$(abspath $(1))/kmod modules
endef

kmod:
	@test -e $(KDIR)/Makefile || { echo "make kmod: no kernel headers at $(KDIR); on Debian:" \
		"apt-get install linux-headers-$$(uname -r), or give KDIR=" >&2; exit 1; }
	$(call build_module,$(B)/kmod,$(KDIR))

$(VM)/%/scaprec.ko: $(VM)/%/.ready $(kmod_src)
	$(call build_module,$(VM)/$*/module,$(abspath $(VM)/$*)/kdir)
	@cp $(VM)/$*/module/kmod/scaprec.ko $@

## install-kmod: the module to where modprobe finds it, and the device's udev rule
install-kmod: kmod
	install -D -m 644 $(B)/kmod/kmod/scaprec.ko \
		$(DESTDIR)/lib/modules/$(shell uname -r)/updates/scaprec.ko
	install -D -m 644 kmod/60-scaprec.rules $(DESTDIR)/lib/udev/rules.d/60-scaprec.rules
	getent group scap >/dev/null || groupadd --system scap
	depmod

.PHONY: kmod install-kmod
