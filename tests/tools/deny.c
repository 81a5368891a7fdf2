// SPDX-License-Identifier: GPL-2.0
/*
 * deny SYSCALL[,SYSCALL...] CMD [ARG...]: runs CMD in a world where these calls
 * fail with EPERM, as in a container with a strict seccomp profile.
 */
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	scmp_filter_ctx ctx;

	if (argc < 3) {
		fprintf(stderr, "usage: deny SYSCALL[,SYSCALL...] CMD [ARG...]\n");
		return 2;
	}
	ctx = seccomp_init(SCMP_ACT_ALLOW);
	for (char *rest, *name = strtok_r(argv[1], ",", &rest); name; name = strtok_r(NULL, ",", &rest))
		if (seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), seccomp_syscall_resolve_name(name), 0)) {
			fprintf(stderr, "deny: no such syscall: %s\n", name);
			return 2;
		}
	if (seccomp_load(ctx)) {
		perror("deny: seccomp_load");
		return 2;
	}
	execvp(argv[2], argv + 2);
	fprintf(stderr, "deny: %s: %s\n", argv[2], strerror(errno));
	return 2;
}
