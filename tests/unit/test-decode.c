// SPDX-License-Identifier: GPL-2.0
/*
 * Calls as text: one exact line or more for each family of printers.
 */
#include "decode-lines.h"

#define AT_FDCWD ((uint64_t)-100)

static void test_plain(void **state)
{
	(void)state;
	call("read", 4, 3, BUF, 4096);
	out(1, BUF, "root", 4);
	line("read(3, \"root\", 4096) = 4");

	call("read", 0, 3, BUF, 4096);
	line("read(3, \"\", 4096) = 0");

	call("read", -9, 3, BUF, 4096);
	line("read(3, 0x7ffd00001000, 4096) = -1 EBADF (Bad file descriptor)");

	call("read", 40, 3, BUF, 4096);
	out(1, BUF, "0123456789012345678901234567890123456789", 40);
	line("read(3, \"01234567890123456789012345678901\"..., 4096) = 40");

	call("read", 65536, 3, BUF, 65536);
	line("read(3, 0x7ffd00001000, 65536) = 65536");

	call("write", 6, 1, BUF, 6);
	in(1, BUF, "a\tb\"\\\n", 6);
	line("write(1, \"a\\tb\\\"\\\\\\n\", 6) = 6");

	call("write", 8, 1, BUF, 8);
	in(1, BUF, "\033[0m\0017\377\177", 8);
	line("write(1, \"\\33[0m\\0017\\377\\177\", 8) = 8");

	call("write", 1, 1, BUF, 0);
	in(1, BUF, "", 0);
	line("write(1, \"\", 0) = 1");

	call("close", 0, 3);
	line("close(3) = 0");

	call("getpid", 4711);
	line("getpid() = 4711");

	call("lseek", 1024, 3, (uint64_t)-16, 2);
	line("lseek(3, -16, SEEK_END) = 1024");

	call("getuid", 0xffffffff);
	line("getuid() = -1");

	call("setresuid", 0, 0, (uint32_t)-1, 1000);
	line("setresuid(0, -1, 1000) = 0");
}

static void test_results(void **state)
{
	(void)state;
	call("nanosleep", -516, BUF, 0);
	in_ints(0, BUF, 8, 1L, 500L, END);
	line("nanosleep({tv_sec=1, tv_nsec=500}, NULL) = ? ERESTART_RESTARTBLOCK "
	     "(Interrupted by signal)");

	call("pause", -514);
	line("pause() = ? ERESTARTNOHAND (To be restarted if no handler)");

	call("read", -512, 0, BUF, 1);
	line("read(0, 0x7ffd00001000, 1) = ? ERESTARTSYS (To be restarted if SA_RESTART is set)");

	call("fork", -513);
	line("fork() = ? ERESTARTNOINTR (To be restarted)");

	call("io_uring_setup", -38, 8, BUF);
	flags(SCAP_F_REFUSED);
	line("io_uring_setup(8, 0x7ffd00001000) = -1 ENOSYS (Function not implemented) "
	     "(answered by scap)");

	call("close", -4000, 3);
	line("close(3) = -1 error 4000");

	enter("exit_group", 3);
	line("exit_group(3) = ?");
}

static void test_unknown(void **state)
{
	struct scap_ev_syscall c = { .h = { .type = SCAP_EV_SYSCALL }, .nr = 5000,
				     .args = { 1, 2, 0, 0xdeadbeef }, .result = -38 };

	(void)state;
	event(&c, sizeof(c));
	line("syscall_0x1388(0x1, 0x2, 0, 0xdeadbeef, 0, 0) = -1 ENOSYS "
	     "(Function not implemented)");

	c.nr = 4;
	c.result = 1;
	event(&c, sizeof(c));
	flags(SCAP_F_COMPAT);
	line("ia32_syscall_0x4(0x1, 0x2, 0, 0xdeadbeef, 0, 0) = 1");
}

