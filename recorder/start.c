// SPDX-License-Identifier: GPL-2.0
/* Before the program runs: see start.h. */
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>
#include <scap/arch.h>

#include "recorder/arch.h"
#include "recorder/cpuid-cache.h"
#include "recorder/start.h"

#define STATUS_CANNOT_EXECUTE 126
#define STATUS_NOT_FOUND 127
#define CPUID_MAX 256

/* ---- the program ---- */

static bool is_program(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISREG(st.st_mode) && !access(path, X_OK);
}

/* First of the directories in PATH that has @name; NULL: none. @found: something of the name. */
static char *search_path(const char *name, bool *found)
{
	const char *dirs = getenv("PATH");
	char path[PATH_MAX];

	if (!dirs)
		dirs = "/bin:/usr/bin";
	for (const char *at = dirs; ; at++) {
		size_t n = strcspn(at, ":");

		/* an empty entry is the current directory (environ(7)) */
		if (snprintf(path, sizeof(path), "%.*s%s%s", (int)n, at, n ? "/" : "", name) <
		    (int)sizeof(path)) {
			if (is_program(path))
				return strdup(path);
			*found |= !access(path, F_OK);
		}
		at += n;
		if (!*at)
			return NULL;
	}
}

static int cannot_execute(const char *path, struct scap_error *err)
{
	struct stat st;

	if (!stat(path, &st) && S_ISDIR(st.st_mode))
		scap_fail(err, EACCES, "%s: is a directory, not a program", path);
	else
		scap_fail(err, EACCES, "%s: Permission denied: not executable; chmod +x?", path);
	return STATUS_CANNOT_EXECUTE;
}

int start_find_program(struct record_options *o, struct scap_error *err)
{
	const char *name = o->argv[0];
	bool found = false;

	/* an empty name is no path of anything (execve(2): ENOENT) */
	if (strchr(name, '/') || !*name) {
		if (access(name, F_OK)) {
			scap_fail(err, errno, "%s: %s", *name ? name : "''", strerror(errno));
			return STATUS_NOT_FOUND;
		}
		if (!is_program(name))
			return cannot_execute(name, err);
		o->exe = strdup(name);
		return 0;
	}
	o->exe = search_path(name, &found);
	if (o->exe)
		return 0;
	if (found) {
		scap_fail(err, EACCES, "%s: Permission denied: found, but not executable", name);
		return STATUS_CANNOT_EXECUTE;
	}
	scap_fail(err, ENOENT, "%s: not found in PATH", name);
	return STATUS_NOT_FOUND;
}

/* Whether @path is an ELF file for another machine or of the 32-bit kind. */
static bool is_foreign(const char *path)
{
	unsigned char ident[EI_NIDENT] = { 0 };
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, ident, sizeof(ident));
	close(fd);
	return n == sizeof(ident) && !memcmp(ident, ELFMAG, SELFMAG);
}

int start_explain(const struct record_options *o, int errnum, struct scap_error *err)
{
	if (errnum == ENOEXEC && is_foreign(o->exe))
		scap_fail(err, errnum, "%s is a 32-bit program or one of another machine; "
			  "scap records 64-bit programs of this machine", o->exe);
	else if (errnum == ENOEXEC)
		scap_fail(err, errnum, "%s: Exec format error: neither ELF nor a script that "
			  "begins with #!; try: scap-record sh %s", o->exe, o->exe);
	else if (errnum == ENOENT)
		scap_fail(err, errnum, "%s: its interpreter (the #! line, or the dynamic linker) "
			  "does not exist", o->exe);
	else
		scap_fail(err, errnum, "%s: cannot be executed: %s", o->exe, strerror(errnum));
	return STATUS_CANNOT_EXECUTE;
}

/* ---- the backend ---- */

#define CAPTURE_NEEDS "--pid, --comm, --uid, --cgroup, --syscall and -a need the kernel module"

const struct backend *start_choose_backend(const struct record_options *o, struct scap_error *err)
{
	if (!strcmp(o->backend, "kmod"))
		return backend_kmod.usable(err) ? NULL : &backend_kmod;
	if (!strcmp(o->backend, "ptrace") && o->capture.on) {
		scap_fail(err, EINVAL, "%s: leave out --backend=ptrace", CAPTURE_NEEDS);
		return NULL;
	}
	if (!strcmp(o->backend, "ptrace"))
		return backend_ptrace.usable(err) ? NULL : &backend_ptrace;
	if (strcmp(o->backend, "auto") != 0) {
		scap_fail(err, EINVAL, "--backend=%s: there is auto, kmod and ptrace", o->backend);
		return NULL;
	}
	if (o->capture.on && backend_kmod.usable(NULL)) {
		scap_fail(err, ENODEV, "%s, which is not usable here: load it (modprobe scaprec) and "
			  "become root or a member of the group scap", CAPTURE_NEEDS);
		return NULL;
	}
	if (o->capture.on)
		return &backend_kmod;
	if (!o->audit && !backend_kmod.usable(NULL))
		return &backend_kmod;
	if (!o->quiet && !o->audit)
		o->say("recording with ptrace; the kernel module is not loaded");
	return backend_ptrace.usable(err) ? NULL : &backend_ptrace;
}

