/* Routes of runs: begun, told, ended, deleted. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/rng.h"
#include "track/amend.h"
#include "tracking/internal.h"

static int
answer_run(struct call *k, struct tracked_run *r)
{
	put_open(k->out, NULL, '{');
	put_run(k, "run", r);
	put_close(k->out, '}');
	return 0;
}

static int
get_run(struct call *k)
{
	struct tracked_run *r = find_run(k, call_text(k, "run_id"), true);

	return r ? answer_run(k, r) : -1;
}

/* ---- beginning ---- */

/* A name that people can say. */
static const char *
random_name(struct arena *a)
{
	static const char *const how[] = { "amber", "bold", "calm", "deft",
	    "eager", "fond", "glad", "keen", "lucid", "merry", "neat", "proud",
	    "quiet", "rapid", "sunny", "witty" };
	static const char *const who[] = { "ant", "bear", "crane", "dove",
	    "eel", "finch", "goat", "hare", "ibis", "jay", "koi", "lynx",
	    "mole", "newt", "otter", "wren" };
	uint32_t r;

	rng_system(&r, sizeof(r));
	return arena_printf(a, "%s-%s-%u", how[r & 15], who[r >> 4 & 15],
	    (unsigned)((r >> 8) % 1000));
}

/* *name from run_name, the tag, or chance; the tag says it, too. */
static int
name_run(struct call *k, const char **name, struct json *tags)
{
	const char *given = call_text(k, "run_name");
	const char *tag = json_text(tags, "mlflow.runName", "");
	struct json value = { .type = JSON_TEXT };

	if (*given && *tag && strcmp(given, tag) != 0)
		return call_fail(k, CALL_INVALID, "Both 'run_name' argument "
		    "and 'mlflow.runName' tag are specified, but with "
		    "different values (run_name='%.200s', "
		    "mlflow.runName='%.200s').", given, tag);
	*name = *given ? given : *tag ? tag : random_name(&k->arena);
	value.s = *name;
	value.n = strlen(*name);
	json_set(&k->arena, tags, "mlflow.runName", &value);
	return 0;
}

static int
check_tags(struct call *k)
{
	for (const struct json *t = call_list(k, "tags"); t; t = t->next)
		if (check_key(k, "tag", item_text(t, "key")) < 0 ||
		    check_length(k, item_text(t, "key"), item_text(t, "value"),
		    TAG_MAX) < 0)
			return -1;
	return 0;
}

static int
begin_run(struct call *k, const char *experiment, const char *name,
    struct json *tags)
{
	struct json *facts = json_new(&k->arena, JSON_MAP);
	const char *user = call_text(k, "user_id");
	struct journal_start start = { .verb = "mlflow", .name = name,
	    .facts = facts, .unsynced = true };
	struct runs *rs = &k->t->runs;
	struct tracked_run *r;
	struct err e = ERR_INIT;
	struct journal *j;
	int fd;

	if (*user == '\0')
		user = json_text(tags, "mlflow.user", k->user ? k->user : "");
	start.begin_us = call_int(k, "start_time", 0);
	if (start.begin_us < 0 || start.begin_us > INT64_MAX / 2000)
		return call_fail(k, CALL_INVALID, "'start_time' is no time of "
		    "milliseconds since 1970");
	start.begin_us *= 1000;
	start.user = user;
	json_add_text(&k->arena, facts, "experiment", experiment);
	json_add_int(&k->arena, facts, "lease_s", k->t->o.lease_s);
	json_add(&k->arena, facts, "tags", tags);
	if (journal_begin(&j, k->t->c, &start, &e) < 0)
		return call_fail_err(k, &e);
	/* synced with those of others, once nobody is kept waiting */
	if ((fd = fcntl(journal_fd(j), F_DUPFD_CLOEXEC, 0)) < 0) {
		err_sys(&e, "cannot keep the journal of run:%s open",
		    journal_id(j));
		journal_close(j);
		return call_fail_err(k, &e);
	}
	k->ticket = group_sync_ask(k->t->sync, fd);
	r = runs_add(rs, journal_id(j));
	r->size = (uint64_t)journal_size(j);
	journal_close(j);
	r->status = RUN_RUNNING;
	r->heard_us = clock_wall_us();
	r->start_ms = (start.begin_us ? start.begin_us : r->heard_us) / 1000;
	r->lease_s = k->t->o.lease_s;
	tracked_set_text(&r->experiment, experiment);
	tracked_set_text(&r->name, name);
	tracked_set_text(&r->user, user);
	for (const struct json *v = tags->child; v; v = v->next)
		tracked_set_tag(rs, r, v->key, v->s);
	return answer_run(k, r);
}

static int
create_run(struct call *k)
{
	const char *experiment = call_text(k, "experiment_id"), *name = NULL;
	struct json *tags;

	if (*experiment == '\0')
		experiment = "0";
	if (find_experiment(k, experiment, false) == NULL ||
	    check_tags(k) < 0)
		return -1;
	tags = tags_to_map(&k->arena, call_list(k, "tags"));
	if (name_run(k, &name, tags) < 0)
		return -1;
	return begin_run(k, experiment, name, tags);
}

/* ---- changing ---- */

