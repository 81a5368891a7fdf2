/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What is captured rather than recorded: the options that select processes and
 * calls of a running system (--pid, --comm, --uid, --cgroup, --syscall, -a).
 */
#ifndef SCAP_CAPTURE_H
#define SCAP_CAPTURE_H

#include <scap/device.h>

#include "format/format.h"

/*
 * @on:     the recording is capture-only
 * @filter: for the module; its cgroup is still to be opened
 * @cgroup: path of a directory of cgroup2, or NULL
 */
struct capture {
	bool on;
	struct scap_ioc_filter filter;
	const char *cgroup;
};

/* Whether processes are selected that run already, so that CMD only says for how long. */
bool capture_selects(const struct capture *c);

/* One option with its text each. Return 0, or -errno with @err saying what is wrong with it. */
int capture_all(struct capture *c);
int capture_pid(struct capture *c, const char *text, struct scap_error *err);
int capture_comm(struct capture *c, const char *text, struct scap_error *err);
/* A number or a user's name. */
int capture_uid(struct capture *c, const char *text, struct scap_error *err);
void capture_cgroup(struct capture *c, const char *path);
/* Names and %classes with commas in between; a '!' ahead of it all: all but these. */
int capture_syscalls(struct capture *c, const char *set, struct scap_error *err);

/*
 * Makes the session behind @device capture-only. Returns 0 or -errno with @err
 * saying what may not be captured, and what now.
 */
int capture_start(const struct capture *c, int device, struct scap_error *err);

#endif
