/* Runs in memory: their parts looked up and changed. */
#include "tracking/runs.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

const char *
runs_key(const struct runs *rs, uint32_t key)
{
	size_t n;

	return intern_text(rs->keys, key, &n);
}

size_t
runs_count(const struct runs *rs)
{
	return intern_count(rs->ids);
}

struct tracked_run *
runs_find(const struct runs *rs, const char *id)
{
	uint32_t i = intern_find(rs->ids, id, strlen(id));

	return i == INTERN_NONE ? NULL : rs->v[i];
}

struct tracked_run *
runs_add(struct runs *rs, const char *id)
{
	uint32_t i = intern_add(rs->ids, id, strlen(id));

	if (i >= rs->room) {
		rs->room = rs->room ? rs->room * 2 : 256;
		rs->v = xresize(rs->v, rs->room, sizeof(*rs->v));
	}
	rs->v[i] = xalloc(1, sizeof(*rs->v[i]));
	rs->v[i]->id = xstrdup(id);
	return rs->v[i];
}

const char *
tracked_status(const struct tracked_run *r, int64_t now_us)
{
	if (r->status == RUN_FINISHED)
		return "FINISHED";
	if (r->status == RUN_FAILED)
		return "FAILED";
	if (r->status == RUN_KILLED || (r->lease_s && r->end_ms == 0 &&
	    (now_us - r->heard_us) / 1000000 >= r->lease_s))
		return "KILLED";
	return r->scheduled ? "SCHEDULED" : "RUNNING";
}

void
tracked_set_text(char **text, const char *value)
{
	char *copy = value ? xstrdup(value) : NULL;

	free(*text);
	*text = copy;
}

/* ---- parameters and tags ---- */

static struct pair *
find_pair(const struct runs *rs, struct pair *v, size_t n, const char *key)
{
	uint32_t id = intern_find(rs->keys, key, strlen(key));

	for (size_t i = 0; id != INTERN_NONE && i < n; i++)
		if (v[i].key == id)
			return &v[i];
	return NULL;
}

static void
set_pair(struct runs *rs, struct pair **v, size_t *n, size_t *room,
    const char *key, const char *value)
{
	struct pair *p = find_pair(rs, *v, *n, key);

	if (p == NULL) {
		if (*n == *room) {
			*room = *room ? *room * 2 : 8;
			*v = xresize(*v, *room, sizeof(**v));
		}
		p = &(*v)[(*n)++];
		*p = (struct pair){ intern_add(rs->keys, key, strlen(key)),
		    NULL };
	}
	tracked_set_text(&p->value, value);
}

const char *
tracked_param(const struct runs *rs, const struct tracked_run *r,
    const char *key)
{
	const struct pair *p = find_pair(rs, r->param, r->n_params, key);

	return p ? p->value : NULL;
}

const char *
tracked_tag(const struct runs *rs, const struct tracked_run *r,
    const char *key)
{
	const struct pair *p = find_pair(rs, r->tag, r->n_tags, key);

	return p ? p->value : NULL;
}

void
tracked_set_param(struct runs *rs, struct tracked_run *r, const char *key,
    const char *value)
{
	set_pair(rs, &r->param, &r->n_params, &r->room_params, key, value);
}

void
tracked_set_tag(struct runs *rs, struct tracked_run *r, const char *key,
    const char *value)
{
	struct pair *p;

	if (value) {
		set_pair(rs, &r->tag, &r->n_tags, &r->room_tags, key, value);
		return;
	}
	p = find_pair(rs, r->tag, r->n_tags, key);
	if (p == NULL)
		return;
	free(p->value);
	r->n_tags--;
	memmove(p, p + 1, (size_t)(r->tag + r->n_tags - p) * sizeof(*p));
}

/* ---- metrics ---- */

void
tracked_add_point(struct runs *rs, struct tracked_run *r, const char *key,
    int64_t step, int64_t ms, double value)
{
	uint32_t id = intern_add(rs->keys, key, strlen(key));
	struct latest *m;

	for (size_t i = 0; i < r->n_metrics; i++) {
		m = &r->metric[i];
		if (m->key != id)
			continue;
		if (run_point_is_newer((struct run_point){ step, ms, value },
		    (struct run_point){ m->step, m->ms, m->value }))
			*m = (struct latest){ id, value, step, ms };
		return;
	}
	if (r->n_metrics == r->room_metrics) {
		r->room_metrics = r->room_metrics ? r->room_metrics * 2 : 8;
		r->metric = xresize(r->metric, r->room_metrics,
		    sizeof(*r->metric));
	}
	r->metric[r->n_metrics++] = (struct latest){ id, value, step, ms };
}
