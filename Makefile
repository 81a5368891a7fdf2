# SPDX-License-Identifier: GPL-2.0
# scap: everything is built into $(B), programs into $(B)/bin.
B      ?= build
CC     ?= gcc
CFLAGS ?= -O2 -g
W       = -Wall -Wextra -Werror
ALL_CFLAGS = -std=gnu11 $(W) -Iinclude -I. -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -MMD -MP $(CFLAGS)

lib_srcs   = $(filter-out $(1)/scap-%,$(wildcard $(1)/*.c))
plan_srcs  = $(call lib_srcs,include/scap)
fmt_srcs   = $(call lib_srcs,format)
tracee_srcs= $(call lib_srcs,recorder/tracee)
rec_srcs   = $(call lib_srcs,recorder)
rep_srcs   = $(call lib_srcs,replayer)
objs       = $(patsubst %.c,$(B)/%.o,$(1))

BINS = $(patsubst %.c,$(B)/bin/%,$(notdir $(wildcard format/scap-*.c recorder/scap-*.c replayer/scap-*.c)))
LIBS = -lseccomp -lunwind-ptrace -lunwind-generic -lunwind -ldw -lelf -lzstd -lxxhash -ljson-c -lZydis -lpthread

all: $(BINS)

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -c -o $@ $<

$(B)/libplan.a:   $(call objs,$(plan_srcs))
$(B)/libformat.a: $(call objs,$(fmt_srcs))
$(B)/libtracee.a: $(call objs,$(tracee_srcs))
$(B)/librecorder.a: $(call objs,$(rec_srcs))
$(B)/libreplayer.a: $(call objs,$(rep_srcs))
$(B)/%.a:
	@mkdir -p $(@D)
	rm -f $@; $(AR) rcs $@ $^

$(B)/bin/scap-record: $(B)/recorder/scap-record.o $(B)/librecorder.a $(B)/libtracee.a $(B)/libformat.a $(B)/libplan.a
$(B)/bin/scap-replay: $(B)/replayer/scap-replay.o $(B)/libreplayer.a $(B)/libtracee.a $(B)/libformat.a $(B)/libplan.a
$(B)/bin/scap-dump: $(B)/format/scap-dump.o $(B)/libformat.a $(B)/libplan.a
$(B)/bin/scap-diff: $(B)/format/scap-diff.o $(B)/libformat.a $(B)/libplan.a
$(B)/bin/%:
	@mkdir -p $(@D)
	$(CC) $(CFLAGS) $(LDFLAGS) -o $@ $^ $(LIBS)

clean:
	rm -rf $(B)
.PHONY: all clean
.SECONDARY:
-include $(shell find $(B) -name '*.d' 2>/dev/null)
