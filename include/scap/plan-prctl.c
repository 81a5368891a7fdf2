// SPDX-License-Identifier: GPL-2.0
/*
 * prctl(2), arch_prctl(2), modify_ldt(2): settings of the task itself, and
 * which of them a replay must really make.
 */
#include <scap/plan-rules.h>

/* ---- prctl ---- */

enum {
	PR_GET_PDEATHSIG = 2,
	PR_GET_UNALIGN = 5,
	PR_GET_FPEMU = 9,
	PR_GET_FPEXC = 11,
	PR_SET_NAME = 15,
	PR_GET_NAME = 16,
	PR_GET_ENDIAN = 19,
	PR_SET_SECCOMP = 22,
	PR_GET_TSC = 25,
	PR_SET_MM = 35,
	PR_GET_CHILD_SUBREAPER = 37,
	PR_GET_TID_ADDRESS = 40,
	PR_SVE_SET_VL = 50,
	PR_PAC_RESET_KEYS = 54,
	PR_SET_TAGGED_ADDR_CTRL = 55,
	PR_SET_SYSCALL_USER_DISPATCH = 59,
	PR_PAC_SET_ENABLED_KEYS = 60,
	PR_SCHED_CORE = 62,
	PR_SME_SET_VL = 63,
	PR_SET_SHADOW_STACK_STATUS = 75,
	PR_GET_AUXV = 0x41555856,
	PR_SET_VMA = 0x53564d41,
};

enum { PR_SET_MM_AUXV = 12, PR_SET_MM_MAP = 14, PR_SET_MM_MAP_SIZE = 15 };

#define TASK_COMM_LEN	16
#define ANON_VMA_NAME_MAX 80
#define SECCOMP_MODE_FILTER 2

static int prctl_op(const struct scap_call *c)
{
	return (__s32)c->args[0];
}

SCAP_PLANNER_IN(prctl)
{
	switch (prctl_op(c)) {
	case PR_SET_SYSCALL_USER_DISPATCH:	/* calls would turn into signals unseen */
	case PR_PAC_RESET_KEYS:			/* new random keys, readable by nobody */
	case PR_SET_SHADOW_STACK_STATUS:
		p->refuse = EINVAL;
		return 0;
	case PR_SET_NAME:
		return scap_in_string(p, 1, c->args[1], TASK_COMM_LEN);
	case PR_SET_SECCOMP:
		return c->args[1] == SECCOMP_MODE_FILTER ? scap_in_fprog(p, 2, c->args[2]) : 0;
	case PR_SET_MM:
		if (c->args[1] != PR_SET_MM_MAP && c->args[1] != PR_SET_MM_AUXV)
			return 0;
		return scap_in(p, 2, c->args[2], scap_min(c->args[3], 4096));
	case PR_SET_VMA:
		return scap_in_string(p, 4, c->args[4], ANON_VMA_NAME_MAX);
	}
	return 0;
}

SCAP_PLANNER_OUT(prctl)
{
	if (!scap_wrote(c))
		return 0;
	switch (prctl_op(c)) {
	case PR_GET_PDEATHSIG:
	case PR_GET_UNALIGN:
	case PR_GET_FPEMU:
	case PR_GET_FPEXC:
	case PR_GET_ENDIAN:
	case PR_GET_TSC:
	case PR_GET_CHILD_SUBREAPER:
		return scap_out(p, 1, c->args[1], 4);
	case PR_GET_NAME:
		return scap_out(p, 1, c->args[1], TASK_COMM_LEN);
	case PR_GET_TID_ADDRESS:
		return scap_out(p, 1, c->args[1], 8);
	case PR_SET_MM:
		return c->args[1] == PR_SET_MM_MAP_SIZE ? scap_out(p, 2, c->args[2], 4) : 0;
	case PR_SCHED_CORE:
		return c->args[1] ? 0 : scap_out(p, 4, c->args[4], 8);
	case PR_GET_AUXV:	/* the result is the size it would need */
		return scap_failed(c) ? 0 : scap_out(p, 1, c->args[1],
						     scap_min(c->args[2], (__u64)c->result));
	}
	return 0;
}

