# SPDX-License-Identifier: GPL-2.0
# Stock Debian kernels under QEMU, one that checks itself (debug), and the kernel
# module for them.

KERNEL ?= 6.1
VM     := $(B)/vm

# What the machine of a kernel gets from here.
VM_OF    := $(if $(findstring arm64,$(KERNEL)),$(B)/arm64,$(B))
VM_NEEDS := $(if $(findstring arm64,$(KERNEL)),arm64,all) $(VM)/$(KERNEL)/scaprec.ko
VM_RUN   := tests/vm/run.py --kernel=$(KERNEL) --build=$(B) $(if $(SMP),--smp=$(SMP)) $(if $(CPU),--cpu=$(CPU)) --module

## vm:         CMD='...' in a virtual machine with the module: KERNEL=6.1|6.12|debug|6.1-arm64|... SMP=1 LIMIT=SECONDS
##             (what is built here, as root; files that it makes in this directory come back)
vm: $(VM_NEEDS)
	@$(VM_RUN) --out=. $(if $(LIMIT),--limit=$(LIMIT)) -- tests/vm/command.sh $(VM_OF) "$$CMD"
export CMD

## vm-command-check: that command, and the replay of its trace here
vm-command-check: export CMD := scap-record --backend=kmod -o vm.scap python3 -c "import os, random; print(random.random(), os.getpid())"
vm-command-check:
	$(MAKE) -s vm >$(B)/vm.out
	$(B)/bin/scap-replay vm.scap 2>$(B)/vm.said | diff - $(B)/vm.out || grep 'cpuid instruction cannot be held back' $(B)/vm.said
	rm vm.scap

## vm-shell:   a shell in that machine
vm-shell: $(VM_NEEDS)
	@$(VM_RUN) --shell

## vm-check:   the module on both stock kernels, one boot each; its traces replayed here.
##             vm-check-KERNEL: on that one; SUITE=suite-others.sh|suite-badinput.sh|...: other tests of it;
##             CPU=max, on arm64: a processor with SVE and pointer authentication
vm-check: vm-check-6.1 vm-check-6.12
vm-check-%: all tests $(VM)/%/scaprec.ko
	B=$(B) tests/vm/check.sh $* $(SUITE)
## vm-check-6.1-arm64: (6.12-arm64, 6.12-arm64-16k) both backends and the replayer on arm64; its traces looked into here
ARM64_KERNELS := 6.1-arm64 6.12-arm64 6.12-arm64-16k
$(ARM64_KERNELS:%=vm-check-%): vm-check-%: all arm64 $(VM)/%/scaprec.ko
	B=$(B) tests/vm/check.sh $* $(SUITE)

$(VM)/%/.ready: tests/vm/prepare.sh tests/vm/initrd.sh tests/vm/init
	tests/vm/prepare.sh $* $(VM)
$(ARM64_KERNELS:%=$(VM)/%/.ready): $(VM)/root-arm64/.ready
$(VM)/root-arm64/.ready: tests/vm/root-arm64.sh tests/unpack-arm64.sh
	tests/vm/root-arm64.sh $(VM)/root-arm64
	touch $@
$(VM)/debug/.ready: tests/vm/debug-kernel.sh tests/vm/init tests/vm/initrd.sh tests/vm/debug.config \
		tests/vm/debug-kasan.config
	tests/vm/debug-kernel.sh $(VM)

## bench-vm:   what the module costs, beside sysdig, perf and strace: KERNEL=, SMP=2,1, BENCH='--quick|--save'
bench-vm: tests $(VM_NEEDS) $(if $(findstring arm64,$(KERNEL)),,$(VM)/extras/.ready)
	B=$(B) tests/bench/vm.py --kernel=$(KERNEL) $(if $(SMP),--smp=$(SMP)) $(BENCH)

## bugs-vm:    real bugs (make bugs) with the module: KERNEL= BUG=NN... BUGS=--save (rows of a machine that did not end are kept)
bugs-vm: all tests $(VM)/$(KERNEL)/scaprec.ko
	bugs/run.py --prepare $(BUG)
	rm -rf $(B)/bugs-vm
	status=0; tests/vm/run.py --kernel=$(KERNEL) --build=$(B) --module --memory=3072 --limit=$(or $(LIMIT),7200) --out=$(B)/bugs-vm -- \
		env E2E_PATIENCE=8 bugs/run.py --backend=kmod $(if $(findstring save,$(BUGS)),--save=/mnt/out/RESULTS.md) \
		--made-by='make bugs-vm KERNEL=$(KERNEL)$(if $(BUG), BUG="$(BUG)") BUGS=--save' $(BUG) || status=$$?; \
	[ ! -e $(B)/bugs-vm/RESULTS.md ] || bugs/run.py --merge=$(B)/bugs-vm/RESULTS.md; exit $$status

$(VM)/extras/.ready: tests/bench/extras.sh $(VM)/6.1/.ready
	tests/bench/extras.sh $(VM)

.PHONY: vm vm-command-check vm-shell vm-check bench-vm bugs-vm