/* ---- the trace ---- */

/*
 * A pipe as output wants a reader, or opening it would hang for ever (and with
 * it a program that is to read it itself). Returns a descriptor that keeps the
 * writer's open(2) from waiting, -1 for what is no pipe, -errno - 1 otherwise.
 */
static int await_pipe_reader(const char *path)
{
	enum { TRIES = 100, PAUSE_US = 20000 };
	struct stat st;
	int fd = -1;

	if (stat(path, &st) || !S_ISFIFO(st.st_mode))
		return -1;
	for (int i = 0; i < TRIES; i++) {
		fd = open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC);
		if (fd >= 0 || errno != ENXIO)
			break;
		usleep(PAUSE_US);
	}
	return fd >= 0 ? fd : -errno - 1;
}

/*
 * The leaves of one processor, as some number it. Only meanwhile does this
 * thread keep to it: the writer's shall run elsewhere. Returns how many.
 */
static uint32_t read_cpuid(struct scap_cpuid *leaves, int *cpu)
{
	cpu_set_t allowed, one;
	uint32_t n;

	*cpu = sched_getaffinity(0, sizeof(allowed), &allowed) ? -1 : sched_getcpu();
	CPU_ZERO(&one);
	if (*cpu >= 0)
		CPU_SET(*cpu, &one);
	if (*cpu >= 0 && sched_setaffinity(0, sizeof(one), &one))
		*cpu = -1;
	n = cpuid_cache_read(leaves, CPUID_MAX);
	if (*cpu >= 0)
		sched_setaffinity(0, sizeof(allowed), &allowed);
	return n;
}

/* Whether a program is what the trace is about, and not just how long it takes. */
static bool has_program(const struct record_options *o)
{
	return o->argv && !capture_selects(&o->capture);
}

int start_open_trace(struct record_options *o, const struct backend *b,
		     struct scap_writer **w, struct scap_error *err)
{
	struct scap_cpuid leaves[CPUID_MAX];
	char exe[PATH_MAX], cwd[PATH_MAX];
	struct utsname uts;
	struct timespec now;
	int pipe, ret;

	pipe = await_pipe_reader(o->output);
	if (pipe < -1)
		return scap_fail(err, -pipe - 1, "%s: this pipe cannot be written to: nobody "
				 "reads it", o->output);
	uname(&uts);
	clock_gettime(CLOCK_REALTIME, &now);
	if (!has_program(o))
		exe[0] = 0;
	else if (!realpath(o->exe, exe))
		snprintf(exe, sizeof(exe), "%s", o->exe);
	if (!getcwd(cwd, sizeof(cwd)))
		cwd[0] = 0;

	struct scap_header h = {
		.arch = SCAP_ARCH_NATIVE,
		.backend = b->id,
		.page_size = (uint32_t)sysconf(_SC_PAGESIZE),
		.features = o->capture.on ? 0 :
			    b->features | (b == &backend_ptrace ? arch_ptrace_features() : 0),
		.start_ns = (uint64_t)now.tv_sec * 1000000000ull + (uint64_t)now.tv_nsec,
		.kernel = uts.release,
		.exe = exe,
		.cwd = cwd,
		.argv = has_program(o) ? o->argv : o->command,
		.cpuid = leaves,
		.ncpuid = read_cpuid(leaves, &o->cpu),
	};

	ret = scap_writer_open(w, o->output, &h, err);
	if (pipe >= 0)
		close(pipe);
	if (!ret && o->shows) {
		ret = live_open(&o->live, o->live_path, b == &backend_ptrace, *w, err);
		if (ret)
			start_discard_trace(o, *w);
	}
	return ret;
}

void start_discard_trace(const struct record_options *o, struct scap_writer *w)
{
	char old[PATH_MAX];
	struct stat st;

	scap_writer_close(w, NULL, NULL);
	/* a device or pipe was there before us */
	if (lstat(o->output, &st) || !S_ISREG(st.st_mode))
		return;
	unlink(o->output);
	if (snprintf(old, sizeof(old), "%s.old", o->output) < (int)sizeof(old))
		rename(old, o->output);
}
