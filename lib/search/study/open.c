/* A study opened: its index, then what its journal says since. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "search/study/internal.h"
#include "search/study/study.h"

#define PIECE ((uint64_t)1 << 24)	/* a line has at most that */

void
study_close(struct study *s)
{
	if (s == NULL)
		return;
	study_forget(s);
	oplog_close(&s->log);
	free(s->name);
	free(s);
}

int
study_open(struct study **out, const struct study_place *at, bool make,
    struct err *e)
{
	struct study *s = xalloc(1, sizeof(*s));
	const struct os *os = at->os ? at->os : os_real();

	s->name = xstrdup(at->name ? at->name : "");
	s->id = STUDY_NONE;
	s->first_last_step = -1;
	if (oplog_open(&s->log, os, at->log, at->journal, make, e) < 0) {
		free(s->name);
		free(s);
		return -1;
	}
	index_read(s);
	if (study_catch_up(s, e) < 0) {
		study_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

int
study_catch_up(struct study *s, struct err *e)
{
	uint64_t size;
	struct buf b;
	size_t used;
	int r = -1;

	buf_init(&b, (size_t)1 << 30);
	if (oplog_size(&size, &s->log, e) < 0)
		goto done;
	if (size < s->offset)
		study_forget(s);	/* somebody put another file in its place */
	for (;;) {
		buf_clear(&b);
		if (oplog_read(&b, &s->log, s->offset, PIECE, e) < 0)
			goto done;
		if (b.len == 0 && size > s->offset + PIECE) {
			err_set(e, ERR_FORMAT, "'%s': line %llu is too long for "
			    "an Optuna journal", s->log.path,
			    (unsigned long long)s->lines + 1);
			goto done;
		}
		if (b.len == 0)
			break;
		if (replay_lines(s, b.data, b.len, &used, e) < 0)
			goto done;
		s->offset += used;
	}
	r = 0;
done:
	buf_free(&b);
	return r;
}

int
study_names(const char ***names, size_t *n, struct arena *a,
    const struct study_place *at, struct err *e)
{
	struct study_place all = *at;
	struct study *s;

	all.name = NULL;
	if (study_open(&s, &all, false, e) < 0)
		return -1;
	*n = 0;
	*names = arena_alloc(a, (s->n_studies + 1) * sizeof(**names));
	for (size_t i = 0; i < s->n_studies; i++)
		if (s->study_name[i])
			(*names)[(*n)++] = arena_strdup(a, s->study_name[i]);
	study_close(s);
	return 0;
}

int
study_append(struct study *s, struct buf *lines, bool sync, struct err *e)
{
	if (oplog_append(&s->log, lines, sync, e) < 0)
		return -1;
	buf_clear(lines);
	return study_catch_up(s, e);
}
