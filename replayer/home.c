// SPDX-License-Identifier: GPL-2.0
/*
 * Calls that a tracee makes for the replay's own sake. They stand in a table
 * in the stub page and run without a stop in between: the sandbox's filter
 * lets a call pass whose last argument register carries the session's key.
 */
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "replay.h"
#include "stub.h"

#define TABLE_CALLS ((SCAP_STUB_SIZE - SCAP_STUB_TABLE) / SCAP_STUB_CALL_SIZE)
#define TEXT_SIZE   (SCAP_STUB_TABLE - SCAP_STUB_TEXT - HOME_EXTRA_SIZE)

static_assert(sizeof(struct home_call) == SCAP_STUB_CALL_SIZE, "the stub's table");

/*
 * An argument whose address is not known before the page is: text at offset
 * TEXT_AT(n) of the page. Slots are fixed: /proc/PID/fd/ is the only text.
 */
#define TEXT_MARK 0xfffe000000000000ull
#define TEXT_AT(n) (TEXT_MARK | (n))

uint64_t home_extra_at(uint64_t base)
{
	return base + SCAP_STUB_TEXT + TEXT_SIZE;
}

void home_add(struct home_calls *c, struct session *s, unsigned int flags, uint64_t nr,
	      uint64_t a0, uint64_t a1, uint64_t a2, uint64_t a3, uint64_t a4, uint64_t a5)
{
	uint64_t key = (uint64_t)s->pass_key << 32;
	struct home_call *call = &c->call[c->n++];

	*call = (struct home_call){ .nr = nr, .args = { a0, a1, a2, a3, a4, a5 }, .flags = flags };
	/* mmap is the only one that needs all six; of its descriptor the kernel takes 32 bits. */
	if (nr == SYS_mmap)
		call->args[4] = key | (uint32_t)a4;
	else
		call->args[5] = key;
}

void home_map(struct home_calls *c, struct session *s, uint64_t addr, uint64_t len,
	      uint32_t prot, uint32_t flags, int fd, uint64_t offset)
{
	/* Only our own copies are ever shared: they may be made writable later. */
	int mode = flags & MAP_SHARED ? O_RDWR : O_RDONLY;

	if (fd < 0) {
		home_add(c, s, 0, SYS_mmap, addr, len, prot, flags | MAP_ANONYMOUS, (uint32_t)-1,
			 0);
		return;
	}
	home_add(c, s, SCAP_STUB_KEEP_FD, SYS_openat, (uint64_t)AT_FDCWD, TEXT_AT((unsigned int)fd),
		 (uint64_t)mode | O_CLOEXEC, 0, 0, 0);
	home_add(c, s, SCAP_STUB_FD_IN_ARG4, SYS_mmap, addr, len, prot, flags, 0, offset);
	home_add(c, s, SCAP_STUB_FD_IN_ARG0, SYS_close, 0, 0, 0, 0, 0, 0);
}

/* One run's worth of the page behind the code: texts, then the table. */
struct page {
	char text[TEXT_SIZE];
	char extra[HOME_EXTRA_SIZE];
	struct home_call call[TABLE_CALLS];
};

#define TEXT_SLOT 32

/* Moves calls from @c, starting with @first, into @page; returns how many fit. */
static unsigned int fill_page(struct page *page, uint64_t base, const struct home_calls *c,
			      unsigned int first)
{
	unsigned int texts = 0, n;

	memset(page->text, 0, sizeof(page->text));
	memcpy(page->extra, c->extra, sizeof(page->extra));
	for (n = 0; n < TABLE_CALLS && first + n < c->n; n++) {
		struct home_call *call = &page->call[n];

		*call = c->call[first + n];
		if (call->nr != SYS_openat)
			continue;
		if (texts == TEXT_SIZE / TEXT_SLOT)
			break;
		snprintf(page->text + texts * TEXT_SLOT, TEXT_SLOT, "/proc/%d/fd/%u", getpid(),
			 (unsigned int)(call->args[1] & ~TEXT_MARK));
		call->args[1] = base + SCAP_STUB_TEXT + texts++ * TEXT_SLOT;
	}
	return n;
}

static int stopped_wrongly(struct session *s, struct task *task)
{
	return session_fail(s, EPROTO, "process %d does not run the replayer's own code as it "
			    "should", task->t.tid);
}

/* Runs @n calls of the page at @base; returns 0 or the error of call *@failed. */
static int run_page(struct session *s, struct task *task, uint64_t base, unsigned int n,
		    unsigned int *failed)
{
	uint64_t table = base + SCAP_STUB_TABLE, end = table + n * SCAP_STUB_CALL_SIZE;
	struct scap_regs *r = tracee_regs(&task->t);
	uint64_t args[6];
	uint32_t nr = 0;
	int err;

	if (!r)
		return stopped_wrongly(s, task);
	arch_home_regs(r, base + SCAP_STUB_CODE, table, end);
	tracee_regs_changed(&task->t);
	if (tracee_syscall_forget(&task->t))
		return stopped_wrongly(s, task);
	err = task_resume_to(s, task, TRACEE_CONT, TRACEE_STOP_ENTRY, NULL);
	if (err)
		return err;
	r = tracee_regs(&task->t);
	if (!r || tracee_syscall_args(&task->t, &nr, args, NULL) || nr != SCAP_STUB_STOP)
		return stopped_wrongly(s, task);
	*failed = (unsigned int)((arch_home_next(r) - table) / SCAP_STUB_CALL_SIZE);
	return *failed < n ? (int)arch_home_error(r) : 0;
}

int home_run(struct session *s, struct task *task, uint64_t base, struct home_calls *c,
	     unsigned int *failed)
{
	unsigned int first, n;
	struct page page;
	int err;

	*failed = c->n;
	for (first = 0; first < c->n; first += n) {
		n = fill_page(&page, base, c, first);
		if (tracee_write(&task->t, base + SCAP_STUB_TEXT, &page,
				 offsetof(struct page, call) + n * sizeof(page.call[0])))
			return stopped_wrongly(s, task);
		err = run_page(s, task, base, n, failed);
		*failed += first;
		if (err)
			return err;
	}
	return 0;
}

int home_run_within(struct session *s, struct task *task, struct home_calls *c,
		    unsigned int *failed)
{
	struct scap_regs *r = tracee_regs(&task->t);
	struct scap_regs saved;
	int err, again;

	if (!r)
		return stopped_wrongly(s, task);
	saved = *r;
	err = home_run(s, task, task->space->home, c, failed);
	if (s->outcome.state != SESSION_GOING)
		return err;
	again = task_set_regs(s, task, &saved);
	return again ? again : err;
}