static void test_split(void **state)
{
	(void)state;
	enter("read", 0, BUF, 4096);
	line("read(0, 0x7ffd00001000, 4096 <unfinished ...>");

	leave("read", 3, 0, BUF, 4096);
	out(1, BUF, "abc", 3);
	line("<... read resumed>\"abc\", 4096) = 3");

	enter("wait4", (uint64_t)-1, BUF, 0, 0);
	line("wait4(-1, 0x7ffd00001000, 0, NULL <unfinished ...>");

	leave("wait4", 77, (uint64_t)-1, BUF, 0, 0);
	out_ints(1, BUF, 4, 0x0100L, END);
	line("<... wait4 resumed>[{WIFEXITED(s) && WEXITSTATUS(s) == 1}], 0, NULL) = 77");

	leave("futex", 0, BUF, 0x80, 2, 0);
	line("<... futex resumed>) = 0");

	enter("futex", BUF, 0x80, 2, 0);
	line("futex(0x7ffd00001000, FUTEX_WAIT_PRIVATE, 2, NULL <unfinished ...>");

	leave("clone", 0, 0x1200011, 0, 0, BUF);
	line("<... clone resumed>) = 0");

	leave("readv", 3, 0, BUF, 1);
	out(1, BUF2, "abc", 3);
	line("<... readv resumed>[{iov_base=\"abc\"}], 1) = 3");
}

static void test_open(void **state)
{
	(void)state;
	call("openat", 3, AT_FDCWD, BUF, 02000000);
	string(1, BUF, "/etc/passwd");
	line("openat(AT_FDCWD, \"/etc/passwd\", O_RDONLY|O_CLOEXEC) = 3");

	call("openat", 3, 5, BUF, 0101101, 0644);
	string(1, BUF, "out");
	line("openat(5, \"out\", O_WRONLY|O_CREAT|O_TRUNC|O_LARGEFILE, 0644) = 3");

	call("open", -2, BUF, 0200000);
	string(0, BUF, "nowhere");
	line("open(\"nowhere\", O_RDONLY|O_DIRECTORY) = -1 ENOENT (No such file or directory)");

	call("openat", 3, AT_FDCWD, BUF, 020200002, 0600);
	string(1, BUF, "/tmp");
	line("openat(AT_FDCWD, \"/tmp\", O_RDWR|O_TMPFILE, 0600) = 3");

	call("openat", -14, AT_FDCWD, 8, 0);
	line("openat(AT_FDCWD, 0x8, O_RDONLY) = -1 EFAULT (Bad address)");

	call("openat2", 3, AT_FDCWD, BUF, BUF2, 24);
	string(1, BUF, "x");
	in_ints(2, BUF2, 8, 02000000L, 0L, 8L, END);
	line("openat2(AT_FDCWD, \"x\", {flags=O_RDONLY|O_CLOEXEC, resolve=RESOLVE_BENEATH}, 24) "
	     "= 3");

	call("pipe2", 0, BUF, 02004000);
	out_ints(0, BUF, 4, 3L, 4L, END);
	line("pipe2([3, 4], O_CLOEXEC|O_NONBLOCK) = 0");

	call("dup3", 5, 3, 5, 02000000);
	line("dup3(3, 5, O_CLOEXEC) = 5");

	call("memfd_create", 3, BUF, 3);
	string(0, BUF, "shm");
	line("memfd_create(\"shm\", MFD_CLOEXEC|MFD_ALLOW_SEALING) = 3");

	call("eventfd2", 3, 1, 02004001);
	line("eventfd2(1, EFD_SEMAPHORE|EFD_CLOEXEC|EFD_NONBLOCK) = 3");

	call("close_range", 0, 3, ~0u, 4);
	line("close_range(3, 4294967295, CLOSE_RANGE_CLOEXEC) = 0");
}

