// SPDX-License-Identifier: GPL-2.0
/*
 * Time: clocks, timers and the structures that carry seconds.
 */
#include <linux/time_types.h>
#include <linux/time.h>
#include <linux/timerfd.h>
#include <linux/timex.h>

#include <format/decode-types.h>

static const struct decode_name clocks[] = {
	NAME_ENUM(CLOCK_REALTIME), NAME_ENUM(CLOCK_MONOTONIC),
	NAME_ENUM(CLOCK_PROCESS_CPUTIME_ID), NAME_ENUM(CLOCK_THREAD_CPUTIME_ID),
	NAME_ENUM(CLOCK_MONOTONIC_RAW), NAME_ENUM(CLOCK_REALTIME_COARSE),
	NAME_ENUM(CLOCK_MONOTONIC_COARSE), NAME_ENUM(CLOCK_BOOTTIME),
	NAME_ENUM(CLOCK_REALTIME_ALARM), NAME_ENUM(CLOCK_BOOTTIME_ALARM), NAME_ENUM(CLOCK_TAI),
};
static const struct decode_type clock_names = DECODE_ENUM(4, clocks);

/* Negative: ~id << 3 | per-thread << 2 | which (clock_getres(2), posix-timers.h). */
static void print_clock(struct decode *d, const struct decode_type *t, __u64 v)
{
	static const char *const which[] = {
		"CPUCLOCK_PROF", "CPUCLOCK_VIRT", "CPUCLOCK_SCHED", "CLOCKFD",
	};
	__s32 id = (__s32)v;

	(void)t;
	if (id >= 0) {
		decode_enum(d, &clock_names, v);
		return;
	}
	if ((id & 3) == 3)
		put_str(d, "FD_TO_CLOCKID(");
	else
		put_str(d, id & 4 ? "MAKE_THREAD_CPUCLOCK(" : "MAKE_PROCESS_CPUCLOCK(");
	put_signed(d, ~(id >> 3));
	if ((id & 3) != 3) {
		put_str(d, ", ");
		put_str(d, which[id & 3]);
	}
	put_char(d, ')');
}
const struct decode_type type_clockid = { .print = print_clock, .width = 4 };

static const struct decode_field timespec_fields[] = {
	FIELD_S(struct __kernel_timespec, tv_sec, NULL),
	FIELD_S(struct __kernel_timespec, tv_nsec, NULL),
};
const struct decode_type type_timespec =
	DECODE_STRUCT(sizeof(struct __kernel_timespec), DECODE_BOTH, timespec_fields);

static const struct decode_field timeval_fields[] = {
	FIELD_S(struct __kernel_sock_timeval, tv_sec, NULL),
	FIELD_S(struct __kernel_sock_timeval, tv_usec, NULL),
};
const struct decode_type type_timeval =
	DECODE_STRUCT(sizeof(struct __kernel_sock_timeval), DECODE_BOTH, timeval_fields);

static const struct decode_field itimerspec_fields[] = {
	FIELD_IN(struct __kernel_itimerspec, it_interval, &type_timespec),
	FIELD_IN(struct __kernel_itimerspec, it_value, &type_timespec),
};
const struct decode_type type_itimerspec =
	DECODE_STRUCT(sizeof(struct __kernel_itimerspec), DECODE_BOTH, itimerspec_fields);

static const struct decode_field itimerval_fields[] = {
	{ "it_interval", 0, 16, FIELD_STRUCT, false, &type_timeval },
	{ "it_value", 16, 16, FIELD_STRUCT, false, &type_timeval },
};
const struct decode_type type_itimerval = DECODE_STRUCT(32, DECODE_BOTH, itimerval_fields);

static const struct decode_field timezone_fields[] = {
	FIELD_S(struct timezone, tz_minuteswest, NULL),
	FIELD_S(struct timezone, tz_dsttime, NULL),
};
const struct decode_type type_timezone =
	DECODE_STRUCT(sizeof(struct timezone), DECODE_BOTH, timezone_fields);

/* times(2), in clock ticks. */
static const struct decode_field tms_fields[] = {
	{ "tms_utime", 0, 8, FIELD_SIGNED, false, NULL },
	{ "tms_stime", 8, 8, FIELD_SIGNED, false, NULL },
	{ "tms_cutime", 16, 8, FIELD_SIGNED, false, NULL },
	{ "tms_cstime", 24, 8, FIELD_SIGNED, false, NULL },
};
const struct decode_type type_tms = DECODE_STRUCT(32, DECODE_OUT, tms_fields);

static const struct decode_field utimbuf_fields[] = {
	{ "actime", 0, 8, FIELD_SIGNED, false, NULL },
	{ "modtime", 8, 8, FIELD_SIGNED, false, NULL },
};
const struct decode_type type_utimbuf = DECODE_STRUCT(16, DECODE_IN, utimbuf_fields);

/* utimensat(2): a pair, in which nanoseconds have two special values. */
#define UTIME_NOW_NSEC	0x3fffffff
#define UTIME_OMIT_NSEC	0x3ffffffe

