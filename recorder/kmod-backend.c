// SPDX-License-Identifier: GPL-2.0
/*
 * Recording with the kernel module: the program is started, asks to be recorded
 * and executes; we sleep until there is enough in the rings, and take it all.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "recorder/kmod-backend.h"
#include "recorder/tracee/counter.h"
#include "recorder/tracee/own-clock.h"

/* The rings are looked at so often even if little is in them. */
#define DEADLINE_MS 100u

/* ---- is it there? ---- */

static int open_device(struct scap_error *err)
{
	int fd = open(SCAP_DEVICE, O_RDWR | O_CLOEXEC);

	if (fd >= 0)
		return fd;
	if (errno == EACCES)
		return scap_fail(err, errno, SCAP_DEVICE ": permission denied; become a member of "
				 "the group scap, or record with --backend=ptrace");
	return scap_fail(err, errno, SCAP_DEVICE " is not usable: %s; load the module (modprobe "
			 "scaprec) or record with --backend=ptrace", strerror(errno));
}

/* The page that the kernel shows at the end of every map, 0: none. */
static uint32_t vsyscall_prot(void)
{
	char line[256], prot[5];
	uint32_t bits = 0;
	FILE *f = fopen("/proc/self/maps", "re");

	while (f && fgets(line, sizeof(line), f))
		if (strstr(line, "[vsyscall]") && sscanf(line, "%*s %4s", prot) == 1)
			bits = (prot[0] == 'r' ? PROT_READ : 0u) | (prot[2] == 'x' ? PROT_EXEC : 0u);
	if (f)
		fclose(f);
	return bits;
}

static int set_up(struct kmod *km, const struct record_options *o, struct scap_ioc_setup *setup,
		  struct scap_error *err)
{
	*setup = (struct scap_ioc_setup){
		.version = SCAP_DEVICE_VERSION, .ring_size = km->ring_size,
		.stdout_fd = fcntl(STDOUT_FILENO, F_GETFD) < 0 ? -1 : STDOUT_FILENO,
		.stderr_fd = fcntl(STDERR_FILENO, F_GETFD) < 0 ? -1 : STDERR_FILENO,
		.vsyscall_prot = vsyscall_prot(), .checksum = o->checksum,
		.counter = km->capture ? SCAP_COUNTER_NONE : counter_here(),
		.schedule = o->schedule,
	};
	if (!ioctl(km->device, SCAP_IOC_SETUP, setup))
		return 0;
	if (errno == EPROTO)
		return scap_fail(err, EPROTO, SCAP_DEVICE ": the module speaks version %u, this "
				 "scap-record version %u; install both from one release, or record "
				 "with --backend=ptrace", setup->version, SCAP_DEVICE_VERSION);
	if (errno == EDQUOT)
		return scap_fail(err, errno, SCAP_DEVICE ": with rings of %llu KiB for each CPU your recordings "
				 "would have more than one user may; end another one, give a smaller --ring, or "
				 "record with --backend=ptrace", (unsigned long long)km->ring_size >> 10);
	if (errno == ENOMEM || errno == EPERM)
		return scap_fail(err, errno, SCAP_DEVICE ": no rings of %llu KiB for each CPU: %s; see --ring",
				 (unsigned long long)km->ring_size >> 10, strerror(errno));
	return scap_fail(err, errno, SCAP_DEVICE ": cannot set up a session: %s", strerror(errno));
}

static int kmod_usable(struct scap_error *err)
{
	int fd = open_device(err);

	if (fd < 0)
		return fd;
	close(fd);
	return 0;
}

/* ---- the program ---- */

/* The module would let it run, unrecorded: nothing would come of it. */
static int check_privileges(const struct record_options *o, struct scap_error *err)
{
	struct stat st;
	bool privileged = !stat(o->exe, &st) && ((st.st_mode & S_ISUID && st.st_uid != geteuid()) ||
			  (st.st_mode & S_ISGID && st.st_gid != getegid()) ||
			  getxattr(o->exe, "security.capability", NULL, 0) > 0);

	if (!geteuid() || o->capture.on || (!privileged && !access(o->exe, R_OK)))
		return 0;
	return scap_fail(err, EPERM, "%s %s: only root can record it; --backend=ptrace runs it without "
			 "privileges", o->exe, privileged ? "has privileges of its own" : "may not be read");
}

/* In the child: asks to be recorded, if it shall be, and becomes the program; on failure, why. */
static int become_target(struct kmod *km, const struct record_options *o, bool recorded)
{
	if (SCAP_TRAP_OF_TASK && !km->capture && prctl(PR_SET_TSC, PR_TSC_SIGSEGV))
		return errno;
	if (recorded && ioctl(km->device, SCAP_IOC_RECORD))
		return errno;
	execve(o->exe, o->argv, environ);
	return errno;
}

/*
 * Why the program could not be executed comes later, from
 * km->report: its image waits for us to look at its files, before the pipe's
 * end is closed by the execve.
 */
int kmod_start(struct kmod *km, const struct record_options *o, bool recorded,
	       struct scap_error *err)
{
	int report[2];

	if (pipe2(report, O_CLOEXEC))
		return scap_fail(err, errno, "pipe: %s", strerror(errno));
	km->rec.own.first = fork();
	if (!km->rec.own.first) {
		int why = become_target(km, o, recorded);

		if (write(report[1], &why, sizeof(why)) != sizeof(why))
			_exit(126);
		_exit(127);
	}
	close(report[1]);
	km->report = report[0];
	if (km->rec.own.first < 0)
		return scap_fail(err, errno, "fork: %s", strerror(errno));
	if (!km->capture)
		km->rec.result->processes = km->rec.result->threads = 1;
	return 0;
}

