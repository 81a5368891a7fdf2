// SPDX-License-Identifier: GPL-2.0
/* What a difference usually means, and what to do about it. */
#include <format/divergence.h>


#define LOOK_BEFORE "look at what the program read just before (scap-dump)"

static const struct {
	struct scap_meaning replay, recordings; /* NULL: the same */
} usual[SCAP_FIELDS] = {
	[SCAP_FIELD_TYPE] = {
		{ "the program took another way than before: something that it looked at earlier was different",
		  LOOK_BEFORE ", and record again with --audit to see whether a call's output was missed" },
		{ "the program took another way: what it had been given before was different, or came in another order",
		  LOOK_BEFORE "; --all lists what varies by itself: ids, clocks, random numbers" } },
	[SCAP_FIELD_ARG] = {
		{ "the program computed another value from what it had been given",
		  "look where this argument comes from; if it is an address, compare the mappings (MAP, mmap) before it" },
		{ "the program computed another value from what it had been given",
		  LOOK_BEFORE "; --all lists what varies by itself: ids, clocks, random numbers" } },
	[SCAP_FIELD_INPUT] = {
		{ "the program passed on other data: it was computed from something that is not in the trace, or that was restored wrongly",
		  "look at where the bytes come from; uninitialised memory, rdrand and memory shared with another process are the usual sources" },
		{ "the program passed on other data, computed from what differs by itself (an id, a clock, an address, random numbers) or from memory that another thread writes",
		  "look at where the bytes come from; --all lists the ids, clocks and random numbers before them" } },
	[SCAP_FIELD_RESULT] = {
		{ "the kernel answered differently: the world outside the program had changed",
		  "compare what the two runs found: files, environment, other processes, load" },
		{ NULL, NULL } },
	[SCAP_FIELD_OUTPUT] = {
		{ "the program was given other data from outside",
		  "compare the two inputs: the same file may have changed, or another process have answered differently" },
		{ NULL, NULL } },
	[SCAP_FIELD_LARGE] = {
		{ "the program was given other data from outside",
		  "compare what scap-dump shows of this call in both" },
		{ NULL, NULL } },
	[SCAP_FIELD_PROGRAM] = {
		{ "another file stood at this path, or another path was used",
		  "use the binaries and libraries of the recording" },
		{ NULL, "compare the binaries, libraries and paths of the two runs" } },
	[SCAP_FIELD_LIMITS] = {
		{ "the resource limits differ (ulimit)", "run both with the same limits" },
		{ NULL, NULL } },
	[SCAP_FIELD_SIGNO] = {
		{ "another signal came",
		  "look at who sends it; a timer or another process may be faster or slower than before" },
		{ NULL, NULL } },
	[SCAP_FIELD_PLACE] = {
		{ "the signal came at another moment, or found another handler",
		  "signals are timing: look at what the handler changes" },
		{ NULL, NULL } },
	[SCAP_FIELD_IP] = {
		{ "the program was at another place", LOOK_BEFORE },
		{ NULL, NULL } },
	[SCAP_FIELD_REGS] = {
		{ "the program had computed other values", LOOK_BEFORE },
		{ NULL, NULL } },
	[SCAP_FIELD_POINT] = {
		{ "the place in user code was not found again, or a false one was taken for it",
		  "replay again; if it stays, record again: the place will be another" },
		{ NULL, NULL } },
	[SCAP_FIELD_STATUS] = {
		{ "the program ended in another way", "look at what it did last" },
		{ NULL, NULL } },
	[SCAP_FIELD_END] = {
		{ "one of the two ended, or stopped making calls, where the other went on",
		  "look at what the longer one did next and what it had been given before" },
		{ NULL, NULL } },
};

/* A signal in the one where the other has something else. */
static const struct scap_meaning signal_moment = {
	"the signal came at another moment: when it comes is timing",
	"look at what the handler changes, and at what was sent or awaited just before",
};

struct scap_meaning scap_meaning_of(const struct scap_difference *d, bool recordings)
{
	enum scap_field field = d->field == SCAP_FIELD_NR ? SCAP_FIELD_TYPE : d->field;
	struct scap_meaning m = usual[field].replay;
	bool signal = d->field == SCAP_FIELD_TYPE &&
		      (d->expected == SCAP_EV_SIGNAL || d->actual == SCAP_EV_SIGNAL);

	if (recordings && usual[field].recordings.reason)
		m.reason = usual[field].recordings.reason;
	if (recordings && usual[field].recordings.advice)
		m.advice = usual[field].recordings.advice;
	return recordings && signal ? signal_moment : m;
}
