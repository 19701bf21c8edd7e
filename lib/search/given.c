/* Trials a study is given. */
#include "search/given.h"

#include <math.h>
#include <string.h>

#include "search/study/write.h"

int
given_values(double *x, const struct space *space, const struct json *params,
    struct err *e)
{
	for (size_t i = 0; i < space->n; i++) {
		const struct space_param *p = &space->param[i];
		const struct json *j = json_get(params, p->name);

		x[i] = NAN;
		if (j && !space_value_read(p, j, &x[i]))
			return err_set(e, ERR_NO, "its '%s' is none of the "
			    "space", p->name);
	}
	space_deactivate(space, x);
	for (size_t i = 0; i < space->n; i++)
		if (isnan(x[i]) && space_is_active(space, i, x))
			return err_set(e, ERR_NO, "it has no parameter '%s'",
			    space->param[i].name);
	return 0;
}

/* Appended under the lock, as the next trial of the journal. */
static int
append_next(int64_t *number, struct study *s, struct buf *lines, struct err *e)
{
	*number = (int64_t)s->n;
	return study_append(s, lines, true, e);
}

int
study_add_given(int64_t *number, struct study *s, const struct space *space,
    const double *x, const double *value, const char *run, struct err *e)
{
	const struct lease none = { 0, false, 1 };
	struct buf b;
	int r = -1;

	buf_init(&b, BUF_CAP_DOC);
	if (oplog_lock(&s->log, e) < 0 || study_catch_up(s, e) < 0)
		goto done;
	for (size_t i = 0; run && i < s->n; i++)
		if (strcmp(s->trial[i].run, run) == 0) {
			err_set(e, ERR_EXISTS, "run:%s is trial %zu already",
			    run, i);
			goto done;
		}
	write_trial(&b, s->id, space, x, &none);
	if (run)
		write_text_attr(&b, (int64_t)s->n_ids, ATTR_RUN, run);
	write_state(&b, (int64_t)s->n_ids, TRIAL_COMPLETE, value,
	    s->n_objectives);
	r = append_next(number, s, &b, e);
done:
	oplog_unlock(&s->log);
	buf_free(&b);
	return r;
}

int
study_queue(int64_t *number, struct study *s, const struct space *space,
    const struct json *fixed, struct err *e)
{
	struct buf b;
	int r = -1;

	for (const struct json *j = fixed->child; j; j = j->next) {
		size_t at = space_find(space, j->key, strlen(j->key));
		double v;

		if (at == SPACE_NONE)
			return err_set(e, ERR_USAGE, "study '%s' has no "
			    "parameter '%s'", s->name, j->key);
		if (!space_value_read(&space->param[at], j, &v))
			return err_set(e, ERR_USAGE, "parameter '%s' of '%s' "
			    "cannot have that value", j->key, s->name);
	}
	buf_init(&b, BUF_CAP_DOC);
	if (oplog_lock(&s->log, e) == 0 && study_catch_up(s, e) == 0) {
		write_waiting(&b, s->id, fixed);
		r = append_next(number, s, &b, e);
	}
	oplog_unlock(&s->log);
	buf_free(&b);
	return r;
}
