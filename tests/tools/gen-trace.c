// SPDX-License-Identifier: GPL-2.0
/*
 * gen-trace [-a] [-c EVENT] [-p PROCESSES] FILE EVENTS: writes a synthetic
 * trace of about EVENTS events, shaped like a busy server's, for measurements.
 *   -a  the same execution recorded another time: other ids, addresses, clocks
 *   -c  change what the kernel answers at about this event
 *   -p  so many processes, taking turns (default 4)
 */
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include <format/format.h>

/* x86-64 numbers, which these traces claim to be of. */
enum { READ = 0, WRITE = 1, CLOSE = 3, MMAP = 9, FORK = 57, EXIT_GROUP = 231, OPENAT = 257 };

static struct scap_writer *writer;
static union {
	struct scap_event h;
	struct scap_ev_syscall call;
	struct scap_ev_fork fork;
	struct scap_ev_exec exec;
	struct scap_ev_task_exit exit;
	uint8_t bytes[SCAP_EVENT_MAX];
	uint64_t align;
} ev;

static uint64_t emitted, changed_at, base, first_pid = 1000, now = 1000000;

static void begin(uint16_t type, uint32_t tid)
{
	uint32_t fixed = scap_event_fixed(type);

	memset(&ev, 0, fixed);
	now += 900 + base % 512;
	ev.h = (struct scap_event){ .size = fixed, .type = type, .tid = tid,
				    .domain = (uint32_t)(tid - first_pid + 1),
				    .seq = emitted, .time = now };
}

static void span(uint8_t kind, uint8_t arg, uint64_t addr, uint32_t len, const void *bytes,
		 uint32_t stored)
{
	struct scap_span *s = (void *)(ev.bytes + ev.h.size);

	*s = (struct scap_span){ addr, len, (uint16_t)stored, kind, arg };
	memset(s + 1, 0, SCAP_ALIGN8(stored));
	memcpy(s + 1, bytes, stored);
	ev.h.size += scap_span_size(stored);
	if (ev.h.type >= SCAP_EV_SYSCALL && ev.h.type <= SCAP_EV_SYSCALL_EXIT)
		ev.call.nspans++;
	else
		ev.exec.nspans++;
}

static void end(void)
{
	emitted++;
	scap_writer_put(writer, &ev.h);
}

static void call(uint16_t type, uint32_t tid, uint32_t nr, int64_t result, uint64_t a0,
		 uint64_t a1, uint64_t a2)
{
	begin(type, tid);
	ev.call.nr = nr;
	ev.call.result = result;
	ev.call.args[0] = a0;
	ev.call.args[1] = a1;
	ev.call.args[2] = a2;
}

/* What a request looks like: open, read, map, write an answer, close. */
static void request(uint32_t tid, uint64_t n)
{
	static uint8_t data[4096];
	static const uint64_t textual = 0x206c617574786574; /* "textual " */
	uint64_t random;
	uint64_t heap = base + 0x555555560000ull, len = 64 << n % 5;
	char path[64];

	snprintf(path, sizeof(path), "/srv/data/%llu/item", (unsigned long long)n % 1000);
	call(SCAP_EV_SYSCALL, tid, OPENAT, 3, (uint64_t)-100, heap, 0);
	span(SCAP_SPAN_IN, 1, heap, (uint32_t)strlen(path) + 1, path, (uint32_t)strlen(path) + 1);
	ev.call.in_hash = n % 1000;
	end();
	random = n * 6364136223846793005ull + 1442695040888963407ull;
	for (size_t i = 0; i < len; i += 8) {
		random ^= random << 13, random ^= random >> 7, random ^= random << 17;
		memcpy(data + i, i % 32 ? &textual : &random, 8);
	}
	if (changed_at && emitted >= changed_at) {
		data[5] ^= 1;
		changed_at = 0;
	}
	call(SCAP_EV_SYSCALL, tid, READ, (int64_t)len, 3, heap + 4096, 4096);
	span(SCAP_SPAN_OUT, 1, heap + 4096, (uint32_t)len, data, (uint32_t)len);
	end();
	call(SCAP_EV_SYSCALL, tid, MMAP, (int64_t)(base + 0x7f0000000000ull), 0, 8192, 3);
	ev.call.args[3] = 0x22;
	end();
	call(SCAP_EV_SYSCALL, tid, WRITE, 40, 4, heap + 8192, 40);
	span(SCAP_SPAN_IN, 1, heap + 8192, 40, data, 40);
	ev.call.in_hash = n * 31;
	end();
	call(SCAP_EV_SYSCALL, tid, CLOSE, 0, 3, 0, 0);
	end();
}

