// SPDX-License-Identifier: GPL-2.0
/*
 * In which order the threads of a process took turns, and whether that was another one in
 * the two executions before they differed.
 */
#include <format/diff.h>

#include <string.h>

/* Whether the threads of process @leader came as far as @turn. */
static bool came_to(const struct diff_tree *tree, uint32_t leader, uint64_t turn)
{
	for (uint32_t i = leader; i < tree->n; i++)
		if (tree->task[i].process == leader && tree->task[i].member == turn >> 40)
			return diff_turn(tree->task[i].member, tree->task[i].counted) >= turn;
	return false;
}

/*
 * Whether turns @a and @b, event 0 where there are no more, are others. One that the other trace has no
 * more of is so only if its step was done there, too, but before.
 */
static bool is_other_turn(const struct diff_result *r, uint32_t leader, const struct diff_record *a,
			  const struct diff_record *b)
{
	uint32_t pair = r->tree[0].task[leader].pair;

	if (a->event && b->event)
		return a->hash != b->hash;
	return (a->event && came_to(&r->tree[1], pair, a->hash)) ||
	       (b->event && came_to(&r->tree[0], leader, b->hash));
}

/* The next turn, event 0 if there is none. 0 or -errno. */
static int next_turn(struct diff_source *from, struct diff_record *turn)
{
	int ret = diff_source_next(from, turn);

	if (ret != 1)
		*turn = (struct diff_record){ 0 };
	return ret < 0 ? ret : 0;
}

/*
 * Walks the turns of both. If the same thread goes on, but at another step, or in one of the two
 * only, it is the turn before that came at another moment.
 */
static int walk_turns(const struct diff_result *r, uint32_t task, struct diff_source from[2], uint64_t turn[2])
{
	struct diff_record now[2], last[2] = { { 0 } };
	int ret;

	do {
		ret = next_turn(&from[0], &now[0]);
		if (!ret)
			ret = next_turn(&from[1], &now[1]);
		if (!ret && is_other_turn(r, task, &now[0], &now[1])) {
			bool moved = last[0].event && (!now[0].event || !now[1].event ||
						       now[0].hash >> 40 == now[1].hash >> 40);

			turn[0] = moved ? last[0].event : now[0].event;
			turn[1] = moved ? last[1].event : now[1].event;
			return 0;
		}
		memcpy(last, now, sizeof(last));
	} while (!ret && now[0].event && now[1].event);
	return ret;
}

/* Where the threads of process @task (of the first trace) took turns otherwise; asked once. */
static int compare_turns(struct diff_result *r, struct diff_spill *spill, uint32_t task)
{
	struct diff_task *leader = &r->tree[0].task[task];
	struct diff_source from[2] = { 0 };
	int ret = diff_source_open(&from[0], spill, &leader->order, NULL);

	leader->asked = true;
	if (!ret)
		ret = diff_source_open(&from[1], spill, &r->tree[1].task[leader->pair].order, NULL);
	if (!ret)
		ret = walk_turns(r, task, from, leader->turn);
	diff_source_close(&from[0]);
	diff_source_close(&from[1]);
	return ret;
}

/*
 * Ahead of @place a thread of process @leader was interrupted in user code, where threads may
 * have met without a call that tells of it.
 */
static void find_interruptions(const struct diff_result *r, struct diff_finding *f, const struct diff_task *leader,
			       const uint64_t place[2])
{
	const struct diff_task *pair = &r->tree[1].task[leader->pair];

	f->order[0] = leader->switched <= place[0] ? leader->switched : 0;
	f->order[1] = pair->switched <= place[1] ? pair->switched : 0;
	f->in_user_code = f->order[0] || f->order[1];
}

/* Whether, and how, the threads of process @task took turns otherwise ahead of @place. 0 or -errno. */
static int find_turns_of(struct diff_result *r, struct diff_spill *spill, struct diff_finding *f, uint32_t task, const uint64_t place[2])
{
	struct diff_task *leader = &r->tree[0].task[task];
	int ret = leader->asked ? 0 : compare_turns(r, spill, task);

	f->ordered = task;
	if (leader->turn[0] && (leader->turn[0] <= place[0] || leader->turn[1] <= place[1]))
		memcpy(f->order, leader->turn, sizeof(f->order));
	else
		find_interruptions(r, f, leader, place);
	return ret;
}

/* In its process, or else in the nearest of those that it comes from, before that made it. */
static int find_turns_before(struct diff_result *r, struct diff_spill *spill, struct diff_finding *f)
{
	const struct diff_task *tasks = r->tree[0].task, *pairs = r->tree[1].task;
	uint64_t place[2] = { diff_place(f, 0), diff_place(f, 1) };
	uint32_t task = tasks[f->task[0]].process;
	int ret = 0;

	while (!ret && task && tasks[task].pair != DIFF_NONE) {
		ret = find_turns_of(r, spill, f, task, place);
		if (f->order[0] || f->order[1])
			break;
		place[0] = tasks[task].begins;
		place[1] = pairs[tasks[task].pair].begins;
		task = tasks[tasks[task].parent].process;
	}
	return ret;
}

int diff_find_turns(struct diff_result *r, struct diff_spill *spill)
{
	int ret = 0;

	for (size_t i = 0; i < r->nfindings && !ret; i++) {
		struct diff_finding *f = &r->finding[i];

		if (f->task[0] && f->task[1])
			ret = find_turns_before(r, spill, f);
	}
	return ret;
}
