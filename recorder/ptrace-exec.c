// SPDX-License-Identifier: GPL-2.0
/*
 * A new image, captured before its first instruction: what is mapped where,
 * the bytes that the kernel put there, registers, limits. The vDSO is hidden
 * here, so that every look at a clock is a syscall.
 */
#include <elf.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "recorder/arch.h"
#include "recorder/ptrace-backend.h"

/* What the walk over the maps of a fresh image collects. */
struct image {
	struct task *k;
	uint64_t stack_end;
	uint64_t interp_base;
	char interp[4096];
	/* what the kernel filled: last pages of writable file mappings, a vDSO that is run */
	struct filled {
		uint64_t addr, len;
	} filled[64];
	unsigned int nfilled;
};

/* The stack as the kernel filled it: argc, argv, envp, auxv, strings. */
struct stack {
	uint64_t sp;
	size_t len;
	uint64_t *words;
	Elf64_auxv_t *auxv;	/* within words */
	uint32_t auxv_len;	/* bytes, AT_NULL included */
};

void task_begin_first(struct task *k)
{
	k->in_call = k->entered = true;
	k->call.nr = SYS_execve;
	k->info = scap_sysinfo(SYS_execve);
	resume_call(k);
}

/* ---- PTRACE_EVENT_EXEC ---- */

/*
 * A thread that is not the leader takes the leader's id over; the leader is
 * gone without a report of its own (ptrace(2)).
 */
static struct task *take_over_leader(struct task *leader, pid_t former)
{
	struct task *k = task_find(leader->rec, former);
	pid_t tid = leader->t.tid;

	if (!k)
		return leader;
	syscall_write_enter(k);
	task_free(leader);
	task_rename(k, tid);
	return k;
}

void exec_event(struct task *k, pid_t former)
{
	if (former && former != k->t.tid)
		k = take_over_leader(k, former);
	else if (k->rec->first_exec_done)
		syscall_write_enter(k);
	k->execed = true;
	k->old_tid = former ? former : k->t.tid;
	k->clear_tid = k->robust_list = 0;
	k->trap_set = false;
	k->readable = tracee_new_image(&k->t) == 0;
	task_new_space(k);
	task_unshare_fds(k);
	echo_forget_all(k);
	resume_call(k);
}

/* ---- the exit of a successful execve ---- */

static void add_filled(struct image *im, uint64_t addr, uint64_t len)
{
	if (im->nfilled < sizeof(im->filled) / sizeof(im->filled[0]))
		im->filled[im->nfilled++] = (struct filled){ addr, len };
}

static int collect_map(void *ctx, const struct tracee_map *map)
{
	struct image *im = ctx;

	if (!strcmp(map->path, "[stack]"))
		im->stack_end = map->end;
	if (map->path[0] == '/' && map->start == im->interp_base)
		snprintf(im->interp, sizeof(im->interp), "%s", map->path);
	if (map->path[0] == '/' && map->prot & PROT_WRITE)
		add_filled(im, map->end - im->k->rec->page_size, im->k->rec->page_size);
	if (SCAP_VDSO_RETURNS && !strcmp(map->path, "[vdso]"))
		add_filled(im, map->start, map->end - map->start);
	maps_image(im->k, map);
	return 0;
}

static int find_stack(void *ctx, const struct tracee_map *map)
{
	uint64_t *end = ctx;

	if (strcmp(map->path, "[stack]") != 0)
		return 0;
	*end = map->end;
	return 1;
}

/* Where the auxiliary vector is: behind argc, argv, NULL, envp, NULL. */
static bool find_auxv(struct stack *s)
{
	size_t n = s->len / 8, i = 1;

	for (int nulls = 0; nulls < 2 && i < n; i++)
		if (!s->words[i])
			nulls++;
	s->auxv = (Elf64_auxv_t *)(s->words + i);
	for (size_t j = i; j + 2 <= n; j += 2)
		if (s->words[j] == AT_NULL) {
			s->auxv_len = (uint32_t)((j + 2 - i) * 8);
			return true;
		}
	return false;
}

static bool read_stack(struct task *k, struct stack *s)
{
	struct scap_regs *regs = tracee_regs(&k->t);
	uint64_t end = 0;

	if (!regs || tracee_maps(&k->t, find_stack, &end) < 0)
		return false;
	s->sp = SCAP_REG_SP(regs);
	if (end <= s->sp)
		return false;
	s->len = end - s->sp;
	s->words = malloc(s->len);
	return s->words && !tracee_read(&k->t, s->sp, s->words, s->len) && find_auxv(s);
}

/* libc then finds no vDSO and makes real calls. */
static void hide_vdso(struct task *k, struct stack *s)
{
	for (Elf64_auxv_t *a = s->auxv; a->a_type != AT_NULL; a++)
		if (a->a_type == AT_SYSINFO_EHDR) {
			uint64_t at = s->sp + (uint64_t)((char *)a - (char *)s->words);

			a->a_type = AT_IGNORE;
			tracee_write(&k->t, at, a, sizeof(a->a_type));
		}
}

static uint64_t auxv_value(const struct stack *s, uint64_t type)
{
	for (const Elf64_auxv_t *a = s->auxv; a->a_type != AT_NULL; a++)
		if (a->a_type == type)
			return a->a_un.a_val;
	return 0;
}

