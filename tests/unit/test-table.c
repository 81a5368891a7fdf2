// SPDX-License-Identifier: GPL-2.0
/*
 * The syscall table is complete and consistent: every number of the installed
 * 6.12 headers has a row of the same name, and no rule points outside its row.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <scap/plan-rules.h>

#define HEADERS "linux-headers-6.12-amd64"

/* Numbers that a unistd.h defines, as the preprocessor sees them. */
static FILE *numbers(const char *find, const char *flags)
{
	char command[1024], file[512];
	FILE *f;

	snprintf(command, sizeof(command), "find /usr/src/linux-headers-6.12* -path '%s' 2>/dev/null",
		 find);
	f = popen(command, "r");
	assert_non_null(f);
	if (!fgets(file, sizeof(file), f))
		fail_msg("no %s under /usr/src: install package " HEADERS " (make deps)", find);
	pclose(f);
	file[strcspn(file, "\n")] = 0;
	/* __NR3264_x: the number; __NR_x: that name again */
	snprintf(command, sizeof(command),
		 "cc -E -dM %s -include '%s' -x c /dev/null | sed -n 's/^#define __NR/NR/p'",
		 flags, file);
	f = popen(command, "r");
	assert_non_null(f);
	return f;
}

struct number {
	char name[64], value[64];
};

static unsigned int read_numbers(FILE *f, struct number *list, unsigned int max)
{
	unsigned int n = 0;

	while (n < max && fscanf(f, " %63s %63s", list[n].name, list[n].value) == 2)
		n++;
	assert_int_equal(pclose(f), 0);
	return n;
}

/* Resolves one level of "__NR3264_x". */
static long value_of(const struct number *list, unsigned int n, const char *value)
{
	unsigned int i;

	if (!strncmp(value, "__NR3264_", 9))
		for (i = 0; i < n; i++)
			if (!strcmp(list[i].name, value + 2))
				return strtol(list[i].value, NULL, 10);
	return strtol(value, NULL, 10);
}

static void covers(enum scap_arch arch, const char *find, const char *flags)
{
	static struct number list[1024];
	unsigned int n = read_numbers(numbers(find, flags), list, 1024), i, count = 0;
	__u32 last = 0;

	for (i = 0; i < n; i++) {
		const char *name = list[i].name + 3;
		const struct scap_sysinfo *info;
		__u32 nr = (__u32)value_of(list, n, list[i].value);

		if (strncmp(list[i].name, "NR_", 3) || !strcmp(name, "syscalls") ||
		    !strcmp(name, "arch_specific_syscall"))
			continue;
		info = scap_sysinfo_arch(arch, nr);
		if (!info)
			fail_msg("%s (%u) has no row in syscalls.def", name, nr);
		if (strcmp(info->name, name))
			fail_msg("%u is %s, the table says %s", nr, name, info->name);
		last = nr > last ? nr : last;
		count++;
	}
	assert_true(count > 300);
	/* ... and up to there the table has no numbers of its own, but for x86's uprobe */
	for (i = 0; i <= last; i++)
		if (scap_sysinfo_arch(arch, i) &&
		    scap_sysinfo_arch(arch, i)->id != SCAP_SYS_uprobe)
			count--;
	assert_int_equal(count, 0);
}

static void test_every_x86_64_number(void **state)
{
	(void)state;
	covers(SCAP_ARCH_X86_64, "*/x86/include/generated/uapi/asm/unistd_64.h", "");
}

static void test_every_arm64_number(void **state)
{
	(void)state;
	/* what arch/arm64/include/uapi/asm/unistd.h asks of the generic list */
	covers(SCAP_ARCH_ARM64, "*/include/uapi/asm-generic/unistd.h",
	       "-D__BITS_PER_LONG=64 -D__ARCH_WANT_RENAMEAT -D__ARCH_WANT_NEW_STAT "
	       "-D__ARCH_WANT_SET_GET_RLIMIT -D__ARCH_WANT_TIME32_SYSCALLS "
	       "-D__ARCH_WANT_SYS_CLONE3 -D__ARCH_WANT_MEMFD_SECRET");
}

/* ---- rules ---- */

static bool len_needs_arg(const struct scap_rule *r)
{
	return r->len != SCAP_LEN_CONST || r->op == SCAP_RULE_IOV_IN ||
	       r->op == SCAP_RULE_IOV_KEEP || r->op == SCAP_RULE_IOV_OUT;
}

