# SPDX-License-Identifier: GPL-2.0
# scap: everything is built into $(B), programs into $(B)/bin. `make help` lists the targets.
B      ?= build
CC     ?= gcc
CFLAGS ?= -O2 -g
PREFIX ?= /usr/local
W       = -Wall -Wextra -Werror
ALL_CFLAGS = -std=gnu11 $(W) -Iinclude -I. -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -MMD -MP $(CFLAGS)

# The architecture is the compiler's. A file arch-NAME*.c or arch-NAME*.S is built for NAME only.
ARCH      := $(if $(findstring aarch64,$(shell $(CC) -dumpmachine 2>/dev/null)),arm64,x86_64)
ALIEN     := $(if $(filter arm64,$(ARCH)),x86_64,arm64)
# Sources of a folder's library: all but the main programs (scap-*.c).
lib_srcs   = $(filter-out $(1)/scap-% $(1)/arch-$(ALIEN)%,$(wildcard $(1)/*.c $(1)/*.S))
objs       = $(patsubst %,$(B)/%.o,$(basename $(1)))

libplan     := $(call objs,$(call lib_srcs,include/scap))
libformat   := $(call objs,$(call lib_srcs,format))
libtracee   := $(call objs,$(call lib_srcs,recorder/tracee))
librecorder := $(call objs,$(call lib_srcs,recorder))
libreplayer := $(call objs,$(call lib_srcs,replayer))
mains       := $(wildcard format/scap-*.c recorder/scap-*.c replayer/scap-*.c)
bins        := $(patsubst %.c,$(B)/bin/%,$(notdir $(mains)))
# Static libraries in link order: each one needs only what stands behind it.
LIBS_ALL     = $(patsubst %,$(B)/lib%.a,recorder replayer tracee format plan)
LIBS = -Wl,--as-needed -lseccomp -lunwind-ptrace -lunwind-generic -lunwind -ldw -lelf -lzstd -lxxhash \
       -ljson-c -lZydis -lpthread -lm

all: $(bins)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<
$(B)/%.o: %.S
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/libplan.a:     $(libplan)
$(B)/libformat.a:   $(libformat)
$(B)/libtracee.a:   $(libtracee)
$(B)/librecorder.a: $(librecorder)
$(B)/libreplayer.a: $(libreplayer)
$(B)/%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(AR) rcs $@ $^

dep_record = recorder tracee format plan
dep_replay = replayer tracee format plan
dep_dump   = format plan
dep_diff   = format plan
define main_rule
$(B)/bin/$(notdir $(1)): $(B)/$(1).o $(patsubst %,$(B)/lib%.a,$(dep_$(patsubst scap-%,%,$(notdir $(1)))))
endef
$(foreach m,$(basename $(mains)),$(eval $(call main_rule,$(m))))
$(B)/bin/%:
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install -m 755 $(bins) $(DESTDIR)$(PREFIX)/bin

clean:
	rm -rf $(B)

# Comments that begin with "## target:" are the help.
help:
	@sed -n 's/^## //p' $(MAKEFILE_LIST)

## all:        the programs, into build/bin
## install:    programs into $(DESTDIR)$(PREFIX)/bin
## clean:      remove build/
include tests/tests.mk
include tests/vm.mk
include kmod/kmod.mk
include tests/arm64.mk

.PHONY: all install clean help
.SECONDARY:
.DELETE_ON_ERROR:
-include $(patsubst %.o,%.d,$(libplan) $(libformat) $(libtracee) $(librecorder) $(libreplayer) \
	$(call objs,$(mains)) $(test_objs))