static bool
status_of(enum run_status *status, bool *scheduled, const char *word)
{
	static const struct {
		const char *word;
		enum run_status status;
	} words[] = {
		{ "RUNNING", RUN_RUNNING }, { "SCHEDULED", RUN_RUNNING },
		{ "FINISHED", RUN_FINISHED }, { "FAILED", RUN_FAILED },
		{ "KILLED", RUN_KILLED },
		{ "1", RUN_RUNNING }, { "2", RUN_RUNNING },
		{ "3", RUN_FINISHED }, { "4", RUN_FAILED }, { "5", RUN_KILLED },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(words[i].word, word) == 0) {
			*status = words[i].status;
			*scheduled = i == 1 || i == 6;
			return true;
		}
	return false;
}

/* A run of ours is sealed at its end. */
static int
end_run(struct call *k, struct tracked_run *r, enum run_status status)
{
	int64_t ms = call_int(k, "end_time", clock_wall_us() / 1000);
	int code = status == RUN_FINISHED ? 0 : 1;
	struct err e = ERR_INIT;
	struct catalog_put put;
	struct journal *j;
	struct ended p;

	if (ms < 0 || ms > INT64_MAX / 2000)
		return call_fail(k, CALL_INVALID, "'end_time' is no time of "
		    "milliseconds since 1970");
	if (!r->sealed && journal_open(&j, k->t->c, r->id, &e) == 0) {
		if (journal_seal_at(&put, j, status, code, ms * 1000, &e) < 0)
			return call_fail_err(k, &e);
		r->sealed = true;
		tracked_is_read(&k->t->runs, r);
	} else {
		ended_lines(&p);
		ended_end(&p, status, code, ms * 1000);
		if (write_run(k, r, &p) < 0)
			return -1;
	}
	r->status = status;
	r->end_ms = ms;
	return 0;
}

static int
go_on(struct call *k, struct tracked_run *r, bool scheduled)
{
	struct json value = { .type = JSON_BOOL, .b = scheduled };
	struct err e = ERR_INIT;
	struct journal *j;
	struct ended p;

	if (r->sealed) {
		if (journal_resume(&j, k->t->c, r->id, &e) < 0)
			return call_fail_err(k, &e);
		r->size = (uint64_t)journal_size(j);
		journal_close(j);
		r->sealed = false;
	}
	if (r->lease_s == 0)
		r->lease_s = k->t->o.lease_s;
	ended_lines(&p);
	ended_fact(&p, "scheduled", &value);
	value = (struct json){ .type = JSON_INT, .i = r->lease_s,
	    .d = (double)r->lease_s };
	ended_fact(&p, "lease_s", &value);
	if (write_run(k, r, &p) < 0)
		return -1;
	r->status = RUN_RUNNING;
	r->scheduled = scheduled;
	r->end_ms = 0;
	return 0;
}

static int
rename_run(struct call *k, struct tracked_run *r, const char *name)
{
	struct ended p;

	ended_lines(&p);
	ended_rename(&p, name);
	ended_tag(&p, "mlflow.runName", name);
	if (write_run(k, r, &p) < 0)
		return -1;
	tracked_set_text(&r->name, name);
	tracked_set_tag(&k->t->runs, r, "mlflow.runName", name);
	return 0;
}

static int
update_run(struct call *k)
{
	struct tracked_run *r = find_run(k, call_text(k, "run_id"), false);
	const char *name = call_text(k, "run_name");
	const struct json *given = json_get(k->q, "status");
	enum run_status status;
	bool scheduled;
	const char *word;

	if (r == NULL || (*name && rename_run(k, r, name) < 0))
		return -1;
	if (given) {
		word = given->type == JSON_TEXT ? given->s : arena_printf(
		    &k->arena, "%lld", (long long)given->i);
		if (!status_of(&status, &scheduled, word))
			return call_fail(k, CALL_INVALID, "Invalid value "
			    "'%.100s' for parameter 'status' supplied", word);
		if (status == RUN_RUNNING ? go_on(k, r, scheduled) < 0 :
		    end_run(k, r, status) < 0)
			return -1;
	}
	put_open(k->out, NULL, '{');
	put_run_info(k, "run_info", r);
	put_close(k->out, '}');
	return 0;
}

static int
set_deleted(struct call *k, bool deleted)
{
	struct tracked_run *r = find_run(k, call_text(k, "run_id"), true);
	struct ended p;

	if (r == NULL)
		return -1;
	if (r->deleted != deleted) {
		ended_lines(&p);
		ended_archive(&p, deleted);
		if (write_run(k, r, &p) < 0)
			return -1;
		r->deleted = deleted;
	}
	buf_adds(k->out, "{}");
	return 0;
}

static int
delete_run(struct call *k)
{
	return set_deleted(k, true);
}

static int
restore_run(struct call *k)
{
	return set_deleted(k, false);
}

const struct tracking_route run_routes[] = {
	{ "POST", "mlflow/runs/create", create_run, "experiment_id:s "
	    "user_id:s run_name:s start_time:i tags:a" },
	{ "GET", "mlflow/runs/get", get_run, "run_id:s!" },
	{ "POST", "mlflow/runs/update", update_run,
	    "run_id:s! end_time:i run_name:s" },
	{ "POST", "mlflow/runs/delete", delete_run, "run_id:s!" },
	{ "POST", "mlflow/runs/restore", restore_run, "run_id:s!" },
	{ NULL, NULL, NULL, NULL }
};
