// SPDX-License-Identifier: GPL-2.0
/* Signals to scap-record itself: see own-signals.h. */
#include <signal.h>
#include <stdio.h>

#include "recorder/own-signals.h"

/* So long the user may take it that there is nothing left to wait for, ns. */
#define PATIENCE_NS 1000000000u

static volatile sig_atomic_t forward, from_terminal, alone;

static void on_terminate(int sig)
{
	forward = sig;
}

static void on_terminal(int sig)
{
	(void)sig; /* while the program runs it has its own, and decides */
	from_terminal = alone;
}

static void on_other(int sig)
{
	(void)sig;
}

static void catch(int sig, void (*handler)(int))
{
	struct sigaction sa = { .sa_handler = handler }, old;

	/* what was ignored (nohup) stays so: execve hands it on */
	if (!sigaction(sig, NULL, &old) && old.sa_handler == SIG_IGN)
		return;
	sigaction(sig, &sa, NULL);
}

void own_signals_catch(void)
{
	catch(SIGTERM, on_terminate);
	catch(SIGHUP, on_terminate);
	catch(SIGINT, on_terminal);
	catch(SIGQUIT, on_terminal);
	/* nobody may listen any more when there is something to say */
	catch(SIGPIPE, on_other);
}

void own_signals_ended(struct own_signals *o, uint64_t now)
{
	o->ended = now;
	alone = 1;
}

void own_signals_keep(void)
{
	alone = 1;
}

bool own_signals_came(void)
{
	return forward || from_terminal;
}

static void keep_deadline(struct own_signals *o, uint64_t now)
{
	pid_t one;

	if (!o->deadline || now < o->deadline)
		return;
	o->deadline = 0;
	/* ahead of the others, so that it does not see one of them die and go on */
	if (!o->ended)
		kill(o->first, SIGKILL);
	o->timed_out = o->left(o->ctx, SIGKILL, &one) > 0;
}

void own_signals_pass_on(struct own_signals *o, uint64_t now)
{
	bool terminal = from_terminal;
	int sig = forward;
	pid_t one;

	keep_deadline(o, now);
	if (!sig && !terminal)
		return;
	forward = from_terminal = 0;
	if (o->ended) {
		o->left(o->ctx, o->told_to_end ? SIGKILL : SIGTERM, &one);
		o->told_to_end = true;
	} else {
		kill(o->first, sig);
	}
}

bool own_signals_explain(struct own_signals *o, uint64_t now, char *text, size_t size)
{
	unsigned int n;
	pid_t one = 0;

	if (!o->ended || o->said_left || now - o->ended < PATIENCE_NS)
		return false;
	o->said_left = true;
	n = o->left(o->ctx, 0, &one);
	snprintf(text, size, "the program has ended; %u process%s that it left (pid %d%s) %s still "
		 "recorded; Ctrl-C ends %s", n, n == 1 ? "" : "es", one, n == 1 ? "" : ", ...",
		 n == 1 ? "is" : "are", n == 1 ? "it" : "them");
	return n;
}