static void start_program(uint32_t tid)
{
	begin(SCAP_EV_EXEC, tid);
	ev.exec.pid = ev.exec.old_tid = tid;
	span(SCAP_SPAN_PATH, SCAP_ARG_NONE, 0, 13, "/usr/bin/serv", 13);
	end();
}

static void start_process(uint32_t tid)
{
	call(SCAP_EV_SYSCALL_ENTER, (uint32_t)first_pid, FORK, 0, 0, 0, 0);
	end();
	begin(SCAP_EV_FORK, (uint32_t)first_pid);
	ev.fork.child = ev.fork.child_pid = tid;
	ev.fork.clone_flags = 17;
	end();
	call(SCAP_EV_SYSCALL_EXIT, tid, FORK, 0, 0, 0, 0);
	end();
	call(SCAP_EV_SYSCALL_EXIT, (uint32_t)first_pid, FORK, tid, 0, 0, 0);
	end();
}

static void end_process(uint32_t tid)
{
	call(SCAP_EV_SYSCALL_ENTER, tid, EXIT_GROUP, 0, 0, 0, 0);
	end();
	begin(SCAP_EV_TASK_EXIT, tid);
	ev.exit.pid = tid;
	ev.exit.last = 1;
	end();
}

static int usage(void)
{
	fprintf(stderr, "usage: gen-trace [-a] [-c EVENT] [-p PROCESSES] FILE EVENTS\n");
	return 2;
}

int main(int argc, char **argv)
{
	char *const words[] = { "serv", NULL };
	struct scap_header h = { .arch = SCAP_ARCH_X86_64, .backend = SCAP_BACKEND_PTRACE,
				 .page_size = 4096, .kernel = "6.1.0", .exe = "/usr/bin/serv",
				 .cwd = "/", .argv = words };
	struct scap_writer_stats stats;
	struct scap_error err;
	uint64_t events, processes = 4;
	int opt;

	while ((opt = getopt(argc, argv, "ac:p:")) != -1) {
		if (opt == 'a')
			base = 0x3ae1000, first_pid = 7000, now = 999000000;
		else if (opt == 'c')
			changed_at = strtoull(optarg, NULL, 10);
		else if (opt == 'p')
			processes = strtoull(optarg, NULL, 10);
		else
			return usage();
	}
	if (argc - optind != 2)
		return usage();
	events = strtoull(argv[optind + 1], NULL, 10);
	if (scap_writer_open(&writer, argv[optind], &h, &err))
		goto fail;
	scap_writer_content(writer, 1, 100, argv[0], strlen(argv[0]));
	start_program((uint32_t)first_pid);
	for (uint64_t p = 1; p < processes; p++)
		start_process((uint32_t)(first_pid + p));
	for (uint64_t n = 0; emitted < events; n++)
		request((uint32_t)(first_pid + n % processes), n);
	for (uint64_t p = processes; p--;)
		end_process((uint32_t)(first_pid + p));
	if (scap_writer_close(writer, &stats, &err))
		goto fail;
	printf("%llu events, %llu bytes of events, %llu bytes of file\n",
	       (unsigned long long)stats.events, (unsigned long long)stats.raw_bytes,
	       (unsigned long long)stats.file_bytes);
	return 0;
fail:
	fprintf(stderr, "gen-trace: %s\n", err.text);
	return 1;
}
