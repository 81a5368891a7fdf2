/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Signals to scap-record itself. They are the program's: SIGTERM and SIGHUP are
 * passed on to it; SIGINT and SIGQUIT it has got from the terminal as well. When
 * it has ended they go to the processes that it left behind, which no terminal
 * reaches: asked to end by the first, made to by the second.
 */
#ifndef SCAP_OWN_SIGNALS_H
#define SCAP_OWN_SIGNALS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Whom signals go to.
 * @first: the first program's pid; @ended: CLOCK_MONOTONIC, ns, when it did; 0: it runs
 * @left:  sends @sig (0: nothing) to every process that is still recorded; returns how
 *         many there are, and one of them in *@one
 * @ctx:   for @left
 * @deadline: CLOCK_MONOTONIC, ns, when every process is killed; 0: never; @timed_out: it was
 */
struct own_signals {
	pid_t first;
	uint64_t ended;
	unsigned int (*left)(void *ctx, int sig, pid_t *one);
	void *ctx;
	uint64_t deadline;
	bool told_to_end, said_left, timed_out;
};

/* Catches what would otherwise end scap-record; what is ignored (nohup) stays so. */
void own_signals_catch(void);

/* The first program ended at @now: from here on the terminal's signals count, too. */
void own_signals_ended(struct own_signals *o, uint64_t now);

/*
 * There is no first program: all signals are for scap-record itself. Then whether
 * one has come.
 */
void own_signals_keep(void);
bool own_signals_came(void);

/* Passes on what has come, and what time has made due at @now; call it whenever a wait was cut short. */
void own_signals_pass_on(struct own_signals *o, uint64_t now);

/*
 * Why scap-record is still there: after a while behind the first program's end,
 * once, a line for the user in @text (@size bytes). False: nothing to say.
 */
bool own_signals_explain(struct own_signals *o, uint64_t now, char *text, size_t size);

#endif
