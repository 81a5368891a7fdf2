// SPDX-License-Identifier: GPL-2.0
/* Calls about files, directories, descriptors and their attributes. */
#include <fcntl.h>
#include <ftw.h>
#include <linux/fs.h>
#include <sys/epoll.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <linux/openat2.h>
#include <linux/stat.h>

#include "calls.h"

static struct iovec two[2] = { { out, 100 }, { out + 500, 100 } };

static void reading(int fd)
{
	off_t at = 0;
	int ends[2], more[2];

	CALL(read, fd, out, 300);
	CALL(pread64, fd, out, 300, 10);
	CALL(readv, fd, two, 2);
	CALL(preadv, fd, two, 2, 5, 0);
	CALL(preadv2, fd, two, 2, 5, 0, 0);
	CALL(write, fd, "0123456789", 10);
	CALL(pwrite64, fd, "0123456789", 10, 3);
	CALL(writev, fd, two, 2);
	CALL(pwritev, fd, two, 2, 5, 0);
	CALL(pwritev2, fd, two, 2, 5, 0, 0);
	CALL(lseek, fd, 0, SEEK_SET);
	if (pipe(ends) || pipe2(more, O_CLOEXEC | O_NONBLOCK))
		return;
	CALL(sendfile, ends[1], fd, &at, 50);
	CALL(tee, ends[0], more[1], 20, 0);
	CALL(splice, more[0], NULL, ends[1], NULL, 20, 0);
	CALL(vmsplice, ends[1], two, 2, 0);
	CALL(read, ends[0], out, 4000);
	CALL(pipe, out);
	CALL(pipe2, out, O_NONBLOCK);
	CALL(copy_file_range, fd, NULL, fd, out + 4000, 10, 0);
	CALL(readahead, fd, 0, 100);
	CALL(fadvise64, fd, 0, 0, POSIX_FADV_RANDOM);
	CALL(fallocate, fd, 0, 0, 2000);
	CALL(ftruncate, fd, 1500);
	CALL(fsync, fd);
	CALL(fdatasync, fd);
	CALL(sync_file_range, fd, 0, 0, 0);
	CALL(syncfs, fd);
	CALL(sync);
	CALL(flock, fd, 6);
}

static void descriptors(int fd)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };
	struct f_owner_ex owner = { F_OWNER_PID, getpid() };

	CALL(dup, fd);
	CALL(dup2, fd, 100);
	CALL(dup3, fd, 101, O_CLOEXEC);
	CALL(close, 100);
	CALL(close_range, 101, 200, 0);
	CALL(fcntl, fd, F_GETFL, 0);
	CALL(fcntl, fd, F_SETFD, FD_CLOEXEC);
	CALL(fcntl, fd, F_DUPFD_CLOEXEC, 50);
	CALL(fcntl, fd, F_GETLK, &lock);
	CALL(fcntl, fd, F_SETLK, &lock);
	CALL(fcntl, fd, F_SETOWN_EX, &owner);
	CALL(fcntl, fd, F_GETOWN_EX, out);
	CALL(fcntl, fd, F_GET_RW_HINT, out);
	CALL(ioctl, fd, FIONREAD, out);
	CALL(ioctl, fd, FS_IOC_GETFLAGS, out);
	CALL(ioctl, fd, FIGETBSZ, out);
	CALL(ioctl, fd, TCGETS, out);
	CALL(memfd_create, "name", 0);
	CALL(eventfd, 1);
	CALL(eventfd2, 1, 0);
	CALL(epoll_create, 1);
	CALL(epoll_create1, 0);
	CALL(inotify_init);
	CALL(inotify_init1, 0);
	CALL(inotify_rm_watch, 0, 3);
	CALL(fanotify_init, 0, 0);
}

static void attributes(int fd)
{
	struct timespec times[2] = { { 1000, 5 }, { 2000, 6 } };
	struct timeval tv[2] = { { 1000, 5 }, { 2000, 6 } };
	time_t old[2] = { 100, 200 };

	CALL(stat, "f", out);
	CALL(lstat, "link", out);
	CALL(fstat, fd, out);
	CALL(newfstatat, AT_FDCWD, "f", out, 0);
	CALL(statx, AT_FDCWD, "f", 0, STATX_ALL, out);
	CALL(statfs, ".", out);
	CALL(fstatfs, fd, out);
	CALL(ustat, 0, out);
	CALL(access, "f", R_OK);
	CALL(faccessat, AT_FDCWD, "f", R_OK);
	CALL(faccessat2, AT_FDCWD, "f", R_OK, 0);
	CALL(chmod, "f", 0640);
	CALL(fchmod, fd, 0600);
	CALL(fchmodat, AT_FDCWD, "f", 0644);
	CALL(chown, "f", -1, -1);
	CALL(fchown, fd, -1, -1);
	CALL(lchown, "link", -1, -1);
	CALL(fchownat, AT_FDCWD, "f", -1, -1, 0);
	CALL(utime, "f", old);
	CALL(utimes, "f", tv);
	CALL(futimesat, AT_FDCWD, "f", tv);
	CALL(utimensat, AT_FDCWD, "f", times, 0);
	CALL(setxattr, "f", "user.a", "value", 5, 0);
	CALL(lsetxattr, "f", "user.b", "value", 5, 0);
	CALL(fsetxattr, fd, "user.c", "value", 5, 0);
	CALL(getxattr, "f", "user.a", out, 100);
	CALL(lgetxattr, "f", "user.b", out, 100);
	CALL(fgetxattr, fd, "user.c", out, 100);
	CALL(getxattr, "f", "user.a", NULL, 0);
	CALL(listxattr, "f", out, 100);
	CALL(llistxattr, "f", out, 100);
	CALL(flistxattr, fd, out, 100);
	CALL(removexattr, "f", "user.a");
	CALL(lremovexattr, "f", "user.b");
	CALL(fremovexattr, fd, "user.c");
}

