/* Feedback: read, counted and appended to a file, a line at a time. */
#include "flow/serve/feedback.h"

#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/thread.h"
#include "codec/json.h"

struct feedback {
	char *path;			/* or NULL */
	int fd;
	struct mutex lock;		/* of the file and of those below */
	uint64_t n;
	double reward;			/* their sum */
};

struct said {
	const char *id;			/* or NULL */
	const struct json *reward, *truth;	/* or NULL */
};

int
feedback_open(struct feedback **out, const char *path, struct err *e)
{
	struct feedback *f = xalloc(1, sizeof(*f));

	f->fd = -1;
	mutex_init(&f->lock);
	if (path) {
		f->path = xstrdup(path);
		f->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
		    0666);
		if (f->fd < 0) {
			err_sys(e, "cannot open '%s'", path);
			feedback_close(f);
			return -1;
		}
	}
	*out = f;
	return 0;
}

void
feedback_close(struct feedback *f)
{
	if (f == NULL)
		return;
	if (f->fd >= 0)
		close(f->fd);
	mutex_release(&f->lock);
	free(f->path);
	free(f);
}

/* --- what is said --------------------------------------------------------- */

static const char *
find_id(const struct json *j, const char *whose)
{
	const struct json *of = json_get(j, whose);
	const struct json *meta = of ? json_get(of, "meta") : NULL;

	return meta ? json_text(meta, "puid", NULL) : NULL;
}

static bool
is_plain(const struct json *j)
{
	return j->type != JSON_LIST && j->type != JSON_MAP;
}

/* The one value of a truth, which comes as an answer does, or alone. */
static const struct json *
find_truth(const struct json *j)
{
	const struct json *data;

	if (j == NULL || is_plain(j))
		return j;
	data = json_get(j, "data");
	if (data == NULL)
		return NULL;
	j = json_get(data, "ndarray");
	if (j == NULL && (j = json_get(data, "tensor")) != NULL)
		j = json_get(j, "values");
	while (j && j->type == JSON_LIST)
		j = j->n == 1 ? j->child : NULL;
	return j && is_plain(j) ? j : NULL;
}

static int
read_said(struct said *s, const struct json *j, struct err *e)
{
	const struct json *truth = json_get(j, "truth");

	if (j->type != JSON_MAP)
		return err_set(e, ERR_FORMAT, "feedback is a JSON object");
	s->id = find_id(j, "response");
	if (s->id == NULL)
		s->id = find_id(j, "request");
	s->reward = json_get(j, "reward");
	if (s->reward && s->reward->type == JSON_NULL)
		s->reward = NULL;
	if (s->reward && s->reward->type != JSON_INT &&
	    s->reward->type != JSON_REAL)
		return err_set(e, ERR_FORMAT, "a reward is a number");
	s->truth = find_truth(truth);
	if (truth && truth->type != JSON_NULL && s->truth == NULL)
		return err_set(e, ERR_FORMAT, "a truth is one value, or data "
		    "that holds one");
	if (s->truth && s->truth->type == JSON_NULL)
		s->truth = NULL;
	return s->reward || s->truth ? 0 : err_set(e, ERR_FORMAT, "feedback "
	    "has a reward or a truth");
}

static void
write_line(struct buf *line, const struct said *s)
{
	char now[CLOCK_TEXT_MAX];

	clock_print(now, clock_wall_us());
	buf_addf(line, "{\"time\":\"%s\",\"id\":", now);
	json_quote(line, s->id, strlen(s->id));
	if (s->reward) {
		buf_adds(line, ",\"reward\":");
		json_write(line, s->reward);
	}
	if (s->truth) {
		buf_adds(line, ",\"truth\":");
		json_write(line, s->truth);
	}
	buf_adds(line, "}\n");
}

static int
keep(struct feedback *f, const struct said *s, struct err *e)
{
	struct stat before = { .st_size = 0 };
	struct buf line;
	int r = 0;

	if (f->fd >= 0 && s->id == NULL)
		return err_set(e, ERR_FORMAT, "feedback is kept by the id of its "
		    "request: response.meta.puid, or request.meta.puid");
	buf_init(&line, BUF_CAP_DOC);
	if (f->fd >= 0)
		write_line(&line, s);
	mutex_lock(&f->lock);
	if (line.len && fstat(f->fd, &before) < 0)
		r = err_sys(e, "cannot look at '%s'", f->path);
	else if (line.len)
		r = file_write_fd(os_real(), f->fd, line.data, line.len,
		    f->path, e);
	/* the next line does not begin behind a half of this one */
	if (r < 0 && S_ISREG(before.st_mode))
		(void)!ftruncate(f->fd, before.st_size);
	if (r == 0) {
		f->n++;
		f->reward += s->reward ? s->reward->d : 0;
	}
	mutex_unlock(&f->lock);
	buf_free(&line);
	return r;
}

/* Nothing of it is lost in silence: who is answered 200 finds it in the file. */
void
take_feedback(struct exchange *x)
{
	struct feedback *f = x->server->feedback;
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	struct said said = { NULL, NULL, NULL };
	struct json *j;

	if (json_parse(&j, &a, x->request->body, x->request->n, 0, &e) == 0 &&
	    read_said(&said, j, &e) == 0 && keep(f, &said, &e) == 0) {
		x->response->type = "application/json";
		buf_adds(&x->response->body, "{\"meta\":{}}");
	} else {
		exchange_fail(x, e.code == ERR_FORMAT ? 400 : 503, e.msg);
	}
	if (x->response->status == 503)
		http_add_field(x->response, "Retry-After", "1");
	arena_free(&a);
}

void
feedback_write(struct buf *out, struct feedback *f)
{
	char text[NUM_TEXT_MAX];
	uint64_t n;

	mutex_lock(&f->lock);
	n = f->n;
	num_print_f64(text, f->reward);
	mutex_unlock(&f->lock);
	buf_addf(out, "# HELP mlv_feedback_total Feedback that came.\n"
	    "# TYPE mlv_feedback_total counter\nmlv_feedback_total %llu\n"
	    "# HELP mlv_feedback_rewards Rewards of all feedback together.\n"
	    "# TYPE mlv_feedback_rewards gauge\nmlv_feedback_rewards "
	    "%s\n", (unsigned long long)n, text);
}
