// SPDX-License-Identifier: GPL-2.0
/*
 * Running a system: mounts, quotas, clocks, logs, security modules.
 */
#include <scap/plan-rules.h>

/* ---- mounts ---- */

enum {
	FSCONFIG_SET_STRING = 1,
	FSCONFIG_SET_BINARY = 2,
	FSCONFIG_SET_PATH = 3,
	FSCONFIG_SET_PATH_EMPTY = 4,
};

SCAP_PLANNER_IN(fsconfig)
{
	switch ((__u32)c->args[1]) {
	case FSCONFIG_SET_STRING:
	case FSCONFIG_SET_PATH:
	case FSCONFIG_SET_PATH_EMPTY:
		return scap_in_string(p, 3, c->args[3], SCAP_STRING_MAX);
	case FSCONFIG_SET_BINARY:
		return (__s32)c->args[4] < 0 ? 0 : scap_in(p, 3, c->args[3], (__u32)c->args[4]);
	}
	return 0;
}

/* copy_statmount_to_user(): the first word says how much there is in all. */
SCAP_PLANNER_OUT(statmount)
{
	__u32 size;
	int ret;

	if (scap_failed(c) || c->args[2] < sizeof(size))
		return 0;
	ret = scap_get32(p, c->args[1], &size);
	return ret ? ret : scap_out(p, 1, c->args[1], scap_min(size, c->args[2]));
}

/* ---- quotas ---- */

enum {
	Q_QUOTAON = 0x800002,
	Q_GETFMT = 0x800004,
	Q_GETINFO = 0x800005,
	Q_SETINFO = 0x800006,
	Q_GETQUOTA = 0x800007,
	Q_SETQUOTA = 0x800008,
	Q_GETNEXTQUOTA = 0x800009,
	Q_XQUOTAON = 0x5801,
	Q_XQUOTAOFF = 0x5802,
	Q_XGETQUOTA = 0x5803,
	Q_XSETQLIM = 0x5804,
	Q_XGETQSTAT = 0x5805,
	Q_XQUOTARM = 0x5806,
	Q_XGETQSTATV = 0x5808,
	Q_XGETNEXTQUOTA = 0x5809,
};

#define DQINFO		24u	/* struct if_dqinfo */
#define DQBLK		72u	/* struct if_dqblk, if_nextdqblk */
#define XFS_DQUOT	112u	/* struct fs_disk_quota */
#define XFS_QSTAT	80u	/* struct fs_quota_stat */
#define XFS_QSTATV	160u	/* struct fs_quota_statv */

/* QCMD(): the command stands above the type of quota. */
static int quota_in(struct scap_plan *p, const struct scap_call *c, __u32 cmd)
{
	switch (cmd >> 8) {
	case Q_QUOTAON:
		return scap_in_string(p, 3, c->args[3], SCAP_STRING_MAX);
	case Q_SETINFO:
		return scap_in(p, 3, c->args[3], DQINFO);
	case Q_SETQUOTA:
		return scap_in(p, 3, c->args[3], DQBLK);
	case Q_XSETQLIM:
		return scap_in(p, 3, c->args[3], XFS_DQUOT);
	case Q_XQUOTAON:
	case Q_XQUOTAOFF:
	case Q_XQUOTARM:
		return scap_in(p, 3, c->args[3], 4);
	case Q_XGETQSTATV:	/* qs_version */
		return scap_in(p, 3, c->args[3], 1);
	}
	return 0;
}

static int quota_out(struct scap_plan *p, const struct scap_call *c, __u32 cmd)
{
	if (!scap_wrote(c))
		return 0;
	switch (cmd >> 8) {
	case Q_GETFMT:
		return scap_out(p, 3, c->args[3], 4);
	case Q_GETINFO:
		return scap_out(p, 3, c->args[3], DQINFO);
	case Q_GETQUOTA:
	case Q_GETNEXTQUOTA:
		return scap_out(p, 3, c->args[3], DQBLK);
	case Q_XGETQUOTA:
	case Q_XGETNEXTQUOTA:
		return scap_out(p, 3, c->args[3], XFS_DQUOT);
	case Q_XGETQSTAT:
		return scap_out(p, 3, c->args[3], XFS_QSTAT);
	case Q_XGETQSTATV:
		return scap_out(p, 3, c->args[3], XFS_QSTATV);
	}
	return 0;
}

SCAP_PLANNER_IN(quotactl)
{
	return quota_in(p, c, (__u32)c->args[0]);
}

SCAP_PLANNER_OUT(quotactl)
{
	return quota_out(p, c, (__u32)c->args[0]);
}

SCAP_PLANNER_IN(quotactl_fd)
{
	return quota_in(p, c, (__u32)c->args[1]);
}