/* After the end: errno of an execve that failed, or 0. */
static int start_failure(const struct kmod *km)
{
	int why = 0;

	return read(km->report, &why, sizeof(why)) == sizeof(why) ? why : 0;
}

/* ---- draining ---- */

bool kmod_program_ended(const struct kmod *km)
{
	siginfo_t info = { 0 };

	return !waitid(P_PID, (id_t)km->rec.own.first, &info, WEXITED | WNOHANG | WNOWAIT) &&
	       info.si_pid;
}

bool kmod_started(struct kmod *km)
{
	if (!km->started)
		km->started = km->rec.first_exec_done || kmod_program_ended(km);
	return km->started;
}

int kmod_round(struct kmod *km, unsigned int *tasks, struct scap_error *err)
{
	struct scap_ioc_wait wait = { .timeout_ms = DEADLINE_MS };

	rings_drain(km);
	live_flush(km->rec.options->live);
	/* without a program they are for whoever calls us to see */
	if (km->rec.own.first)
		own_signals_pass_on(&km->rec.own, own_clock_ns());
	/* EINTR: a signal, which the next round passes on */
	if (ioctl(km->device, SCAP_IOC_WAIT, &wait)) {
		if (errno != EINTR)
			return scap_fail(err, errno, SCAP_DEVICE ": %s", strerror(errno));
		return 0;
	}
	*tasks = wait.tasks;
	return 0;
}

static int run_loop(struct kmod *km, struct scap_error *err)
{
	unsigned int tasks = 1;
	char text[160];
	int ret = 0;

	/* nobody is recorded before the child has asked for it, or failed to */
	while (!ret && (tasks || !kmod_started(km))) {
		if (own_signals_explain(&km->rec.own, own_clock_ns(), text, sizeof(text)))
			say(&km->rec, "%s", text);
		ret = kmod_round(km, &tasks, err);
	}
	rings_drain(km);
	return ret;
}

static int check_complete(struct kmod *km, struct scap_error *err)
{
	struct scap_ioc_stats stats = { 0 };

	ioctl(km->device, SCAP_IOC_STATS, &stats);
	km->rec.result->kernel = stats;
	if (!stats.lost && !rings_stuck(km))
		return 0;
	return scap_fail(err, ENOBUFS, "%llu events were lost: there was no room for them; the "
			 "trace cannot be replayed", (unsigned long long)stats.lost);
}

static int record(struct kmod *km, const struct record_options *o, struct scap_error *err)
{
	struct scap_ioc_setup setup;
	int status = 0, ret = set_up(km, o, &setup, err);

	if (!ret)
		ret = rings_map(km, setup.rings, err);
	if (!ret && km->capture)
		return kmod_capture(km, o, err);
	if (!ret)
		ret = kmod_start(km, o, true, err);
	if (ret)
		return ret;
	ret = run_loop(km, err);
	km->rec.result->start_failed = km->foreign ? ENOEXEC : start_failure(km);
	if (!ret)
		ret = check_complete(km, err);
	if (waitpid(km->rec.own.first, &status, 0) == km->rec.own.first && !km->status_known)
		km->rec.result->status = status;
	return ret;
}

static int kmod_run(const struct record_options *o, struct scap_writer *w,
		    struct record_result *result, struct scap_error *err)
{
	struct kmod km = {
		.report = -1, .capture = o->capture.on, .ring_size = o->ring_size ? o->ring_size : RING_SIZE,
		.rec = { .options = o, .w = w, .result = result },
	};
	struct timespec ts;
	int ret;

	if (o->audit)
		return scap_fail(err, EINVAL, "--audit needs --backend=ptrace");
	ret = check_privileges(o, err);
	if (ret)
		return ret;
	km.device = open_device(err);
	if (km.device < 0)
		return km.device;
	clock_gettime(CLOCK_REALTIME, &ts);
	km.rec.start_ns = (uint64_t)ts.tv_sec * 1000000000ull + (uint64_t)ts.tv_nsec;
	km.rec.scratch = malloc(SCRATCH_SIZE);
	km.rec.hash = XXH64_createState();
	if (!km.rec.scratch || !km.rec.hash) {
		ret = scap_fail(err, ENOMEM, "out of memory");
		goto out;
	}
	km.rec.own.left = event_tasks_left;
	km.rec.own.ctx = &km;
	km.rec.own.deadline = o->timeout_ns ? own_clock_ns() + o->timeout_ns : 0;
	own_signals_catch();
	ret = record(&km, o, err);
	result->timed_out = km.rec.own.timed_out;
out:
	rings_unmap(&km);
	close(km.device);
	if (km.report >= 0)
		close(km.report);
	maps_release(&km.rec);
	checksum_free(&km.rec);
	free(km.tasks);
	places_free(&km);
	shown_free(&km);
	free(km.rec.served.v);
	free(km.rec.holes.v);
	free(km.rec.scratch);
	XXH64_freeState(km.rec.hash);
	return ret;
}

const struct backend backend_kmod = {
	.name = "kmod",
	.id = SCAP_BACKEND_KMOD,
	.features = SCAP_FEATURE_REPLAYABLE | SCAP_FEATURE_TSC_TRAPPED,
	.usable = kmod_usable,
	.run = kmod_run,
};