static void test_paths(void **state)
{
	(void)state;
	call("access", 0, BUF, 6);
	string(0, BUF, "/tmp");
	line("access(\"/tmp\", R_OK|W_OK) = 0");

	call("faccessat2", 0, AT_FDCWD, BUF, 0, 0x200);
	string(1, BUF, "f");
	line("faccessat2(AT_FDCWD, \"f\", F_OK, AT_EACCESS) = 0");

	call("mkdir", 0, BUF, 0755);
	string(0, BUF, "d");
	line("mkdir(\"d\", 0755) = 0");

	call("mkdirat", 0, AT_FDCWD, BUF, 01777);
	string(1, BUF, "d");
	line("mkdirat(AT_FDCWD, \"d\", 01777) = 0");

	call("unlinkat", 0, AT_FDCWD, BUF, 0x200);
	string(1, BUF, "d");
	line("unlinkat(AT_FDCWD, \"d\", AT_REMOVEDIR) = 0");

	call("renameat2", 0, AT_FDCWD, BUF, AT_FDCWD, BUF2, 1);
	string(1, BUF, "a");
	string(3, BUF2, "b");
	line("renameat2(AT_FDCWD, \"a\", AT_FDCWD, \"b\", RENAME_NOREPLACE) = 0");

	call("readlink", 3, BUF, BUF2, 4096);
	string(0, BUF, "/proc/self");
	out(1, BUF2, "123", 3);
	line("readlink(\"/proc/self\", \"123\", 4096) = 3");

	call("getcwd", 5, BUF, 4096);
	out(0, BUF, "/tmp", 5);
	line("getcwd(\"/tmp\", 4096) = 5");

	call("mknod", 0, BUF, 020600, 0x103);
	string(0, BUF, "null");
	line("mknod(\"null\", S_IFCHR|0600, makedev(0x1, 0x3)) = 0");

	call("mknod", 0, BUF, 010600, 0);
	string(0, BUF, "fifo");
	line("mknod(\"fifo\", S_IFIFO|0600) = 0");

	call("fchownat", 0, AT_FDCWD, BUF, 1000, (uint32_t)-1, 0x100);
	string(1, BUF, "f");
	line("fchownat(AT_FDCWD, \"f\", 1000, -1, AT_SYMLINK_NOFOLLOW) = 0");

	call("umask", 022, 077);
	line("umask(077) = 022");

	call("listxattr", 16, BUF, BUF2, 100);
	string(0, BUF, "f");
	out(1, BUF2, "user.a\0user.bcd", 16);
	line("listxattr(\"f\", [\"user.a\", \"user.bcd\"], 100) = 16");

	call("setxattr", 0, BUF, BUF2, BUF3, 2, 1);
	string(0, BUF, "f");
	string(1, BUF2, "user.a");
	in(2, BUF3, "hi", 2);
	line("setxattr(\"f\", \"user.a\", \"hi\", 2, XATTR_CREATE) = 0");

	call("utimensat", 0, AT_FDCWD, BUF, BUF2, 0);
	string(1, BUF, "f");
	in_ints(2, BUF2, 8, 5L, 0x3fffffffL, 7L, 8L, END);
	line("utimensat(AT_FDCWD, \"f\", [UTIME_NOW, {tv_sec=7, tv_nsec=8}], 0) = 0");
}

static void put(char *p, size_t at, uint64_t v, size_t width)
{
	memcpy(p + at, &v, width);
}

static void test_stat(void **state)
{
	char st[256] = { 0 }, fs[120] = { 0 };

	(void)state;
	put(st, 24, 0100644, 4);
	put(st, 48, 2996, 8);
	call("fstat", 0, 3, BUF);
	out(1, BUF, st, 144);
	line("fstat(3, {st_mode=S_IFREG|0644, st_size=2996, ...}) = 0");

	put(st, 24, 020620, 4);
	put(st, 40, 0x8801, 8);
	call("newfstatat", 0, 0, BUF, BUF2, 0x1000);
	string(1, BUF, "");
	out(2, BUF2, st, 144);
	line("newfstatat(0, \"\", {st_mode=S_IFCHR|0620, st_rdev=makedev(0x88, 0x1), ...}, "
	     "AT_EMPTY_PATH) = 0");

	put(st, 24, 0104755, 4);
	put(st, 48, 10, 8);
	call("stat", 0, BUF, BUF2);
	string(0, BUF, "/bin/su");
	out(1, BUF2, st, 144);
	line("stat(\"/bin/su\", {st_mode=S_IFREG|S_ISUID|0755, st_size=10, ...}) = 0");

	memset(st, 0, sizeof(st));
	put(st, 0, 0x7ff, 4);
	put(st, 28, 040755, 2);
	put(st, 40, 4096, 8);
	call("statx", 0, AT_FDCWD, BUF, 0x100, 0x17ff, BUF2);
	string(1, BUF, "/");
	out(4, BUF2, st, 256);
	line("statx(AT_FDCWD, \"/\", AT_STATX_SYNC_AS_STAT|AT_SYMLINK_NOFOLLOW, "
	     "STATX_BASIC_STATS|STATX_MNT_ID, {stx_mask=STATX_BASIC_STATS, stx_attributes=0, "
	     "stx_mode=S_IFDIR|0755, stx_size=4096, ...}) = 0");

	put(fs, 0, 0x01021994, 8);
	put(fs, 8, 4096, 8);
	put(fs, 64, 255, 8);
	put(fs, 80, 0x1026, 8);
	call("statfs", 0, BUF, BUF2);
	string(0, BUF, "/dev/shm");
	out(1, BUF2, fs, 120);
	line("statfs(\"/dev/shm\", {f_type=TMPFS_MAGIC, f_bsize=4096, f_blocks=0, f_bfree=0, "
	     "f_bavail=0, f_files=0, f_ffree=0, f_fsid={val=[0, 0]}, f_namelen=255, f_frsize=0, "
	     "f_flags=ST_VALID|ST_NOSUID|ST_NODEV|ST_RELATIME}) = 0");
}

