/* Rows that wait for a shadow, and the thread that asks it. */
#include "flow/serve/shadow.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/thread.h"
#include "deploy/session.h"
#include "table/write.h"

#define QUEUE_BYTES ((size_t)16 << 20)

/* Rows of one request: `asked` is JSON Lines, `answered` as it is logged. */
struct job {
	struct version *candidate;	/* held */
	struct reqlog_request request;	/* its texts are owned */
	struct reqlog_placed placed;
	char *rollout;
	struct buf asked, answered;
	uint64_t rows;
	struct job *next;
};

struct shadow {
	struct reqlog *log;
	struct thread thread;
	struct mutex lock;		/* of the rest */
	struct cond wake;
	struct job *first, **last;
	size_t bytes;
	uint64_t dropped;
	bool ending;
};

/* --- jobs ----------------------------------------------------------------- */

static size_t
job_bytes(const struct job *j)
{
	return sizeof(*j) + j->asked.len + j->answered.len + 512;
}

static void
job_free(struct job *j)
{
	version_release(j->candidate);
	free((char *)j->request.id);
	free((char *)j->request.unit);
	free((char *)j->request.model);
	free(j->rollout);
	buf_free(&j->asked);
	buf_free(&j->answered);
	free(j);
}

static char *
copy(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

static struct job *
job_new(struct version *candidate, const struct shadow_rows *rows)
{
	struct job *j = xalloc(1, sizeof(*j));

	j->candidate = candidate;
	j->rows = rows->to - rows->from;
	j->rollout = xstrdup(rows->how->split.rollout);
	j->placed = (struct reqlog_placed){ j->rollout, 0, rows->how->place };
	j->request.policy = rows->request->policy;
	j->request.id = copy(rows->request->id);
	j->request.unit = copy(rows->request->unit);
	j->request.model = copy(rows->request->model);
	buf_init(&j->asked, QUEUE_BYTES);
	buf_init(&j->answered, QUEUE_BYTES);
	table_write_jsonl(&j->asked, rows->asked, rows->n_asked, rows->from,
	    rows->to);
	table_write_lists(&j->answered, rows->answered, rows->n_answered,
	    rows->from, rows->to);
	return j;
}

/* --- asking --------------------------------------------------------------- */

static int
score_rows(struct table **answers, struct session *session,
    const struct job *j, struct err *e)
{
	struct json_rows *rows = session->rows;
	const char *s = j->asked.data, *end = s + j->asked.len, *stop;

	json_rows_clear(rows);
	for (; s < end; s = stop + 1) {
		if ((stop = memchr(s, '\n', (size_t)(end - s))) == NULL)
			break;
		if (json_rows_add_text(rows, s, (size_t)(stop - s), e) < 0)
			return -1;
	}
	return scorer_run(answers, session->scorer, json_rows_block(rows), e);
}

static void
log_answers(struct shadow *s, const struct job *j, const struct table *t)
{
	const struct column **col = NULL;
	struct buf would, line;

	buf_init(&would, BUF_CAP_DOC);
	buf_init(&line, BUF_CAP_DOC);
	if (t) {
		col = xalloc(t->cols + 1, sizeof(*col));
		for (size_t i = 0; i < t->cols; i++)
			col[i] = &t->col[i];
		table_write_lists(&would, col, t->cols, 0, t->rows);
	}
	reqlog_shadow(&line, &j->request, &j->answered, t ? &would : NULL);
	reqlog_add(s->log, &line, 0);
	free(col);
	buf_free(&would);
	buf_free(&line);
}

static void
ask(struct shadow *s, struct job *j)
{
	struct version *v = j->candidate;
	struct err e = ERR_INIT;
	struct session *session = session_take(v, &e);
	struct table *answers = NULL;
	int64_t begun = clock_mono_ns(), micros;
	struct stats_times times = { .cpu_ns = -1 };
	int r = session ? score_rows(&answers, session, j, &e) : -1;

	times.phase_ns[STATS_SCORE] = clock_mono_ns() - begun;
	micros = times.phase_ns[STATS_SCORE] / 1000;
	j->request.time_us = clock_wall_us();
	j->request.version = v->number;
	j->request.digest = v->digest;
	j->request.variant = variant_text(VARIANT_SHADOW);
	j->request.micros = micros ? micros : 1;
	j->request.placed = &j->placed;
	/* what memory is lacking for says nothing about the candidate */
	if (r == 0 || e.code != ERR_NOMEM)
		log_answers(s, j, r == 0 ? answers : NULL);
	if (r == 0)
		version_stats_answered(v->stats, answers->rows,
		    scorer_unseen(session->scorer), &times);
	else
		version_stats_failed(v->stats, STATS_BACKEND, &times);
	if (session)
		session_give(v, session);
}

static void
ask_until_stopped(void *ctx)
{
	struct shadow *s = ctx;
	struct job *j;

	mutex_lock(&s->lock);
	while (!s->ending) {
		if ((j = s->first) == NULL) {
			cond_wait(&s->wake, &s->lock);
			continue;
		}
		s->first = j->next;
		if (s->first == NULL)
			s->last = &s->first;
		s->bytes -= job_bytes(j);
		mutex_unlock(&s->lock);
		ask(s, j);
		job_free(j);
		mutex_lock(&s->lock);
	}
	mutex_unlock(&s->lock);
}

/* --- life ----------------------------------------------------------------- */

int
shadow_start(struct shadow **out, struct reqlog *log, struct err *e)
{
	struct shadow *s = xalloc(1, sizeof(*s));

	s->log = log;
	s->last = &s->first;
	mutex_init(&s->lock);
	cond_init(&s->wake);
	if (thread_start(&s->thread, ask_until_stopped, s, e) < 0) {
		mutex_release(&s->lock);
		cond_release(&s->wake);
		free(s);
		return -1;
	}
	*out = s;
	return 0;
}

void
shadow_stop(struct shadow *s)
{
	struct job *next;

	if (s == NULL)
		return;
	mutex_lock(&s->lock);
	s->ending = true;
	cond_signal(&s->wake);
	mutex_unlock(&s->lock);
	thread_join(&s->thread);
	for (; s->first; s->first = next) {
		next = s->first->next;
		job_free(s->first);
	}
	mutex_release(&s->lock);
	cond_release(&s->wake);
	free(s);
}

void
shadow_add(struct shadow *s, struct version *candidate,
    const struct shadow_rows *rows)
{
	struct job *j = NULL;
	bool full;

	mutex_lock(&s->lock);
	full = s->bytes >= QUEUE_BYTES;
	mutex_unlock(&s->lock);
	if (!full)
		j = job_new(candidate, rows);
	else
		version_release(candidate);
	mutex_lock(&s->lock);
	if (j && !j->asked.failed && !j->answered.failed && s->bytes +
	    job_bytes(j) <= QUEUE_BYTES) {
		*s->last = j;
		s->last = &j->next;
		s->bytes += job_bytes(j);
		j = NULL;
		cond_signal(&s->wake);
	} else {
		s->dropped += rows->to - rows->from;
	}
	mutex_unlock(&s->lock);
	if (j)
		job_free(j);
}

uint64_t
shadow_dropped(struct shadow *s)
{
	uint64_t n;

	mutex_lock(&s->lock);
	n = s->dropped;
	mutex_unlock(&s->lock);
	return n;
}