static void check_rules(const struct scap_sysinfo *info, const struct scap_rule *r, int first,
			int last)
{
	for (; r->op != SCAP_RULE_END; r++) {
		if (r->op < first || r->op > last)
			fail_msg("%s: rule on the wrong side of the call", info->name);
		if (r->op == SCAP_RULE_PLAN_IN || r->op == SCAP_RULE_PLAN_OUT) {
			assert_non_null(r->in);
			continue;
		}
		if (r->arg >= info->nargs || (len_needs_arg(r) && r->larg >= info->nargs))
			fail_msg("%s: a rule points at an argument that it does not have",
				 info->name);
		if ((r->op == SCAP_RULE_IN || r->op >= SCAP_RULE_OUT) &&
		    r->op != SCAP_RULE_IOV_OUT && r->len <= SCAP_LEN_RESULT && !r->n)
			fail_msg("%s: a rule without a size", info->name);
		if (r->len == SCAP_LEN_RESULT && first == SCAP_RULE_IN)
			fail_msg("%s: a result at entry", info->name);
	}
}

/* A value-result length is only known at exit if it was kept at entry. */
static void check_saved(const struct scap_row *row)
{
	const struct scap_rule *out, *in;

	for (out = row->exit; out->op != SCAP_RULE_END; out++) {
		bool kept = false;

		if (out->len != SCAP_LEN_VALUE_RESULT)
			continue;
		for (in = row->entry; in->op != SCAP_RULE_END; in++)
			kept = kept || (in->op == SCAP_RULE_SAVE32 && in->arg == out->larg);
		if (!kept)
			fail_msg("%s: uses a length that was not kept", row->info.name);
	}
}

static void test_rows_are_consistent(void **state)
{
	__u32 nr;

	(void)state;
	for (nr = 0; nr < scap_sysinfo_end(SCAP_ARCH_NATIVE); nr++) {
		const struct scap_row *row = scap_row(nr);
		unsigned int i;

		if (!row)
			continue;
		assert_in_range(row->info.class, SCAP_EMULATE, SCAP_REFUSE);
		assert_int_equal(row->info.class == SCAP_REFUSE, row->info.refuse > 0);
		assert_true(row->info.nargs <= 6);
		for (i = 0; i < row->info.nargs; i++)
			assert_in_range(row->info.type[i], SCAP_T_NONE + 1, SCAP_T_COUNT - 1);
		assert_in_range(row->info.ret, SCAP_T_NONE + 1, SCAP_T_COUNT - 1);
		check_rules(&row->info, row->entry, SCAP_RULE_IN, SCAP_RULE_PLAN_IN);
		check_rules(&row->info, row->exit, SCAP_RULE_OUT, SCAP_RULE_PLAN_OUT);
		check_saved(row);
	}
}

static void test_lookup(void **state)
{
	__u32 nr = 0;

	(void)state;
	assert_string_equal(scap_sysinfo_arch(SCAP_ARCH_X86_64, 257)->name, "openat");
	assert_string_equal(scap_sysinfo_arch(SCAP_ARCH_ARM64, 56)->name, "openat");
	assert_int_equal(scap_sysinfo_arch(SCAP_ARCH_ARM64, 56)->id, SCAP_SYS_openat);
	assert_null(scap_sysinfo_arch(SCAP_ARCH_ARM64, 1000));
	assert_null(scap_sysinfo_arch(SCAP_ARCH_X86_64, 400));
	assert_null(scap_sysinfo((__u32)-1));
	assert_null(scap_sysinfo_name(SCAP_ARCH_ARM64, "open", &nr));
	assert_non_null(scap_sysinfo_name(SCAP_ARCH_ARM64, "exit_group", &nr));
	assert_int_equal(nr, 94);
}

/* ---- requests of ioctl ---- */

static void test_ioctls_are_sorted(void **state)
{
	static const struct { const char *name; __u32 number; } list[] = {
#define IOCTL(name, nr, in, out) { #name, nr },
#define IOCTL_PLAN(name, nr, kind) { #name, nr },
#include <scap/ioctls.def>
#undef IOCTL
#undef IOCTL_PLAN
	};
	size_t i;

	(void)state;
	for (i = 1; i < sizeof(list) / sizeof(list[0]); i++)
		if (list[i - 1].number >= list[i].number)
			fail_msg("%s stands in the wrong place", list[i].name);
	assert_string_equal(scap_ioctl_name(0x5401), "TCGETS");
	assert_null(scap_ioctl_name(0xdead));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_x86_64_number),
		cmocka_unit_test(test_every_arm64_number),
		cmocka_unit_test(test_rows_are_consistent),
		cmocka_unit_test(test_lookup),
		cmocka_unit_test(test_ioctls_are_sorted),
	};

	return cmocka_run_group_tests_name("table", tests, NULL, NULL);
}
