// SPDX-License-Identifier: GPL-2.0
/* Signal handlers, one scene by name: signals SCENE. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

static volatile sig_atomic_t count, depth, deepest;
static sigjmp_buf back;
static void *fault_page;

static void handle(int sig, int flags, void (*handler)(int, siginfo_t *, void *))
{
	struct sigaction sa = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

	sigaction(sig, &sa, NULL);
}

static void on_count(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)info;
	(void)context;
	count++;
}

static void on_nested(int sig, siginfo_t *info, void *context)
{
	(void)info;
	(void)context;
	depth++;
	if (depth > deepest)
		deepest = depth;
	if (sig == SIGUSR1)
		raise(SIGUSR2);
	if (sig == SIGUSR2)
		raise(SIGURG);
	count++;
	depth--;
}

static void on_fault(int sig, siginfo_t *info, void *context)
{
	(void)sig;
	(void)context;
	count++;
	if (info->si_addr == fault_page)
		mprotect(fault_page, 4096, PROT_READ | PROT_WRITE);
	else
		siglongjmp(back, 3);
}

static void nested(void)
{
	handle(SIGUSR1, 0, on_nested);
	handle(SIGUSR2, 0, on_nested);
	handle(SIGURG, SA_NODEFER, on_nested);
	raise(SIGUSR1);
	kill(getpid(), SIGUSR1);
	printf("handlers %d, deepest %d\n", count, deepest);
}

static void altstack(void)
{
	stack_t old, stack = { .ss_sp = malloc(65536), .ss_size = 65536 };
	volatile char deep = 0;

	sigaltstack(&stack, NULL);
	handle(SIGSEGV, SA_ONSTACK, on_fault);
	if (sigsetjmp(back, 1) == 0)
		*(volatile char *)(&deep - 64 * 1024 * 1024) = 1;
	sigaltstack(NULL, &old);
	printf("caught %d, flags %d, size %zu\n", count, old.ss_flags, old.ss_size);
}

static void blocked(void)
{
	sigset_t set, old, pending;
	struct timespec none = { 0, 0 }, some = { 1, 0 };
	siginfo_t info;
	int fd;
	struct signalfd_siginfo si;

	handle(SIGUSR1, 0, on_count);
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGUSR2);
	sigprocmask(SIG_BLOCK, &set, &old);
	raise(SIGUSR1);
	raise(SIGUSR2);
	sigpending(&pending);
	printf("blocked: count %d, pending %d\n", count, sigismember(&pending, SIGUSR2));
	printf("sigtimedwait %d\n", sigtimedwait(&set, &info, &some));
	printf("sender self %d\n", info.si_pid == getpid());
	fd = signalfd(-1, &set, 0);
	printf("signalfd %zd\n", read(fd, &si, sizeof(si)));
	printf("signo %u from self %d\n", si.ssi_signo, si.ssi_pid == (unsigned int)getpid());
	if (sigtimedwait(&set, &info, &none) < 0)
		printf("none: %s\n", strerrorname_np(errno));
	raise(SIGUSR1);
	sigsuspend(&old);
	printf("after sigsuspend %d %s\n", count, strerrorname_np(errno));
}

/* A child signals the parent while it sleeps in read(). */
static void restart(void)
{
	int ends[2];
	char byte = '-';
	ssize_t n;

	for (int flags = 0; flags < 2; flags++) {
		handle(SIGUSR1, flags ? SA_RESTART : 0, on_count);
		if (pipe(ends))
			exit(1);
		fflush(stdout);
		if (fork() == 0) {
			usleep(50000);
			kill(getppid(), SIGUSR1);
			usleep(50000);
			write(ends[1], "y", 1);
			_exit(0);
		}
		n = read(ends[0], &byte, 1);
		printf("%s: read %zd %c %s, handlers %d\n", flags ? "SA_RESTART" : "plain", n, byte,
		       n < 0 ? strerrorname_np(errno) : "", count);
		wait(NULL);
	}
	struct timespec ask = { 0, 200000000 }, left = { 0, 0 };

	handle(SIGALRM, 0, on_count);
	setitimer(ITIMER_REAL, &(struct itimerval){ .it_value = { 0, 50000 } }, NULL);
	printf("nanosleep %d", nanosleep(&ask, &left));
	printf(", left %ld ns\n", left.tv_nsec);
}

