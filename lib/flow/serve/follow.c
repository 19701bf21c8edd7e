/* A server that follows the state of its rollout. */
#include "flow/serve/follow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/mem.h"
#include "catalog/catalog.h"
#include "catalog/name.h"
#include "rollout/state.h"

#define STATE_MAX ((size_t)1 << 20)

struct follower {
	struct catalog *catalog;
	struct buf bytes;		/* of the state that was understood */
	struct followed now;		/* what they say */
};

int
follower_open(struct follower **out, const struct log *log, struct err *e)
{
	const struct repo_opts o = { .log = log };
	struct follower *f = xalloc(1, sizeof(*f));

	*out = NULL;
	buf_init(&f->bytes, STATE_MAX);
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
	free(f);
}

static void
take_state(struct followed *out, const struct rollout_state *s)
{
	memset(out, 0, sizeof(*out));
	if (!rollout_is_open(s->phase))
		return;
	snprintf(out->split.rollout, sizeof(out->split.rollout), "%s", s->id);
	snprintf(out->source, sizeof(out->source), "model:%s@%u", s->name,
	    s->candidate);
	out->shadow = s->kind == ROLLOUT_SHADOW;
	out->split.percent = out->shadow ? 0 : s->share;
}

/* It is read whole every time: a file system's times may be too coarse to
 * tell a change. */
static int
read_state(struct follower *f, const char *path, struct err *e)
{
	struct rollout_state s;
	struct buf b;
	int r;

	buf_init(&b, STATE_MAX);
	r = file_read_own(&b, path, e);
	if (r < 0 && e->code == ERR_NOENT) {
		*e = (struct err)ERR_INIT;
		buf_clear(&f->bytes);
		memset(&f->now, 0, sizeof(f->now));
		r = 0;
	} else if (r == 0 && (b.len != f->bytes.len ||
	    memcmp(b.data, f->bytes.data, b.len) != 0)) {
		r = rollout_state_parse(&s, b.data, b.len, e);
		if (r == 0) {
			take_state(&f->now, &s);
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
	r = read_state(f, path, e);
	if (r == 0)
		*out = f->now;
	free(path);
	return r;
}