static void test_directory(void **state)
{
	/* ino 8, off 8, reclen 2, type 1, name */
	static const char one[24] = "\7\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\x18\0\4.";
	char five[5 * 24];
	int i;

	(void)state;
	call("getdents64", 24, 3, BUF, 32768);
	out(1, BUF, one, 24);
	line("getdents64(3, [{d_ino=7, d_type=DT_DIR, d_name=\".\"}], 32768) = 24");

	for (i = 0; i < 5; i++)
		memcpy(five + i * 24, one, 24);
	call("getdents64", 120, 3, BUF, 32768);
	out(1, BUF, five, 120);
	line("getdents64(3, [{d_ino=7, d_type=DT_DIR, d_name=\".\"}, "
	     "{d_ino=7, d_type=DT_DIR, d_name=\".\"}, {d_ino=7, d_type=DT_DIR, d_name=\".\"}, "
	     "{d_ino=7, d_type=DT_DIR, d_name=\".\"}, ...] /* 5 entries */, 32768) = 120");

	call("getdents64", 0, 3, BUF, 32768);
	line("getdents64(3, [], 32768) = 0");
}

static void test_fcntl(void **state)
{
	(void)state;
	call("fcntl", 1, 3, 1);
	line("fcntl(3, F_GETFD) = 0x1 (flags FD_CLOEXEC)");

	call("fcntl", 0, 3, 1);
	line("fcntl(3, F_GETFD) = 0");

	call("fcntl", 0x8402, 3, 3);
	line("fcntl(3, F_GETFL) = 0x8402 (flags O_RDWR|O_APPEND|O_LARGEFILE)");

	call("fcntl", 0, 3, 4, 04002);
	line("fcntl(3, F_SETFL, O_RDWR|O_NONBLOCK) = 0");

	call("fcntl", 10, 3, 1030, 10);
	line("fcntl(3, F_DUPFD_CLOEXEC, 10) = 10");

	call("fcntl", 0, 3, 6, BUF);
	in_ints(2, BUF, 2, 1L, 0L, END);
	in_ints(2, BUF + 8, 8, 100L, 10L, END);
	line("fcntl(3, F_SETLK, {l_type=F_WRLCK, l_whence=SEEK_SET, l_start=100, l_len=10}) = 0");

	call("fcntl", 0, 3, 1033, 7);
	line("fcntl(3, F_ADD_SEALS, F_SEAL_SEAL|F_SEAL_SHRINK|F_SEAL_GROW) = 0");

	call("flock", -11, 3, 6);
	line("flock(3, LOCK_EX|LOCK_NB) = -1 EAGAIN (Resource temporarily unavailable)");

	call("fallocate", 0, 3, 3, 0, 4096);
	line("fallocate(3, FALLOC_FL_KEEP_SIZE|FALLOC_FL_PUNCH_HOLE, 0, 4096) = 0");

	call("fadvise64", 0, 3, 0, 0, 2);
	line("fadvise64(3, 0, 0, POSIX_FADV_SEQUENTIAL) = 0");
}

