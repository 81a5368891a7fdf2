// SPDX-License-Identifier: GPL-2.0
/*
 * Where a stopped thread is: frames from libunwind (ptrace), names and lines
 * from the ELF files and debug information that elfutils finds for its maps.
 */
#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libunwind-ptrace.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "replay.h"

#define FRAMES_MAX 64

static char *debuginfo_path;

/* Of the backtrace in the making: elfutils hands nothing of ours to its callbacks. */
static const struct contents *copies;

/* A program that is gone is looked up in our copy of it. */
static int find_elf(Dwfl_Module *mod, void **userdata, const char *name, Dwarf_Addr base,
		    char **file_name, Elf **elf)
{
	int fd = contents_named(copies, name);

	if (fd < 0)
		return dwfl_linux_proc_find_elf(mod, userdata, name, base, file_name, elf);
	*file_name = strdup(name);
	return fcntl(fd, F_DUPFD_CLOEXEC, 0);
}

static const Dwfl_Callbacks callbacks = {
	.find_elf = find_elf,
	.find_debuginfo = dwfl_standard_find_debuginfo,
	.debuginfo_path = &debuginfo_path,
};

static Dwfl *open_symbols(pid_t tid)
{
	Dwfl *dwfl = dwfl_begin(&callbacks);

	if (!dwfl)
		return NULL;
	if (dwfl_linux_proc_report(dwfl, tid) || dwfl_report_end(dwfl, NULL, NULL)) {
		dwfl_end(dwfl);
		return NULL;
	}
	return dwfl;
}

/* Last part of the path, without what the kernel says about a file in memory. */
static void print_file(FILE *out, const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
	const char *deleted = strstr(name, " (deleted)");
	size_t len = deleted ? (size_t)(deleted - name) : strlen(name);

	if (len > strlen("memfd:") && !strncmp(name, "memfd:", strlen("memfd:"))) {
		name += strlen("memfd:");
		len -= strlen("memfd:");
	}
	fprintf(out, " (%.*s)", (int)len, name);
}

static void print_line(FILE *out, Dwfl_Module *module, uint64_t at)
{
	Dwfl_Line *line = dwfl_module_getsrc(module, at);
	const char *file;
	int number;

	if (!line)
		return;
	file = dwfl_lineinfo(line, NULL, &number, NULL, NULL, NULL);
	if (file)
		fprintf(out, " at %s:%d", file, number);
}

/* @at: address to look up: within the call for all frames but the innermost. */
static void print_frame(FILE *out, Dwfl *dwfl, unsigned int n, uint64_t ip, uint64_t at)
{
	Dwfl_Module *module = dwfl ? dwfl_addrmodule(dwfl, at) : NULL;
	const char *name, *file;
	GElf_Off offset;
	GElf_Sym sym;

	fprintf(out, "  #%-2u 0x%012" PRIx64, n, ip);
	if (!module) {
		fputs(" ?\n", out);
		return;
	}
	file = dwfl_module_info(module, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
	name = dwfl_module_addrinfo(module, at, &offset, &sym, NULL, NULL, NULL);
	if (name)
		fprintf(out, " %s+0x%" PRIx64, name, (uint64_t)offset + (ip - at));
	else
		fputs(" ?", out);
	print_line(out, module, at);
	if (file)
		print_file(out, file);
	fputc('\n', out);
}

static void print_frames(FILE *out, Dwfl *dwfl, unw_addr_space_t space, void *upt)
{
	unw_cursor_t cursor;
	unw_word_t ip;
	bool exact = true;

	if (unw_init_remote(&cursor, space, upt) < 0)
		return;
	for (unsigned int n = 0; n < FRAMES_MAX; n++) {
		if (unw_get_reg(&cursor, UNW_REG_IP, &ip) < 0 || !ip)
			return;
		print_frame(out, dwfl, n, ip, exact ? ip : ip - 1);
		exact = unw_is_signal_frame(&cursor) > 0;
		if (unw_step(&cursor) <= 0)
			return;
	}
}

char *backtrace_text(pid_t tid, const struct contents *contents)
{
	unw_addr_space_t space = unw_create_addr_space(&_UPT_accessors, 0);
	void *upt = space ? _UPT_create(tid) : NULL;
	char *text = NULL;
	size_t size;
	FILE *out = upt ? open_memstream(&text, &size) : NULL;

	if (out) {
		Dwfl *dwfl;

		copies = contents;
		dwfl = open_symbols(tid);
		print_frames(out, dwfl, space, upt);
		if (dwfl)
			dwfl_end(dwfl);
		fclose(out);
	}
	if (upt)
		_UPT_destroy(upt);
	if (space)
		unw_destroy_addr_space(space);
	return text;
}
