// SPDX-License-Identifier: GPL-2.0
/* The kernel module's backend, as far as it concerns machines that have none. */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "recorder/backend.h"

#define DEVICE "/dev/scaprec"

static int kmod_usable(struct scap_error *err)
{
	int why = access(DEVICE, R_OK | W_OK) ? errno : ENOTSUP;

	return scap_fail(err, why, "%s is not usable: %s; load the module (modprobe scaprec) or "
			 "record with --backend=ptrace", DEVICE,
			 why == ENOTSUP ? "this scap-record does not speak its version" :
			 strerror(why));
}

static int kmod_run(const struct record_options *o, struct scap_writer *w,
		    struct record_result *result, struct scap_error *err)
{
	(void)o;
	(void)w;
	(void)result;
	return kmod_usable(err);
}

const struct backend backend_kmod = {
	.name = "kmod",
	.id = SCAP_BACKEND_KMOD,
	.features = SCAP_FEATURE_REPLAYABLE | SCAP_FEATURE_TSC_TRAPPED,
	.usable = kmod_usable,
	.run = kmod_run,
};