static void test_vectors(void **state)
{
	(void)state;
	call("writev", 8, 1, BUF, 2);
	in_ints(1, BUF, 8, (long)BUF2, 5L, (long)BUF3, 3L, END);
	in(1, BUF2, "hello", 5);
	in(1, BUF3, "you", 3);
	line("writev(1, [{iov_base=\"hello\", iov_len=5}, {iov_base=\"you\", iov_len=3}], 2) = 8");

	call("readv", 5, 0, BUF, 2);
	in_ints(1, BUF, 8, (long)BUF2, 5L, (long)BUF3, 3L, END);
	out(1, BUF2, "hello", 5);
	line("readv(0, [{iov_base=\"hello\", iov_len=5}, {iov_base=\"\", iov_len=3}], 2) = 5");

	call("sendfile", 100, 4, 3, BUF, 4096);
	in_ints(2, BUF, 8, 0L, END);
	out_ints(2, BUF, 8, 100L, END);
	line("sendfile(4, 3, [0 => 100], 4096) = 100");

	call("splice", 10, 3, 0, 4, 0, 4096, 3);
	line("splice(3, NULL, 4, NULL, 4096, SPLICE_F_MOVE|SPLICE_F_NONBLOCK) = 10");

	call("execve", -2, BUF, BUF2, BUF3);
	string(0, BUF, "/bin/ls");
	string(1, 0x1000, "ls");
	string(1, 0x1003, "-l");
	string(2, 0x2000, "A=1");
	line("execve(\"/bin/ls\", [\"ls\", \"-l\"], 0x7ffd00003000 /* 1 vars */) = -1 ENOENT "
	     "(No such file or directory)");
}

static void test_memory(void **state)
{
	(void)state;
	call("mmap", 0x7f0000000000, 0, 8192, 3, 0x22, (uint32_t)-1, 0);
	line("mmap(NULL, 8192, PROT_READ|PROT_WRITE, MAP_PRIVATE|MAP_ANONYMOUS, -1, 0) = "
	     "0x7f0000000000");

	call("mmap", 0x7f0000000000, 0x7f0000000000, 4096, 5, 0x812, 3, 0x1000);
	line("mmap(0x7f0000000000, 4096, PROT_READ|PROT_EXEC, MAP_PRIVATE|MAP_FIXED|MAP_DENYWRITE, "
	     "3, 0x1000) = 0x7f0000000000");

	call("mmap", -12, 0, 1, 0, 0x44022, (uint32_t)-1, 0);
	line("mmap(NULL, 1, PROT_NONE, MAP_PRIVATE|MAP_ANONYMOUS|MAP_NORESERVE|MAP_HUGETLB, -1, 0) "
	     "= -1 ENOMEM (Cannot allocate memory)");

	call("mprotect", 0, 0x1000, 4096, 1);
	line("mprotect(0x1000, 4096, PROT_READ) = 0");

	call("madvise", 0, 0x1000, 4096, 4);
	line("madvise(0x1000, 4096, MADV_DONTNEED) = 0");

	call("mremap", 0x2000, 0x1000, 4096, 8192, 1, 0x999);
	line("mremap(0x1000, 4096, 8192, MREMAP_MAYMOVE) = 0x2000");

	call("msync", 0, 0x1000, 4096, 4);
	line("msync(0x1000, 4096, MS_SYNC) = 0");

	call("brk", 0x55d2a0917000, 0);
	line("brk(NULL) = 0x55d2a0917000");

	call("membarrier", 0, 8, 0, 0);
	line("membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0, 0) = 0");

	call("mbind", 0, 0x1000, 4096, 2, BUF, 64, 1);
	in_ints(3, BUF, 8, 3L, END);
	line("mbind(0x1000, 4096, MPOL_BIND, [0 1], 64, MPOL_MF_STRICT) = 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain), cmocka_unit_test(test_results),
		cmocka_unit_test(test_unknown), cmocka_unit_test(test_split),
		cmocka_unit_test(test_open), cmocka_unit_test(test_paths),
		cmocka_unit_test(test_stat), cmocka_unit_test(test_directory),
		cmocka_unit_test(test_fcntl), cmocka_unit_test(test_vectors),
		cmocka_unit_test(test_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