SCAP_PLANNER_OUT(quotactl_fd)
{
	return quota_out(p, c, (__u32)c->args[1]);
}

/* ---- clocks ---- */

/* struct timex: with no modes it is only asked; its holes and outputs are not read. */
static int timex_in(struct scap_plan *p, const struct scap_call *c, unsigned int arg)
{
	__u64 addr = c->args[arg];
	__u32 modes;
	int ret = scap_get32(p, addr, &modes);

	if (!ret)
		ret = scap_in(p, arg, addr, sizeof(modes));
	if (ret || !modes)
		return ret;
	ret = scap_in(p, arg, addr + 8, 36);		/* offset .. status */
	if (!ret)
		ret = scap_in(p, arg, addr + 48, 8);	/* constant */
	return ret ? ret : scap_in(p, arg, addr + 72, 24);	/* time, tick */
}

SCAP_PLANNER_IN(adjtimex)
{
	return timex_in(p, c, 0);
}

SCAP_PLANNER_IN(clock_adjtime)
{
	return timex_in(p, c, 1);
}

/* ---- logs, names of file systems, reboot ---- */

enum {
	SYSLOG_ACTION_READ = 2,
	SYSLOG_ACTION_READ_ALL = 3,
	SYSLOG_ACTION_READ_CLEAR = 4,
};

SCAP_PLANNER_OUT(syslog)
{
	__s32 action = (__s32)c->args[0];

	if (scap_failed(c) || action < SYSLOG_ACTION_READ || action > SYSLOG_ACTION_READ_CLEAR)
		return 0;
	return scap_out(p, 1, c->args[1], (__u64)c->result);
}

SCAP_PLANNER_IN(sysfs)
{
	return (__s32)c->args[0] == 1 ? scap_in_string(p, 1, c->args[1], SCAP_STRING_MAX) : 0;
}

/* The name of a file system type; none is longer than this. */
#define FSTYPE_MAX 64u

SCAP_PLANNER_OUT(sysfs)
{
	char name[FSTYPE_MAX];
	const char *nul = NULL;
	__u32 n;

	if ((__s32)c->args[0] != 2 || scap_failed(c))
		return 0;
	for (n = 0; n < FSTYPE_MAX && !nul; n++) {
		int ret = scap_get(p, c->args[2] + n, &name[n], 1);

		if (ret)
			return ret;
		nul = name[n] ? NULL : &name[n];
	}
	return scap_out(p, 2, c->args[2], n);
}

#define LINUX_REBOOT_CMD_RESTART2 0xa1b2c3d4u

SCAP_PLANNER_IN(reboot)
{
	if ((__u32)c->args[2] != LINUX_REBOOT_CMD_RESTART2)
		return 0;
	return scap_in_string(p, 3, c->args[3], 256);
}

/* ---- security modules ---- */

enum { LANDLOCK_RULE_PATH_BENEATH = 1, LANDLOCK_RULE_NET_PORT = 2 };

SCAP_PLANNER_IN(landlock_add_rule)
{
	switch ((__u32)c->args[1]) {
	case LANDLOCK_RULE_PATH_BENEATH:	/* packed */
		return scap_in(p, 2, c->args[2], 12);
	case LANDLOCK_RULE_NET_PORT:
		return scap_in(p, 2, c->args[2], 16);
	}
	return 0;
}

/* Value-result size at argument @lenp, stored whatever the result (security_getselfattr()). */
static int sized_out(struct scap_plan *p, const struct scap_call *c, unsigned int buf,
		     unsigned int lenp)
{
	__u32 size;
	int ret;

	if (!c->args[lenp])
		return 0;
	ret = scap_get32(p, c->args[lenp], &size);
	if (!ret && !scap_failed(c))
		ret = scap_out(p, buf, c->args[buf], scap_min(size, c->saved[lenp]));
	return ret ? ret : scap_out(p, lenp, c->args[lenp], sizeof(size));
}

#define LSM_FLAG_SINGLE 1

SCAP_PLANNER_IN(lsm_get)
{
	__u32 size;
	int ret = scap_get32(p, c->args[2], &size);

	if (ret)
		return ret;
	c->saved[2] = size;
	ret = scap_in(p, 2, c->args[2], sizeof(size));
	if (ret || !(c->args[3] & LSM_FLAG_SINGLE))
		return ret;
	return scap_in(p, 1, c->args[1], 8);	/* lsm_ctx.id */
}

SCAP_PLANNER_OUT(lsm_get)
{
	return sized_out(p, c, 1, 2);
}

SCAP_PLANNER_OUT(lsm_list)
{
	return sized_out(p, c, 0, 1);
}
