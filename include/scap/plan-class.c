// SPDX-License-Identifier: GPL-2.0
/*
 * What is known of a call besides its memory: the replay class where its
 * arguments decide it, and the descriptor that its bytes go to.
 */
#include <scap/plan-rules.h>

enum {
	MADV_DONTNEED = 4,
	MADV_FREE = 8,
	MADV_REMOVE = 9,
	MADV_DONTFORK = 10,
	MADV_DOFORK = 11,
	MADV_WIPEONFORK = 18,
	MADV_KEEPONFORK = 19,
	MADV_DONTNEED_LOCKED = 24,
	MADV_GUARD_INSTALL = 102,
	MADV_GUARD_REMOVE = 103,
};

/* Advice that changes what the memory, or a child's copy of it, holds. */
static enum scap_class madvise_class(const struct scap_call *c)
{
	switch ((__s32)c->args[2]) {
	case MADV_DONTNEED:
	case MADV_FREE:
	case MADV_REMOVE:
	case MADV_DONTFORK:
	case MADV_DOFORK:
	case MADV_WIPEONFORK:
	case MADV_KEEPONFORK:
	case MADV_DONTNEED_LOCKED:
	case MADV_GUARD_INSTALL:
	case MADV_GUARD_REMOVE:
		return SCAP_EXECUTE;
	}
	return SCAP_EMULATE;
}

enum scap_class scap_call_class(const struct scap_call *c)
{
	const struct scap_sysinfo *info = scap_sysinfo(c->nr);

	if (!info)
		return SCAP_EMULATE;
	switch (info->id) {
	case SCAP_SYS_madvise:
		return madvise_class(c);
	case SCAP_SYS_prctl:
		return scap_prctl_class(c);
	case SCAP_SYS_arch_prctl:
		return scap_arch_prctl_class(c);
	case SCAP_SYS_modify_ldt:
		return scap_modify_ldt_class(c);
	default:
		return info->class;
	}
}

int scap_call_output_fd(const struct scap_call *c)
{
	const struct scap_sysinfo *info = scap_sysinfo(c->nr);

	switch (info ? info->id : SCAP_SYS_NONE) {
	case SCAP_SYS_write:
	case SCAP_SYS_writev:
	case SCAP_SYS_pwrite64:
	case SCAP_SYS_pwritev:
	case SCAP_SYS_pwritev2:
	case SCAP_SYS_sendto:
	case SCAP_SYS_sendmsg:
	case SCAP_SYS_sendmmsg:
	case SCAP_SYS_vmsplice:
	case SCAP_SYS_sendfile:
		return (__s32)c->args[0];
	case SCAP_SYS_tee:
		return (__s32)c->args[1];
	case SCAP_SYS_splice:
	case SCAP_SYS_copy_file_range:
		return (__s32)c->args[2];
	}
	return -1;
}