/* Fields of /proc/PID/stat that describe the image, counted from 1 as in proc(5). */
static bool read_stat(struct task *k, struct scap_mm_layout *mm, uint32_t *ppid)
{
	enum { FIELDS = 52 };
	unsigned long long f[FIELDS + 1] = { 0 };
	char path[40], buf[2048], *at;
	ssize_t n;
	int fd, i = 4;

	snprintf(path, sizeof(path), "/proc/%d/stat", k->t.pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return false;
	n = read(fd, buf, sizeof(buf) - 1);
	close(fd);
	if (n <= 0)
		return false;
	buf[n] = 0;
	at = strrchr(buf, ')');
	if (!at || !at[1] || !at[2])
		return false;
	/* behind the name and the state letter */
	for (at += 3; *at && i <= FIELDS; i++)
		f[i] = strtoull(at, &at, 10);
	*ppid = (uint32_t)f[4];
	*mm = (struct scap_mm_layout){
		.start_code = f[26], .end_code = f[27], .start_stack = f[28],
		.start_data = f[45], .end_data = f[46], .start_brk = f[47], .brk = f[47],
		.arg_start = f[48], .arg_end = f[49], .env_start = f[50], .env_end = f[51],
	};
	return true;
}

static void add_rlimits(struct emit *m, struct task *k)
{
	struct { uint64_t cur, max; } lim[RLIM_NLIMITS];

	static_assert(RLIM_NLIMITS == 16, "event.h says so");
	for (int i = 0; i < RLIM_NLIMITS; i++) {
		struct rlimit r = { RLIM_INFINITY, RLIM_INFINITY };

		prlimit(k->t.pid, i, NULL, &r);
		lim[i].cur = r.rlim_cur;
		lim[i].max = r.rlim_max;
	}
	emit_bytes(m, SCAP_SPAN_RLIMITS, 0, lim, sizeof(lim));
}

static void exe_path(struct task *k, char *path, size_t size)
{
	char link[40];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/%d/exe", k->t.pid);
	n = readlink(link, path, size - 1);
	if (n < 0)
		n = snprintf(path, size, "process %d", k->t.pid);
	path[n] = 0;
}

static void write_exec(struct task *k, const struct stack *s, const struct image *im)
{
	struct scap_mm_layout mm = { 0 };
	struct scap_file_id file = { 0 };
	struct scap_ev_exec *e;
	struct emit m;
	uint32_t ppid = 0;
	char path[4096];

	exe_path(k, path, sizeof(path));
	maps_identify_exe(k, &file);
	read_stat(k, &mm, &ppid);
	e = emit_open(&m, k, SCAP_EV_EXEC);
	e->old_tid = (uint32_t)k->old_tid;
	e->pid = (uint32_t)k->t.pid;
	e->ppid = ppid;
	e->file = file;
	emit_text(&m, SCAP_SPAN_PATH, path);
	if (im->interp[0])
		emit_text(&m, SCAP_SPAN_INTERP, im->interp);
	emit_bytes(&m, SCAP_SPAN_REGS, 0, tracee_regs(&k->t), sizeof(struct scap_regs));
	emit_bytes(&m, SCAP_SPAN_MM, 0, &mm, sizeof(mm));
	emit_bytes(&m, SCAP_SPAN_AUXV, s->sp + (uint64_t)((char *)s->auxv - (char *)s->words),
		   s->auxv, s->auxv_len);
	add_rlimits(&m, k);
	emit_close(&m);
}

/* From here on the process runs free: no record of it can be replayed. */
static void set_free(struct task *k, int errnum, const char *why)
{
	char path[4096];

	exe_path(k, path, sizeof(path));
	k->process->capture_only = true;
	k->in_call = false;
	if (!k->rec->first_exec_done) {
		k->rec->result->start_failed = errnum;
		kill(k->t.pid, SIGKILL);
		return;
	}
	emit_meta(k, SCAP_META_CAPTURE_ONLY, 0, "%s %s", path, why);
	say(k->rec, "%s (pid %d) %s: what it does is not recorded, and a replay goes on without it",
	    path, k->t.pid, why);
	resume_user(k);
}

static void start_failed(struct task *k)
{
	k->process->capture_only = true;
	k->rec->result->start_failed = (int)-k->call.result;
	kill(k->t.pid, SIGKILL);
}

/* The image with everything the kernel put into it: MAP, DATA, EXEC. */
static void write_image(struct task *k, struct stack *s)
{
	struct image im = { .k = k };

	hide_vdso(k, s);
	im.interp_base = auxv_value(s, AT_BASE);
	tracee_maps(&k->t, collect_map, &im);
	emit_memory(k, s->sp, s->len, SCAP_ARG_NONE);
	for (unsigned int i = 0; i < im.nfilled; i++)
		emit_memory(k, im.filled[i].addr, im.filled[i].len, SCAP_ARG_NONE);
	write_exec(k, s, &im);
	k->rec->first_exec_done = true;
}

void exec_exit(struct task *k)
{
	struct stack s = { 0 };

	if (!tracee_regs(&k->t))
		return;
	if (arch_foreign_image(k)) {
		set_free(k, ENOEXEC, "is a 32-bit program or one of another machine");
	} else if (!k->readable || !read_stack(k, &s)) {
		set_free(k, EPERM, "does not let its memory be read");
	} else if (served_image(k, exec_exit)) {
		write_image(k, &s);
		served_forget(k);
		k->in_call = false;
		signal_boundary(k);
		resume_user(k);
	}
	free(s.words);
}

bool exec_failed_first(struct task *k)
{
	if (k->rec->first_exec_done)
		return false;
	start_failed(k);
	return true;
}
