/* A server that follows the state of its rollout. */
#include "flow/models/follow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/thread.h"
#include "catalog/catalog.h"
#include "catalog/name.h"
#include "deploy/metrics.h"
#include "rollout/state.h"


struct follower {
	struct catalog *catalog;
	const struct log *log;
	bool logs;
	char told[SPLIT_ID_MAX];	/* the last one that is not followed */
	struct buf bytes;		/* of the state that was understood */
	struct mutex lock;		/* of what they say: */
	struct followed now;
	enum rollout_kind kind;
	uint32_t candidate;
};

int
follower_open(struct follower **out, const struct log *log, bool logs,
    struct err *e)
{
	const struct repo_opts o = { .log = log };
	struct follower *f = xalloc(1, sizeof(*f));

	*out = NULL;
	f->log = log;
	f->logs = logs;
	buf_init(&f->bytes, ROLLOUT_STATE_MAX);
	mutex_init(&f->lock);
	if (catalog_open(&f->catalog, NULL, &o, e) < 0) {
		follower_close(f);
		return -1;
	}
	if (catalog_repo(f->catalog) == NULL) {
		follower_close(f);
		return 0;
	}
	*out = f;
	return 0;
}

void
follower_close(struct follower *f)
{
	if (f == NULL)
		return;
	catalog_close(f->catalog);
	buf_free(&f->bytes);
	mutex_release(&f->lock);
	free(f);
}

/* NULL: there is none. */
static void
take_state(struct follower *f, const struct rollout_state *s)
{
	struct followed now = { .source = "" };
	bool open = s && rollout_is_open(s->phase);

	if (open && !f->logs && strcmp(f->told, s->id) != 0) {
		snprintf(f->told, sizeof(f->told), "%s", s->id);
		log_warn(f->log, "rollout %s is not followed: no request is "
		    "logged, which its verdict rests on; start with --log "
		    "FOLDER", s->id);
	}
	if (open && f->logs) {
		snprintf(now.split.rollout, sizeof(now.split.rollout), "%s",
		    s->id);
		snprintf(now.source, sizeof(now.source), "model:%s@%u",
		    s->name, s->candidate);
		now.shadow = s->kind == ROLLOUT_SHADOW;
		now.split.percent = now.shadow ? 0 : s->share;
	}
	mutex_lock(&f->lock);
	f->now = now;
	f->kind = s ? s->kind : ROLLOUT_CANARY;
	f->candidate = s ? s->candidate : 0;
	mutex_unlock(&f->lock);
}

void
follower_write_info(struct buf *out, struct follower *f)
{
	struct followed now;
	enum rollout_kind kind;
	uint32_t candidate;

	mutex_lock(&f->lock);
	now = f->now;
	kind = f->kind;
	candidate = f->candidate;
	mutex_unlock(&f->lock);
	if (*now.split.rollout)
		buf_addf(out, "mlv_rollout_info{rollout=\"%s\",kind=\"%s\","
		    "candidate=\"%u\"} 1\n", now.split.rollout,
		    rollout_kind_text(kind), candidate);
}

void
follower_write_share(struct buf *out, struct follower *f,
    const char *endpoint)
{
	double percent;

	mutex_lock(&f->lock);
	percent = f->now.split.percent;
	mutex_unlock(&f->lock);
	buf_adds(out, "mlv_rollout_share_percent{model=");
	metrics_quote(out, endpoint);
	buf_addf(out, "} %.10g\n", percent);
}

/* It is read whole every time: a file system's times may be too coarse to
 * tell a change. */
static int
read_state(struct follower *f, const char *path, const char *endpoint,
    struct err *e)
{
	struct rollout_state s;
	struct buf b;
	int r;

	buf_init(&b, ROLLOUT_STATE_MAX);
	r = file_read_own(&b, path, e);
	if (r < 0 && e->code == ERR_NOENT) {
		*e = (struct err)ERR_INIT;
		buf_clear(&f->bytes);
		take_state(f, NULL);
		r = 0;
	} else if (r == 0 && (b.len != f->bytes.len ||
	    memcmp(b.data, f->bytes.data, b.len) != 0)) {
		r = rollout_state_parse(&s, b.data, b.len, e);
		if (r == 0 && strcmp(s.name, endpoint) != 0) {
			r = err_set(e, ERR_FORMAT, "'%s' is the state of "
			    "another rollout", path);
			rollout_state_release(&s);
		} else if (r == 0) {
			take_state(f, &s);
			rollout_state_release(&s);
			buf_clear(&f->bytes);
			buf_add(&f->bytes, b.data, b.len);
		} else {
			err_wrap(e, "'%s'", path);
		}
	}
	buf_free(&b);
	return r;
}

int
follow_rollout_state(void *ctx, struct followed *out, const char *endpoint,
    struct err *e)
{
	struct follower *f = ctx;
	char *path;
	int r;

	if (!name_base_ok(endpoint))
		return 0;	/* there can be none by that name */
	path = rollout_state_path(catalog_repo(f->catalog), endpoint);
	r = read_state(f, path, endpoint, e);
	if (r == 0)
		*out = f->now;
	free(path);
	return r;
}
