# SPDX-License-Identifier: GPL-2.0
# Stock Debian kernels under QEMU, one that checks itself (debug), and the kernel
# module for them.

KERNEL ?= 6.1
VM     := $(B)/vm

## vm:         CMD='...' in a virtual machine: KERNEL=6.1|6.12|debug|6.1-arm64 SMP=1 (with what is built here, as root)
vm: $(VM)/$(KERNEL)/.ready
	@tests/vm/run.py --kernel=$(KERNEL) --build=$(B) $(if $(SMP),--smp=$(SMP)) \
		$(if $(LIMIT),--limit=$(LIMIT)) -- sh -c "$$CMD"
export CMD

## vm-shell:   a shell in that machine
vm-shell: $(VM)/$(KERNEL)/.ready
	@tests/vm/run.py --kernel=$(KERNEL) --build=$(B) $(if $(SMP),--smp=$(SMP)) --shell

## vm-check:   the module on both stock kernels, one boot each; its traces replayed here.
##             vm-check-KERNEL: on that one; SUITE=suite-others.sh|suite-badinput.sh|...: other tests of it
vm-check: vm-check-6.1 vm-check-6.12
vm-check-%: all tests $(VM)/%/scaprec.ko
	B=$(B) tests/vm/check.sh $* $(SUITE)
## vm-check-6.1-arm64: the ptrace backend and the replayer on arm64; its traces looked into here
vm-check-6.1-arm64: all arm64 $(VM)/6.1-arm64/.ready
	B=$(B) tests/vm/check.sh 6.1-arm64 $(SUITE)

$(VM)/%/.ready: tests/vm/prepare.sh tests/vm/initrd.sh tests/vm/init
	tests/vm/prepare.sh $* $(VM)
$(VM)/6.1-arm64/.ready: $(VM)/root-arm64/.ready
$(VM)/root-arm64/.ready: tests/vm/root-arm64.sh tests/unpack-arm64.sh
	tests/vm/root-arm64.sh $(VM)/root-arm64
	touch $@
$(VM)/debug/.ready: tests/vm/debug-kernel.sh tests/vm/init tests/vm/initrd.sh tests/vm/debug.config \
		tests/vm/debug-kasan.config
	tests/vm/debug-kernel.sh $(VM)

## bench-vm:   what the module costs, beside sysdig, perf and strace: KERNEL=, SMP=2,1, BENCH='--quick|--save'
bench-vm: all tests $(VM)/$(KERNEL)/scaprec.ko $(VM)/extras/.ready
	B=$(B) tests/bench/vm.py --kernel=$(KERNEL) $(if $(SMP),--smp=$(SMP)) $(BENCH)

## bugs-vm:    real bugs (make bugs) with the module: KERNEL= BUG=NN... BUGS=--save
bugs-vm: all tests $(VM)/$(KERNEL)/scaprec.ko
	bugs/run.py --prepare $(BUG)
	tests/vm/run.py --kernel=$(KERNEL) --build=$(B) --module --memory=3072 --limit=$(or $(LIMIT),7200) --out=$(B)/bugs -- \
		env E2E_PATIENCE=8 bugs/run.py --backend=kmod $(if $(findstring save,$(BUGS)),--save=/mnt/out/RESULTS.md) $(BUG)
	$(if $(findstring save,$(BUGS)),cp $(B)/bugs/RESULTS.md bugs/RESULTS.md)

$(VM)/extras/.ready: tests/bench/extras.sh $(VM)/6.1/.ready
	tests/bench/extras.sh $(VM)

.PHONY: vm vm-shell vm-check bench-vm bugs-vm
