// SPDX-License-Identifier: GPL-2.0
/*
 * keyctl(2). The law is security/keys/keyctl.c and keyctl_pkey.c.
 */
#include <scap/plan-rules.h>

enum {
	KEYCTL_JOIN_SESSION_KEYRING = 1,
	KEYCTL_UPDATE = 2,
	KEYCTL_DESCRIBE = 6,
	KEYCTL_SEARCH = 10,
	KEYCTL_READ = 11,
	KEYCTL_INSTANTIATE = 12,
	KEYCTL_GET_SECURITY = 17,
	KEYCTL_INSTANTIATE_IOV = 20,
	KEYCTL_DH_COMPUTE = 23,
	KEYCTL_PKEY_QUERY = 24,
	KEYCTL_PKEY_ENCRYPT = 25,
	KEYCTL_PKEY_SIGN = 27,
	KEYCTL_PKEY_VERIFY = 28,
	KEYCTL_RESTRICT_KEYRING = 29,
	KEYCTL_CAPABILITIES = 31,
};

#define DH_PARAMS	12u
#define PKEY_QUERY	48u
#define PKEY_PARAMS	32u

static int string(struct scap_plan *p, const struct scap_call *c, unsigned int arg)
{
	return scap_in_string(p, arg, c->args[arg], SCAP_STRING_MAX);
}

/* struct keyctl_pkey_params: key, in_len, out_len or in2_len; information, data. */
static int pkey_in(struct scap_plan *p, const struct scap_call *c)
{
	__u32 params[3];
	int ret = scap_get(p, c->args[1], params, sizeof(params));

	if (!ret)
		ret = scap_in(p, 1, c->args[1], PKEY_PARAMS);
	if (!ret)
		ret = string(p, c, 2);
	if (!ret)
		ret = scap_in(p, 3, c->args[3], params[1]);
	if (ret || (__s32)c->args[0] != KEYCTL_PKEY_VERIFY)
		return ret;
	return scap_in(p, 4, c->args[4], params[2]);
}

SCAP_PLANNER_IN(keyctl)
{
	int ret;

	switch ((__s32)c->args[0]) {
	case KEYCTL_JOIN_SESSION_KEYRING:
		return string(p, c, 1);
	case KEYCTL_UPDATE:
	case KEYCTL_INSTANTIATE:
		return scap_in(p, 2, c->args[2], c->args[3]);
	case KEYCTL_INSTANTIATE_IOV:
		return scap_iov_in(p, 2, c->args[2], c->args[3]);
	case KEYCTL_SEARCH:
	case KEYCTL_RESTRICT_KEYRING:
		ret = string(p, c, 2);
		return ret ? ret : string(p, c, 3);
	case KEYCTL_DH_COMPUTE:
		return scap_in(p, 1, c->args[1], DH_PARAMS);
	case KEYCTL_PKEY_QUERY:
		return string(p, c, 3);
	case KEYCTL_PKEY_ENCRYPT ... KEYCTL_PKEY_VERIFY:
		return pkey_in(p, c);
	}
	return 0;
}

/* The result of those that fill a buffer is the size it would take. */
static int filled(struct scap_plan *p, const struct scap_call *c, unsigned int arg)
{
	return scap_out(p, arg, c->args[arg], scap_min((__u64)c->result, c->args[arg + 1]));
}

SCAP_PLANNER_OUT(keyctl)
{
	if (scap_failed(c))
		return 0;
	switch ((__s32)c->args[0]) {
	case KEYCTL_DESCRIBE:
	case KEYCTL_READ:
	case KEYCTL_GET_SECURITY:
	case KEYCTL_DH_COMPUTE:
		return filled(p, c, 2);
	case KEYCTL_CAPABILITIES:
		return filled(p, c, 1);
	case KEYCTL_PKEY_QUERY:
		return scap_out(p, 4, c->args[4], PKEY_QUERY);
	case KEYCTL_PKEY_ENCRYPT ... KEYCTL_PKEY_SIGN:
		return scap_out(p, 4, c->args[4], (__u64)c->result);
	}
	return 0;
}