static void ignored(void)
{
	struct timespec ask = { 0, 100000000 };
	pid_t parent = getpid();

	/* A stop and a continue inside a sleep: restart_syscall(2). */
	signal(SIGUSR1, SIG_IGN);
	fflush(stdout);
	if (fork() == 0) {
		usleep(20000);
		kill(parent, SIGUSR1);
		kill(parent, SIGSTOP);
		usleep(20000);
		kill(parent, SIGCONT);
		_exit(0);
	}
	printf("nanosleep %d\n", nanosleep(&ask, NULL));
	wait(NULL);
}

static void stopped(void)
{
	int status;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0) {
		handle(SIGCONT, 0, on_count);
		raise(SIGSTOP);
		printf("child went on, count %d\n", count);
		fflush(stdout);
		kill(getpid(), SIGTSTP);
		_exit(5);
	}
	while (waitpid(child, &status, WUNTRACED | WCONTINUED) == child && !WIFEXITED(status)) {
		if (WIFSTOPPED(status)) {
			printf("stopped by %d\n", WSTOPSIG(status));
			kill(child, SIGCONT);
		} else {
			printf("continued\n");
		}
	}
	printf("exited %d\n", WEXITSTATUS(status));
}

static void chld(void)
{
	int status;

	handle(SIGCHLD, SA_RESTART, on_count);
	fflush(stdout);
	for (int i = 0; i < 5; i++)
		if (fork() == 0) {
			usleep(i * 10000);
			_exit(i);
		}
	for (int i = 0; i < 5; i++) {
		pid_t pid = wait(&status);

		printf("child %d status %d\n", pid, WEXITSTATUS(status));
	}
	printf("signals %d\n", count);
}

/* Signals into a loop without any system call: the points that must be found again. */
static void timer_each(suseconds_t us)
{
	struct itimerval often = { { 0, us }, { 0, us } };
	unsigned long turns = 0, mix = 1;

	handle(SIGALRM, 0, on_count);
	setitimer(ITIMER_REAL, &often, NULL);
	while (count < 5) {
		turns++;
		mix = mix * 6364136223846793005ul + turns;
	}
	printf("turns %lu, mix %lu\n", turns, mix);
}

static void timer(void)
{
	timer_each(10000);
}

/* Further apart than a late interrupt of the processor's counter is late. */
static void rare_timer(void)
{
	timer_each(50000);
}

static void segv(void)
{
	fault_page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	handle(SIGSEGV, 0, on_fault);
	handle(SIGFPE, 0, on_fault);
	handle(SIGILL, 0, on_fault);
	handle(SIGTRAP, 0, on_fault); /* __builtin_trap() on arm64 */
	*(volatile int *)fault_page = 42;
	printf("repaired: %d, faults %d\n", *(volatile int *)fault_page, count);
	for (int i = 0; i < 3; i++)
		if (sigsetjmp(back, 1) == 0)
			*(volatile int *)(8ul * i) = 1;
	if (sigsetjmp(back, 1) == 0)
		__builtin_trap();
	printf("faults %d\n", count);
}

static void jumps(void)
{
	volatile int turns = 0;

	handle(SIGUSR1, 0, on_fault);
	while (sigsetjmp(back, 1) != 3 || turns < 4) {
		turns++;
		raise(SIGUSR1);
	}
	printf("turns %d, handlers %d\n", turns, count);
}

static void queued(void)
{
	sigset_t set;

	handle(SIGRTMIN, 0, on_count);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (int i = 0; i < 4; i++)
		sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = i });
	printf("before %d\n", count);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	printf("after %d\n", count);
}

static void aborts(void)
{
	printf("about to abort\n");
	fflush(stdout);
	abort();
}

static void killed(void)
{
	printf("about to be killed\n");
	fflush(stdout);
	if (fork() == 0) {
		usleep(30000);
		kill(getppid(), SIGTERM);
		_exit(0);
	}
	for (;;)
		pause();
}

static void crash(void)
{
	printf("about to crash\n");
	fflush(stdout);
	*(volatile int *)(getpid() % 2 ? 16ul : 32ul) = 1;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*play)(void);
	} scenes[] = {
		{ "nested", nested }, { "altstack", altstack }, { "blocked", blocked }, { "restart", restart },
		{ "ignored", ignored }, { "stopped", stopped }, { "chld", chld }, { "timer", timer },
		{ "rare-timer", rare_timer },
		{ "segv", segv }, { "jumps", jumps }, { "queued", queued }, { "aborts", aborts },
		{ "killed", killed }, { "crash", crash },
	};

	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		if (argc > 1 && !strcmp(argv[1], scenes[i].name)) {
			scenes[i].play();
			return 0;
		}
	fprintf(stderr, "signals: no such scene\n");
	return 2;
}