/* ---- arch_prctl (x86) ---- */

enum {
	ARCH_SET_GS = 0x1001,
	ARCH_SET_FS = 0x1002,
	ARCH_GET_FS = 0x1003,
	ARCH_GET_GS = 0x1004,
	ARCH_GET_XCOMP_SUPP = 0x1021,
	ARCH_GET_XCOMP_PERM = 0x1022,
	ARCH_REQ_XCOMP_PERM = 0x1023,
	ARCH_GET_XCOMP_GUEST_PERM = 0x1024,
	ARCH_MAP_VDSO_X32 = 0x2001,
	ARCH_MAP_VDSO_64 = 0x2003,
	ARCH_GET_UNTAG_MASK = 0x4001,
	ARCH_ENABLE_TAGGED_ADDR = 0x4002,
	ARCH_GET_MAX_TAG_BITS = 0x4003,
	ARCH_SHSTK_ENABLE = 0x5001,
	ARCH_SHSTK_STATUS = 0x5005,
};

SCAP_PLANNER_IN(arch_prctl)
{
	switch ((__s32)c->args[0]) {
	case ARCH_SHSTK_ENABLE:		/* a stack that the program cannot write */
	case ARCH_MAP_VDSO_X32:		/* the vDSO is hidden: it tells the time */
	case ARCH_MAP_VDSO_X32 + 1:
	case ARCH_MAP_VDSO_64:
		p->refuse = EINVAL;
	}
	return 0;
}

SCAP_PLANNER_OUT(arch_prctl)
{
	if (!scap_wrote(c))
		return 0;
	switch ((__s32)c->args[0]) {
	case ARCH_GET_FS:
	case ARCH_GET_GS:
	case ARCH_GET_XCOMP_SUPP:
	case ARCH_GET_XCOMP_PERM:
	case ARCH_GET_XCOMP_GUEST_PERM:
	case ARCH_GET_UNTAG_MASK:
	case ARCH_GET_MAX_TAG_BITS:
	case ARCH_SHSTK_STATUS:
		return scap_out(p, 1, c->args[1], 8);
	}
	return 0;
}

/* ---- modify_ldt (x86) ---- */

static bool ldt_write(const struct scap_call *c)
{
	return (__s32)c->args[0] == 1 || (__s32)c->args[0] == 0x11;
}

SCAP_PLANNER_IN(modify_ldt)
{
	return ldt_write(c) ? scap_in(p, 1, c->args[1], SCAP_SIZE_USER_DESC) : 0;
}

SCAP_PLANNER_OUT(modify_ldt)
{
	if (ldt_write(c) || scap_failed(c))
		return 0;
	return scap_out(p, 1, c->args[1], (__u64)c->result);
}

/* ---- class by request ---- */

enum scap_class scap_prctl_class(const struct scap_call *c)
{
	switch (prctl_op(c)) {
	case PR_SVE_SET_VL:
	case PR_SME_SET_VL:
	case PR_SET_TAGGED_ADDR_CTRL:
	case PR_PAC_SET_ENABLED_KEYS:
		return SCAP_EXECUTE;
	}
	return SCAP_EMULATE;
}

enum scap_class scap_arch_prctl_class(const struct scap_call *c)
{
	switch ((__s32)c->args[0]) {
	case ARCH_SET_FS:
	case ARCH_SET_GS:
	case ARCH_REQ_XCOMP_PERM:
	case ARCH_ENABLE_TAGGED_ADDR:
		return SCAP_EXECUTE;
	}
	return SCAP_EMULATE;
}

bool scap_sets_tls(__u32 nr, const __u64 *args)
{
	const struct scap_sysinfo *info = scap_sysinfo(nr);

	return info && info->id == SCAP_SYS_arch_prctl && (__s32)args[0] == ARCH_SET_FS;
}

enum scap_class scap_modify_ldt_class(const struct scap_call *c)
{
	return ldt_write(c) ? SCAP_EXECUTE : SCAP_EMULATE;
}
