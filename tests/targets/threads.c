// SPDX-License-Identifier: GPL-2.0
/*
 * Threads that hand over at system calls, one scene by name: threads SCENE.
 * What they print depends on the order in which they ran.
 */
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define THREADS 4

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static char order[4096];
static int turn, ends[2];

static void note(const char *what, long who)
{
	size_t len = strlen(order);

	snprintf(order + len, sizeof(order) - len, "%s%ld ", what, who);
}

static void start(void *(*run)(void *), pthread_t *threads)
{
	for (long i = 0; i < THREADS; i++)
		pthread_create(&threads[i], NULL, run, (void *)i);
}

static void join(pthread_t *threads)
{
	for (int i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

static void together(void *(*run)(void *))
{
	pthread_t threads[THREADS];

	start(run, threads);
	join(threads);
	printf("%s\n", order);
}

static void *contend(void *arg)
{
	for (int i = 0; i < 10; i++) {
		pthread_mutex_lock(&lock);
		note("", (long)arg);
		usleep(500);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static void mutex(void)
{
	together(contend);
}

static void make_lock(int (*set)(pthread_mutexattr_t *attr, int what), int what)
{
	pthread_mutexattr_t attr;

	pthread_mutexattr_init(&attr);
	set(&attr, what);
	pthread_mutex_init(&lock, &attr);
}

/* The kernel marks such a mutex's word while its taker still sleeps. */
static void inherit(void)
{
	make_lock(pthread_mutexattr_setprotocol, PTHREAD_PRIO_INHERIT);
	together(contend);
}

/* Ends with the lock held: the kernel tells the next one so. */
static void *dies_with_lock(void *arg)
{
	int err = pthread_mutex_lock(&lock);

	note(err == EOWNERDEAD ? "dead:" : "free:", (long)arg);
	if (err == EOWNERDEAD)
		pthread_mutex_consistent(&lock);
	usleep(2000);
	if ((long)arg % 2)
		pthread_mutex_unlock(&lock);
	return NULL;
}

static void robust(void)
{
	make_lock(pthread_mutexattr_setrobust, PTHREAD_MUTEX_ROBUST);
	together(dies_with_lock);
}

static void *take_turns(void *arg)
{
	for (int i = 0; i < 10; i++) {
		pthread_mutex_lock(&lock);
		while (turn % THREADS != (long)arg)
			pthread_cond_wait(&changed, &lock);
		note("", (long)arg);
		turn++;
		pthread_cond_broadcast(&changed);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static void condvar(void)
{
	together(take_turns);
}

static void *reader(void *arg)
{
	char byte;

	while (read(ends[0], &byte, 1) == 1) {
		pthread_mutex_lock(&lock);
		note("", (long)arg * 1000 + (unsigned char)byte);
		pthread_mutex_unlock(&lock);
	}
	return NULL;
}

static void through_pipe(void)
{
	pthread_t threads[THREADS];

	if (pipe(ends))
		exit(1);
	start(reader, threads);
	for (int i = 0; i < 40; i++) {
		char byte = (char)(i + 'A');

		write(ends[1], &byte, 1);
		if (i % 8 == 0)
			usleep(1000);
	}
	close(ends[1]);
	join(threads);
	printf("%s\n", order);
}

static void *short_lived(void *arg)
{
	return (void *)(syscall(SYS_gettid) + (long)arg * 1000000);
}

static void exits(void)
{
	pthread_t thread;
	void *result;

	for (long i = 0; i < 50; i++) {
		pthread_create(&thread, NULL, short_lived, (void *)i);
		pthread_join(thread, &result);
		if (i % 10 == 0)
			printf("%ld\n", (long)result);
	}
}

static void cleanup(void *arg)
{
	note("cleaned ", (long)arg);
}

static void *sleeper(void *arg)
{
	pthread_cleanup_push(cleanup, arg);
	sleep(100);
	pthread_cleanup_pop(0);
	return NULL;
}

static void cancel(void)
{
	pthread_t threads[THREADS];
	void *result;

	start(sleeper, threads);
	usleep(10000);
	for (int i = 0; i < THREADS; i++) {
		pthread_cancel(threads[i]);
		pthread_join(threads[i], &result);
		printf("cancelled %d\n", result == PTHREAD_CANCELED);
	}
	printf("%s\n", order);
}

static sem_t items;

static void *consumer(void *arg)
{
	for (int i = 0; i < 5; i++) {
		struct timespec limit;

		clock_gettime(CLOCK_REALTIME, &limit);
		limit.tv_sec += 5;
		sem_timedwait(&items, &limit);
		pthread_mutex_lock(&lock);
		note("", (long)arg);
		pthread_mutex_unlock(&lock);
		sched_yield();
	}
	return NULL;
}

static void semaphore(void)
{
	pthread_t threads[THREADS];

	sem_init(&items, 0, 0);
	start(consumer, threads);
	for (int i = 0; i < 5 * THREADS; i++) {
		sem_post(&items);
		usleep(200);
	}
	join(threads);
	printf("%s\n", order);
}

static void *last_words(void *arg)
{
	usleep(20000);
	printf("still here after main, %ld\n", (long)arg);
	return NULL;
}

/* The leader ends first; its thread ends the process. */
static void leader(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, last_words, (void *)1L);
	pthread_exit(NULL);
}

/* exit_group while others sleep in the kernel. */
static void group_exit(void)
{
	pthread_t threads[THREADS];

	start(sleeper, threads);
	usleep(5000);
	printf("leaving\n");
	exit(6);
}

static volatile long total;

__attribute__((noinline)) static long following(long n)
{
	/* a call: some processors' interruptions come only at jumps */
	__asm__ volatile("");
	return n + 1;
}

/* Nobody takes a lock: what one adds another may overwrite. */
static void *add(void *arg)
{
	for (long i = 0; i < 20000000; i++) {
		long old = total;

		total = following(old);
	}
	return arg;
}

static void *forks(void *arg)
{
	int status;

	for (int i = 0; i < 40; i++) {
		pid_t child = fork();

		if (!child) {
			usleep(100);
			_exit(0);
		}
		waitpid(child, &status, 0);
	}
	note("waited ", (long)arg);
	return NULL;
}

/* Calls that are cut short by the end of a child, and made again. */
static void children(void)
{
	together(forks);
}

/* A crash, with memory written to a core file, while one thread computes and the others sleep. */
static void core(void)
{
	const struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY };
	pthread_t threads[THREADS], computing;

	setrlimit(RLIMIT_CORE, &all);
	start(sleeper, threads);
	pthread_create(&computing, NULL, add, NULL);
	usleep(20000);
	printf("crash\n");
	*(volatile int *)0 = 1;
}

static void *execs(void *arg)
{
	(void)arg;
	execl("/bin/echo", "echo", "a thread made this image", NULL);
	return NULL;
}

/* execve from a thread that is not the leader: the others vanish. */
static void exec(void)
{
	pthread_t thread;

	pthread_create(&thread, NULL, execs, NULL);
	pthread_join(thread, NULL);
}

/* The same while the other threads have not run a single instruction. */
static void exec_newborn(void)
{
	pthread_t threads[THREADS];

	start(sleeper, threads);
	execl("/bin/echo", "echo", "nobody else has begun", NULL);
}

/* One thread waits for another without asking the kernel: somebody must take turns by force. */
static volatile int spun;

static void *set_spun(void *arg)
{
	for (volatile int i = 0; i < 3000000; i++)
		;
	spun = 1;
	return arg;
}

static void spin(void)
{
	pthread_t t;
	unsigned long rounds = 0;

	pthread_create(&t, NULL, set_spun, NULL);
	while (!spun)
		rounds++;
	pthread_join(t, NULL);
	printf("%s, %lu rounds\n", rounds ? "waited" : "at once", rounds);
}

/*
 * The same while the kernel has written for two others: one's call is over, its
 * thread waits for its turn; the other's has half of what it wants, and sleeps on.
 */
static char early[64];
static int pair[2];

static void *read_early(void *arg)
{
	read(ends[0], early, sizeof(early));
	spun = 1;
	return arg;
}

static void *receive_all(void *arg)
{
	recv(pair[0], arg, 64, MSG_WAITALL);
	return arg;
}

static void early_output(void)
{
	char whole[64] = "";
	pthread_t t[2];
	unsigned long rounds = 0;

	if (pipe(ends) || socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		exit(1);
	pthread_create(&t[0], NULL, read_early, NULL);
	pthread_create(&t[1], NULL, receive_all, whole);
	usleep(2000);
	write(pair[1], "half of it and the other half..", 32);
	write(ends[1], "written", 8);
	while (!spun)
		rounds++;
	write(pair[1], "and the other half of it.......", 32);
	pthread_join(t[0], NULL);
	pthread_join(t[1], NULL);
	printf("%s: %s, %s after %lu rounds\n", rounds ? "waited" : "at once", early, whole + 32,
	       rounds);
}

static void race(void)
{
	pthread_t threads[THREADS];

	start(add, threads);
	join(threads);
	printf("%ld\n", total);
}

static volatile sig_atomic_t continued;

static void note_continued(int sig)
{
	(void)sig;
	continued = 1;
}

/* All threads stop while they compute, whoever's turn it was; however fast the machine is. */
static void stopped(void)
{
	int status = 0;
	pid_t child = fork();

	if (!child) {
		signal(SIGCONT, note_continued);
		do {
			race();
		} while (!continued);
		fflush(stdout);
		_exit(0);
	}
	usleep(150000);
	kill(child, SIGSTOP);
	waitpid(child, &status, WUNTRACED);
	printf("stopped: %d\n", WIFSTOPPED(status));
	fflush(stdout);
	kill(child, SIGCONT);
	waitpid(child, &status, 0);
	printf("ended: %d\n", WIFEXITED(status));
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*play)(void);
	} scenes[] = {
		{ "mutex", mutex }, { "inherit", inherit }, { "condvar", condvar },
		{ "pipe", through_pipe }, { "exits", exits }, { "robust", robust }, { "core", core },
		{ "children", children },
		{ "cancel", cancel }, { "semaphore", semaphore }, { "leader", leader },
		{ "group-exit", group_exit }, { "exec", exec }, { "exec-newborn", exec_newborn },
		{ "spin", spin }, { "early", early_output },
		{ "race", race }, { "stopped", stopped },
	};

	setvbuf(stdout, NULL, _IOLBF, 0);
	for (size_t i = 0; i < sizeof(scenes) / sizeof(scenes[0]); i++)
		if (argc > 1 && !strcmp(argv[1], scenes[i].name)) {
			scenes[i].play();
			return 0;
		}
	fprintf(stderr, "threads: no such scene\n");
	return 2;
}