static void print_utimes(struct decode *d, const struct decode_type *t, __u64 v)
{
	const char *p = decode_mem(d, v, DECODE_IN, 32);
	int i;

	if (!p) {
		t = &type_timespec;
		t->print(d, t, v);
		return;
	}
	for (i = 0; i < 2; i++, p += 16) {
		__u64 nsec = decode_load(p + 8, 8);

		put_str(d, i ? ", " : "[");
		if (nsec == UTIME_NOW_NSEC)
			put_str(d, "UTIME_NOW");
		else if (nsec == UTIME_OMIT_NSEC)
			put_str(d, "UTIME_OMIT");
		else
			decode_struct_at(d, &type_timespec, p, 16);
	}
	put_char(d, ']');
}
const struct decode_type type_timespec2 = { .print = print_utimes, .side = DECODE_IN };

static void print_timevals(struct decode *d, const struct decode_type *t, __u64 v)
{
	(void)t;
	decode_array(d, &type_timeval, v, 2);
}
const struct decode_type type_timeval2 = { .print = print_timevals, .side = DECODE_IN };

static const struct decode_name itimers[] = {
	NAME_ENUM(ITIMER_REAL), NAME_ENUM(ITIMER_VIRTUAL), NAME_ENUM(ITIMER_PROF),
};
const struct decode_type type_itimer_which = DECODE_ENUM(4, itimers);

static const struct decode_name timer_flags[] = { NAME_FLAG(TIMER_ABSTIME) };
const struct decode_type type_timer_flags = DECODE_FLAGS(4, timer_flags);

static const struct decode_name timerfd_create_flags[] = {
	NAME_FLAG(TFD_CLOEXEC), NAME_FLAG(TFD_NONBLOCK),
};
const struct decode_type type_tfd_flags = DECODE_FLAGS(4, timerfd_create_flags);

static const struct decode_name timerfd_settime_flags[] = {
	NAME_FLAG(TFD_TIMER_ABSTIME), NAME_FLAG(TFD_TIMER_CANCEL_ON_SET),
};
const struct decode_type type_tfd_timer_flags = DECODE_FLAGS(4, timerfd_settime_flags);

static const struct decode_name adj_modes[] = {
	NAME_FLAG_AS("ADJ_OFFSET_SS_READ", 0xa001), NAME_FLAG_AS("ADJ_OFFSET_SINGLESHOT", 0x8001),
	NAME_FLAG(ADJ_OFFSET), NAME_FLAG(ADJ_FREQUENCY), NAME_FLAG(ADJ_MAXERROR),
	NAME_FLAG(ADJ_ESTERROR), NAME_FLAG(ADJ_STATUS), NAME_FLAG(ADJ_TIMECONST),
	NAME_FLAG(ADJ_TAI), NAME_FLAG(ADJ_SETOFFSET), NAME_FLAG(ADJ_MICRO), NAME_FLAG(ADJ_NANO),
	NAME_FLAG(ADJ_TICK),
};
static const struct decode_type type_adj_modes = DECODE_FLAGS(4, adj_modes);

static const struct decode_name sta_flags[] = {
	NAME_FLAG(STA_PLL), NAME_FLAG(STA_PPSFREQ), NAME_FLAG(STA_PPSTIME), NAME_FLAG(STA_FLL),
	NAME_FLAG(STA_INS), NAME_FLAG(STA_DEL), NAME_FLAG(STA_UNSYNC), NAME_FLAG(STA_FREQHOLD),
	NAME_FLAG(STA_PPSSIGNAL), NAME_FLAG(STA_PPSJITTER), NAME_FLAG(STA_PPSWANDER),
	NAME_FLAG(STA_PPSERROR), NAME_FLAG(STA_CLOCKERR), NAME_FLAG(STA_NANO),
	NAME_FLAG(STA_MODE), NAME_FLAG(STA_CLK),
};
static const struct decode_type type_sta_flags = DECODE_FLAGS(4, sta_flags);

static const struct decode_field timex_fields[] = {
	FIELD_U(struct __kernel_timex, modes, &type_adj_modes),
	FIELD_S(struct __kernel_timex, offset, NULL),
	FIELD_S(struct __kernel_timex, freq, NULL),
	FIELD_S(struct __kernel_timex, maxerror, NULL),
	FIELD_S(struct __kernel_timex, esterror, NULL),
	FIELD_U(struct __kernel_timex, status, &type_sta_flags),
	FIELD_S(struct __kernel_timex, constant, NULL),
	FIELD_S(struct __kernel_timex, precision, NULL),
	FIELD_S(struct __kernel_timex, tolerance, NULL),
	{ "time", offsetof(struct __kernel_timex, time), 16, FIELD_STRUCT, false, &type_timeval },
	FIELD_S(struct __kernel_timex, tick, NULL),
	FIELD_S(struct __kernel_timex, tai, NULL),
};
const struct decode_type type_timex = DECODE_STRUCT(sizeof(struct __kernel_timex), DECODE_BOTH,
						    timex_fields);

static const struct decode_name clock_states[] = {
	NAME_ENUM(TIME_OK), NAME_ENUM(TIME_INS), NAME_ENUM(TIME_DEL), NAME_ENUM(TIME_OOP),
	NAME_ENUM(TIME_WAIT), NAME_ENUM(TIME_ERROR),
};
const struct decode_type type_clock_state = DECODE_ENUM(4, clock_states);
