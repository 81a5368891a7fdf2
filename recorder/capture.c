// SPDX-License-Identifier: GPL-2.0
/* Options that select what is captured: see capture.h. */
#include "recorder/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <scap/arch.h>

#define SELECTS (SCAP_FILTER_ALL | SCAP_FILTER_PID | SCAP_FILTER_COMM | SCAP_FILTER_UID | \
		 SCAP_FILTER_CGROUP)

bool capture_selects(const struct capture *c)
{
	return c->filter.flags & SELECTS;
}

static void select_by(struct capture *c, uint32_t flag)
{
	c->on = true;
	c->filter.flags |= flag;
}

/* ---- processes ---- */

/* A decimal number from @min on; -1: it is none. */
static int64_t number(const char *text, int64_t min)
{
	char *end;
	long long v;

	errno = 0;
	v = strtoll(text, &end, 10);
	return errno || end == text || *end || v < min || v > UINT32_MAX ? -1 : v;
}

int capture_all(struct capture *c)
{
	select_by(c, SCAP_FILTER_ALL);
	return 0;
}

int capture_pid(struct capture *c, const char *text, struct scap_error *err)
{
	int64_t pid = number(text, 1);

	if (pid < 0 || pid > INT32_MAX)
		return scap_fail(err, EINVAL, "--pid=%s: must be a process id", text);
	c->filter.pid = (uint32_t)pid;
	select_by(c, SCAP_FILTER_PID);
	return 0;
}

int capture_comm(struct capture *c, const char *text, struct scap_error *err)
{
	if (!*text)
		return scap_fail(err, EINVAL, "--comm= wants a name");
	/* the kernel keeps no more of a program's name either */
	snprintf(c->filter.comm, sizeof(c->filter.comm), "%s", text);
	select_by(c, SCAP_FILTER_COMM);
	return 0;
}

int capture_uid(struct capture *c, const char *text, struct scap_error *err)
{
	int64_t uid = number(text, 0);
	const struct passwd *user = uid < 0 ? getpwnam(text) : NULL;

	if (uid < 0 && !user)
		return scap_fail(err, EINVAL, "--uid=%s: neither a number nor a user's name", text);
	c->filter.uid = user ? user->pw_uid : (uint32_t)uid;
	select_by(c, SCAP_FILTER_UID);
	return 0;
}

void capture_cgroup(struct capture *c, const char *path)
{
	c->cgroup = path;
	select_by(c, SCAP_FILTER_CGROUP);
}

/* ---- calls ---- */

static bool has_type(const struct scap_sysinfo *s, const uint8_t *types, size_t n)
{
	for (unsigned int i = 0; i < s->nargs; i++)
		if (memchr(types, s->type[i], n))
			return true;
	return false;
}

static bool takes_file(const struct scap_sysinfo *s)
{
	static const uint8_t types[] = { SCAP_T_PATH };

	return has_type(s, types, sizeof(types));
}

static bool takes_descriptor(const struct scap_sysinfo *s)
{
	static const uint8_t types[] = { SCAP_T_FD, SCAP_T_DIRFD };

	return has_type(s, types, sizeof(types));
}

static bool is_network(const struct scap_sysinfo *s)
{
	static const uint8_t types[] = {
		SCAP_T_SOCK_DOMAIN, SCAP_T_SOCK_LEVEL, SCAP_T_SHUT_HOW, SCAP_T_MSG_FLAGS,
		SCAP_T_SOCKADDR, SCAP_T_MSGHDR, SCAP_T_MMSGHDR,
	};

	return has_type(s, types, sizeof(types)) || s->id == SCAP_SYS_listen;
}

static bool is_process(const struct scap_sysinfo *s)
{
	static const uint8_t types[] = { SCAP_T_WAIT_FLAGS, SCAP_T_WAITID_TYPE };

	return s->class == SCAP_PROCESS || has_type(s, types, sizeof(types));
}

static bool is_signal(const struct scap_sysinfo *s)
{
	static const uint8_t types[] = {
		SCAP_T_SIGNO, SCAP_T_SIGSET, SCAP_T_SIGACTION, SCAP_T_SIGPROCMASK_HOW,
		SCAP_T_SIGALTSTACK,
	};

	return has_type(s, types, sizeof(types)) || s->id == SCAP_SYS_rt_sigreturn ||
	       s->id == SCAP_SYS_pause;
}

static bool is_memory(const struct scap_sysinfo *s)
{
	static const uint8_t types[] = {
		SCAP_T_MMAP_PROT, SCAP_T_MREMAP_FLAGS, SCAP_T_MSYNC_FLAGS, SCAP_T_MADVISE,
		SCAP_T_MINCORE_VEC, SCAP_T_MLOCK_FLAGS, SCAP_T_MLOCKALL_FLAGS, SCAP_T_SHMAT_FLAGS,
	};

	switch (s->id) {
	case SCAP_SYS_brk:
	case SCAP_SYS_munmap:
	case SCAP_SYS_mlock:
	case SCAP_SYS_munlock:
	case SCAP_SYS_munlockall:
	case SCAP_SYS_shmdt:
		return true;
	}
	return has_type(s, types, sizeof(types));
}

