# SPDX-License-Identifier: GPL-2.0
# Everything around the programs: dependencies, tests, lint, demo.

# NAME-x86_64.c and NAME-arm64.c are for that architecture only.
unit_srcs  := $(filter-out %-$(ALIEN).c,$(wildcard tests/unit/test-*.c))
unit_help  := $(call objs,$(filter-out tests/unit/test-%,$(wildcard tests/unit/*.c)))
units      := $(patsubst %.c,$(B)/%,$(unit_srcs))
targets    := $(patsubst tests/targets/%.c,$(B)/targets/%,$(filter-out %-$(ALIEN).c,$(wildcard tests/targets/*.c)))
tools      := $(patsubst tests/tools/%.c,$(B)/tools/%,$(wildcard tests/tools/*.c))
# A bug that says itself how it is built is built by bugs/run.py, after its packages are there.
bugs       := $(patsubst bugs/%.c,$(B)/bugs/%,$(wildcard $(patsubst %/bug,%/*.c,$(shell grep -L '^build:' bugs/*/bug))))
benches    := $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/*.c))
test_objs  := $(call objs,$(unit_srcs)) $(unit_help) $(patsubst %,$(B)/tests/%.o,$(tools:$(B)/%=%))

## tests:      build the unit tests, target programs and tools
tests: $(units) $(targets) $(tools) $(bugs) $(benches)

$(B)/tests/unit/%: $(B)/tests/unit/%.o $(unit_help) $(LIBS_ALL)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS) -lcmocka
$(B)/tests/unit/test-point: | $(B)/targets/compute
$(B)/tools/%: $(B)/tests/tools/%.o $(LIBS_ALL)
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

# What is recorded is compiled like any program: no flags of ours but debug information.
# A target's own wishes stand in its source, in a line "// cflags: ...".
target_flags = $(shell sed -n 's|^// cflags: ||p' $(1))
$(B)/targets/%: tests/targets/%.c tests/targets/calls.h
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(W) -D_GNU_SOURCE -O1 -g $(TARGET_SYSROOT) $(call target_flags,$<) -o $@ $< -lpthread
$(B)/bench/%: tests/bench/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(W) -D_GNU_SOURCE -O2 -g $(TARGET_SYSROOT) -o $@ $<
$(B)/bugs/%: bugs/%.c
	@mkdir -p $(@D)
	$(CC) -std=gnu11 $(W) -D_GNU_SOURCE -O0 -g $(TARGET_SYSROOT) $(call target_flags,$<) -o $@ $< -lpthread

## deps:       install what building and testing needs (Debian; elsewhere: print the list)
deps:
	tests/deps.sh

## unit:       unit tests, plain and again under ASan and UBSan
SAN = -O1 -g -fno-omit-frame-pointer -fsanitize=address,undefined -fno-sanitize-recover=undefined
unit: unit-plain unit-san
unit-plain: $(units)
	tests/unit.sh $(units)
unit-san:
	$(MAKE) --no-print-directory B=$(B)/san CFLAGS='$(SAN)' unit-plain

## format:     a second reader, written from format/FORMAT.md alone, against the writer
format: $(B)/tools/gen-trace $(B)/bin/scap-record
	tests/format/run.sh $^

## e2e:        real programs recorded and replayed; E2E=PATTERN picks cases
e2e: all tests
	tests/e2e/run.py $(E2E)

## e2e-heavy:  the same with servers, runtimes and races that take minutes; part of check-full
e2e-heavy: all tests
	tests/e2e/run.py --heavy $(E2E)

## dump:       scap-dump as a program; its lines next to those of strace
dump: all tests
	tests/dump/run.sh

## page:       the pages that scap-diff and scap-replay write, in a headless Chromium; screenshots in build/page/
page: all tests
	tests/page/run.py

## arrows:     dependencies between folders run one way
arrows:
	tests/arrows.py

## kbuild:     include/scap built as kernel code
kbuild:
	tests/kbuild.sh $(B)/kbuild

## lint:       clang-tidy, cppcheck, checkpatch and shellcheck, no findings allowed
lint:
	tests/lint.sh

## check:      all but what takes long; last line: N passed, N failed, N skipped
check:
	tests/check.sh
## check-full: check, more tests of the module, its debug kernel, audit, fuzz and bench (four hours); STAGES='vm-debug fuzz': only these
check-full:
	tests/check.sh full

## audit:      every program under scap-record --audit; table coverage
audit: all tests
	tests/e2e/run.py --audit $(E2E)

## fuzz:       damaged traces into every reader, FUZZ_SECONDS long
FUZZ_SECONDS ?= 60
FUZZER = -O1 -g -fsanitize=fuzzer,address,undefined -fno-sanitize-recover=undefined
$(B)/fuzz-reader: tests/fuzz/fuzz-reader.c $(call lib_srcs,format) $(call lib_srcs,include/scap)
	clang -std=gnu11 -Iinclude -I. -D_GNU_SOURCE $(FUZZER) -o $@ $^ $(LIBS)

fuzz: all tests $(B)/fuzz-reader
	@mkdir -p $(B)/corpus
	ASAN_OPTIONS=quarantine_size_mb=4 $(B)/fuzz-reader -max_total_time=$(FUZZ_SECONDS) -max_len=2048 \
		-len_control=0 -rss_limit_mb=1024 -artifact_prefix=$(B)/corpus/ -print_final_stats=1 \
		$(B)/corpus >$(B)/fuzz-reader.log 2>&1 || { tail -n 40 $(B)/fuzz-reader.log; exit 1; }
	$(MAKE) --no-print-directory B=$(B)/san CFLAGS='$(SAN)' all
	tests/fuzz.py $(B)/san $(FUZZ_SECONDS)

## bench:      speed and memory, as ratios; BENCH=--save rewrites tests/bench/RESULTS.md
bench: all tests
	tests/bench/run.py $(BENCH)

## bugs:       real bugs recorded until they fail, and replayed: BUG=NN... BACKEND=ptrace|kmod BUGS=--save|--quick|--compare
BACKEND ?= ptrace
bugs: all tests
	bugs/run.py --backend=$(BACKEND) --made-by='make bugs$(if $(BUG), BUG="$(BUG)") BUGS="$(BUGS)"' $(BUG) $(BUGS)

## demo:       record a program until it fails, replay the failure five times
demo:
	@tests/deps.sh --quiet
	@$(MAKE) -s --no-print-directory all tests
	@tests/demo.sh

.PHONY: tests deps kbuild format unit unit-plain unit-san e2e e2e-heavy dump page arrows lint check check-full audit fuzz bench bugs demo