static void names(void)
{
	struct open_how how = { .flags = O_RDONLY };
	struct { struct file_handle h; unsigned char bytes[128]; } handle = { .h.handle_bytes = 128 };
	int dir;

	CALL(mkdir, "d", 0700);
	CALL(mkdirat, AT_FDCWD, "e", 0700);
	CALL(rmdir, "e");
	CALL(creat, "d/new", 0600);
	CALL(open, "d/new", O_RDWR | O_APPEND, 0);
	CALL(openat, AT_FDCWD, "d/other", O_RDWR | O_CREAT, 0600);
	CALL(openat2, AT_FDCWD, "d/other", &how, sizeof(how));
	CALL(mknod, "d/fifo", S_IFIFO | 0600, 0);
	CALL(mknodat, AT_FDCWD, "d/fifo2", S_IFIFO | 0600, 0);
	CALL(link, "d/new", "d/hard");
	CALL(linkat, AT_FDCWD, "d/new", AT_FDCWD, "d/hard2", 0);
	CALL(symlink, "d/new", "d/soft");
	CALL(symlinkat, "d/new", AT_FDCWD, "d/soft2");
	CALL(readlink, "d/soft", out, 100);
	CALL(readlinkat, AT_FDCWD, "d/soft2", out, 100);
	CALL(rename, "d/hard", "d/hard3");
	CALL(renameat, AT_FDCWD, "d/hard2", AT_FDCWD, "d/hard4");
	CALL(renameat2, AT_FDCWD, "d/hard3", AT_FDCWD, "d/hard4", 1);
	CALL(unlink, "d/soft");
	CALL(unlinkat, AT_FDCWD, "d/soft2", 0);
	CALL(truncate, "d/new", 10);
	dir = open("/etc", O_RDONLY | O_DIRECTORY);
	CALL(getdents, dir, out, 1000);
	lseek(dir, 0, SEEK_SET);
	CALL(getdents64, dir, out, 1000);
	CALL(getcwd, out, 4000);
	CALL(chdir, "d");
	CALL(fchdir, dir);
	CALL(umask, 022);
	memset(out, 0, sizeof(out));
	said("name_to_handle_at", syscall(SYS_name_to_handle_at, AT_FDCWD, "/etc", &handle, out, 0));
	printf("handle %08x\n", checksum(&handle, sizeof(handle)));
	CALL(open_by_handle_at, AT_FDCWD, &handle, O_RDONLY);
	CALL(chroot, "/nowhere");
	CALL(pivot_root, "/nowhere", "/nowhere");
	CALL(mount, "a", "/nowhere", "b", 0, NULL);
	CALL(umount2, "/nowhere", 0);
	CALL(swapon, "/nowhere", 0);
	CALL(swapoff, "/nowhere");
	CALL(acct, "/nowhere/file");
	CALL(quotactl, 0x80000700, "/nowhere", 0, out);
	CALL(lookup_dcookie, 0ul, out, 100);
	CALL(sysfs, 3);
	CALL(open_tree, AT_FDCWD, "/nowhere", 0);
	CALL(move_mount, -1, "", -1, "", 0);
	CALL(fsopen, "nofs", 0);
	CALL(fspick, AT_FDCWD, "/nowhere", 0);
	CALL(mount_setattr, AT_FDCWD, "/nowhere", 0, out, 32);
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

int main(void)
{
	char room[] = "calls-files-XXXXXX", *whole = mkdtemp(room) ? realpath(room, NULL) : NULL;
	int fd;

	if (!whole || chdir(whole)) {
		perror("calls-files");
		return 1;
	}
	fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644);
	for (int i = 0; i < 300; i++)
		dprintf(fd, "line %d\n", i);
	lseek(fd, 0, SEEK_SET);
	if (symlink("f", "link"))
		perror("symlink");
	reading(fd);
	descriptors(fd);
	attributes(fd);
	names();
	return nftw(whole, remove_one, 8, FTW_DEPTH | FTW_PHYS) ? 1 : 0;
}