static const struct {
	const char *name;
	bool (*has)(const struct scap_sysinfo *s);
} classes[] = {
	{ "file", takes_file }, { "desc", takes_descriptor }, { "network", is_network },
	{ "process", is_process }, { "signal", is_signal }, { "memory", is_memory },
};

static void add_call(struct scap_ioc_filter *f, uint32_t nr)
{
	f->calls[nr / 64] |= 1ull << nr % 64;
}

static int add_class(struct scap_ioc_filter *f, const char *name, struct scap_error *err)
{
	for (size_t i = 0; i < sizeof(classes) / sizeof(*classes); i++) {
		if (strcmp(classes[i].name, name) != 0)
			continue;
		for (uint32_t nr = 0; nr < SCAP_FILTER_CALLS; nr++) {
			const struct scap_sysinfo *s = scap_sysinfo(nr);

			if (s && classes[i].has(s))
				add_call(f, nr);
		}
		return 0;
	}
	return scap_fail(err, EINVAL, "--syscall: no class %%%s; there are %%file, %%desc, "
			 "%%network, %%process, %%signal and %%memory", name);
}

static int add_name(struct scap_ioc_filter *f, const char *name, struct scap_error *err)
{
	uint32_t nr;

	if (*name == '%')
		return add_class(f, name + 1, err);
	if (!scap_sysinfo_name(SCAP_ARCH_NATIVE, name, &nr) || nr >= SCAP_FILTER_CALLS)
		return scap_fail(err, EINVAL, "--syscall: no system call is called \"%s\" here", name);
	add_call(f, nr);
	return 0;
}

int capture_syscalls(struct capture *c, const char *set, struct scap_error *err)
{
	bool negated = *set == '!';
	char *names = strdup(set + negated), *save = NULL;
	int ret = names ? 0 : scap_fail(err, ENOMEM, "out of memory");

	if (names && !*names)
		ret = scap_fail(err, EINVAL, "--syscall wants names of system calls, or %%file and its like");
	for (char *name = names ? strtok_r(names, ",", &save) : NULL; name && !ret;
	     name = strtok_r(NULL, ",", &save))
		ret = add_name(&c->filter, name, err);
	for (size_t i = 0; negated && i < SCAP_FILTER_CALLS / 64; i++)
		c->filter.calls[i] = ~c->filter.calls[i];
	free(names);
	select_by(c, SCAP_FILTER_CALLS_SET);
	return ret;
}

/* ---- the module ---- */

static int explain(const struct capture *c, int errnum, struct scap_error *err)
{
	uint32_t flags = c->filter.flags;

	if (errnum == ESRCH)
		return scap_fail(err, errnum, "--pid=%u: there is no such process", c->filter.pid);
	if (errnum == EPERM && flags & SCAP_FILTER_ALL)
		return scap_fail(err, errnum, "-a: only root may capture the whole system; give --uid=%u "
				 "for your own processes", (unsigned int)geteuid());
	if (errnum == EPERM && flags & SCAP_FILTER_UID)
		return scap_fail(err, errnum, "--uid=%u: only root may capture another user's processes",
				 c->filter.uid);
	if (errnum == EPERM)
		return scap_fail(err, errnum, "--pid=%u: not yours; only root may capture another user's "
				 "or a more privileged process", c->filter.pid);
	if (errnum == EINVAL && flags & SCAP_FILTER_PID)
		return scap_fail(err, errnum, "--pid=%u: neither kernel threads nor scap-record itself can "
				 "be captured", c->filter.pid);
	if (errnum == EBADF && c->cgroup)
		return scap_fail(err, errnum, "--cgroup=%s: not a directory of cgroup2 (mostly below "
				 "/sys/fs/cgroup)", c->cgroup);
	return scap_fail(err, errnum, SCAP_DEVICE ": cannot capture: %s", strerror(errnum));
}

int capture_start(const struct capture *c, int device, struct scap_error *err)
{
	struct scap_ioc_filter filter = c->filter;
	int ret = 0;

	filter.cgroup = -1;
	if (c->cgroup) {
		filter.cgroup = open(c->cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (filter.cgroup < 0)
			return scap_fail(err, errno, "--cgroup=%s: %s", c->cgroup, strerror(errno));
	}
	if (ioctl(device, SCAP_IOC_CAPTURE, &filter))
		ret = explain(c, errno, err);
	if (filter.cgroup >= 0)
		close(filter.cgroup);
	return ret;
}
