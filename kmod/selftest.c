// SPDX-License-Identifier: GPL-2.0
/*
 * The planners as they were compiled here, carried out on memory that a test
 * made up: SCAP_IOC_PLAN of include/scap/device.h. Nothing of the calling
 * program is looked at but what the request names.
 */
#include <linux/slab.h>

#include "call.h"

struct selftest {
	struct scap_mem mem;
	struct scap_plan plan;
	struct scap_call call;
	struct scap_iov iov[SCAP_PLAN_IOV];
	struct scap_ioc_plan arg;
	u8 *memory;
	struct scap_ioc_span *spans;
	bool at_exit;
};

static int get_made_up(const struct scap_mem *mem, __u64 addr, void *buf, __u32 len)
{
	const struct selftest *t = container_of(mem, struct selftest, mem);
	u64 at = addr - t->arg.base;

	if (addr < t->arg.base || at > t->arg.len || len > t->arg.len - at)
		return -EFAULT;
	memcpy(buf, t->memory + at, len);
	return 0;
}

static int add_span(struct scap_plan *plan, __u64 addr, __u64 len, __u8 kind, __u8 arg, bool string)
{
	struct selftest *t = container_of(plan, struct selftest, plan);
	u32 n = t->arg.nspans++;

	if (n < t->arg.cap)
		t->spans[n] = (struct scap_ioc_span){
			.addr = addr, .len = len, .kind = kind, .arg = arg, .string = string,
			.exit = t->at_exit,
		};
	return 0;
}

static long load(struct selftest *t, u64 from)
{
	const void __user *at = (const void __user *)(unsigned long)from;

	return copy_from_user(t->memory, at, t->arg.len) ? -EFAULT : 0;
}

static long run(struct selftest *t)
{
	struct scap_ioc_plan *a = &t->arg;
	long ret = load(t, a->before);

	if (ret)
		return ret;
	t->mem.get = get_made_up;
	t->plan = (struct scap_plan){ .mem = &t->mem, .emit = add_span };
	t->call = (struct scap_call){ .nr = a->nr, .iov = t->iov, .iov_cap = SCAP_PLAN_IOV };
	memcpy(t->call.args, a->args, sizeof(a->args));
	a->nspans = 0;
	a->entry = scap_plan_entry(&t->plan, &t->call);
	a->refuse = t->plan.refuse;
	a->unknown = t->plan.unknown;
	ret = load(t, a->after);
	if (ret)
		return ret;
	t->at_exit = true;
	t->call.result = a->result;
	a->exit = scap_plan_exit(&t->plan, &t->call);
	if (copy_to_user((void __user *)(unsigned long)a->spans, t->spans,
			 min(a->nspans, a->cap) * sizeof(*t->spans)))
		return -EFAULT;
	return 0;
}

long selftest_plan(void __user *user)
{
	struct selftest *t = kzalloc(sizeof(*t), GFP_KERNEL);
	long ret = -ENOMEM;

	if (!t)
		return -ENOMEM;
	if (copy_from_user(&t->arg, user, sizeof(t->arg))) {
		ret = -EFAULT;
		goto out;
	}
	if (t->arg.len > SCAP_PLAN_MEMORY || t->arg.cap > SCAP_PLAN_SPANS) {
		ret = -EINVAL;
		goto out;
	}
	t->memory = kvmalloc(SCAP_PLAN_MEMORY, GFP_KERNEL);
	t->spans = kvcalloc(SCAP_PLAN_SPANS, sizeof(*t->spans), GFP_KERNEL);
	if (t->memory && t->spans)
		ret = run(t);
	if (!ret && copy_to_user(user, &t->arg, sizeof(t->arg)))
		ret = -EFAULT;
	kvfree(t->spans);
	kvfree(t->memory);
out:
	kfree(t);
	return ret;
}
