/* The operations mlv appends to a journal. */
#include "search/study/write.h"

#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/machine.h"
#include "base/num.h"
#include "search/distribution.h"

static void
begin_op(struct buf *out, enum study_op op)
{
	/* Optuna compares it with its own; ours is nobody's there */
	buf_addf(out, "{\"op_code\":%d,\"worker_id\":\"mlv-%ld\"", (int)op,
	    (long)getpid());
}

static void
end_op(struct buf *out)
{
	buf_adds(out, "}\n");
}

static void
add_quoted(struct buf *out, const char *key, const char *s, size_t n)
{
	buf_addf(out, ",\"%s\":", key);
	json_quote(out, s, n);
}

static void
add_id(struct buf *out, const char *key, int64_t id)
{
	buf_addf(out, ",\"%s\":%lld", key, (long long)id);
}

/* As Python writes it, which knows NaN and Infinity in JSON. */
static void
add_number(struct buf *out, double v)
{
	char text[NUM_TEXT_MAX];

	num_print_f64(text, v);
	buf_adds(out, text);
}

static void
add_now(struct buf *out, const char *key)
{
	char now[CLOCK_TEXT_MAX];
	size_t n = clock_print(now, clock_wall_us());

	/* "Z" is not read by Python before 3.11 */
	buf_addf(out, ",\"%s\":\"%.*s+00:00\"", key, (int)n - 1, now);
}

void
write_study(struct buf *out, const char *name, const bool *maximize,
    size_t n_objectives)
{
	begin_op(out, OP_CREATE_STUDY);
	add_quoted(out, "study_name", name, strlen(name));
	buf_adds(out, ",\"directions\":[");
	for (size_t i = 0; i < n_objectives; i++)
		buf_addf(out, "%s%d", i ? "," : "", maximize[i] ? 2 : 1);
	buf_addc(out, ']');
	end_op(out);
}

void
write_setup(struct buf *out, int64_t study, const struct json *setup)
{
	begin_op(out, OP_SET_STUDY_SYSTEM_ATTR);
	add_id(out, "study_id", study);
	buf_adds(out, ",\"system_attr\":{\"" ATTR_SETUP "\":");
	json_write(out, setup);
	buf_addc(out, '}');
	end_op(out);
}

static void
add_distribution(struct buf *out, const struct space_param *p)
{
	struct buf b;

	buf_init(&b, BUF_CAP_DOC);
	distribution_write(&b, p);
	json_quote(out, b.data, b.len);
	buf_free(&b);
}

static void
add_lease(struct buf *out, const struct lease *lease)
{
	char boot[64] = "";

	buf_addf(out, "\"" ATTR_LEASE "\":{\"attempt\":%u", lease->attempt);
	if (lease->s > 0) {
		buf_adds(out, ",\"s\":");
		add_number(out, lease->s);
	}
	if (lease->held)
		machine_boot(boot, sizeof(boot));
	if (*boot)
		add_quoted(out, "boot", boot, strlen(boot));
	add_now(out, "time");
	buf_addc(out, '}');
}

void
write_trial(struct buf *out, int64_t study, const struct space *space,
    const double *x, const struct lease *lease)
{
	bool first = true;

	begin_op(out, OP_CREATE_TRIAL);
	add_id(out, "study_id", study);
	add_now(out, "datetime_start");
	buf_addf(out, ",\"state\":%d,\"params\":{", TRIAL_RUNNING);
	for (size_t i = 0; i < space->n; i++) {
		if (isnan(x[i]))
			continue;
		buf_adds(out, first ? "" : ",");
		first = false;
		json_quote(out, space->param[i].name, strlen(space->param[i].name));
		buf_addc(out, ':');
		add_number(out, x[i]);
	}
	buf_adds(out, "},\"distributions\":{");
	first = true;
	for (size_t i = 0; i < space->n; i++) {
		if (isnan(x[i]))
			continue;
		buf_adds(out, first ? "" : ",");
		first = false;
		json_quote(out, space->param[i].name, strlen(space->param[i].name));
		buf_addc(out, ':');
		add_distribution(out, &space->param[i]);
	}
	buf_addc(out, '}');
	if (lease->s > 0 || lease->held) {
		buf_adds(out, ",\"system_attrs\":{");
		add_lease(out, lease);
		buf_addc(out, '}');
	}
	end_op(out);
}

void
write_waiting(struct buf *out, int64_t study, const struct json *fixed)
{
	begin_op(out, OP_CREATE_TRIAL);
	add_id(out, "study_id", study);
	buf_addf(out, ",\"datetime_start\":null,\"state\":%d,\"params\":{},"
	    "\"distributions\":{},\"user_attrs\":{},"
	    "\"system_attrs\":{\"fixed_params\":",
	    TRIAL_WAITING);
	json_write(out, fixed);
	buf_adds(out, "},\"intermediate_values\":{}");
	end_op(out);
}

void
write_param(struct buf *out, int64_t trial, const struct space_param *p,
    double v)
{
	begin_op(out, OP_SET_TRIAL_PARAM);
	add_id(out, "trial_id", trial);
	add_quoted(out, "param_name", p->name, strlen(p->name));
	buf_adds(out, ",\"param_value_internal\":");
	add_number(out, v);
	buf_adds(out, ",\"distribution\":");
	add_distribution(out, p);
	end_op(out);
}

void
write_state(struct buf *out, int64_t trial, enum trial_state state,
    const double *value, size_t n)
{
	begin_op(out, OP_SET_TRIAL_STATE_VALUES);
	add_id(out, "trial_id", trial);
	buf_addf(out, ",\"state\":%d,\"values\":%s", (int)state, n ? "[" : "null");
	for (size_t i = 0; i < n; i++) {
		buf_adds(out, i ? "," : "");
		add_number(out, value[i]);
	}
	buf_adds(out, n ? "]" : "");
	add_now(out, state == TRIAL_RUNNING ? "datetime_start" : "datetime_complete");
	end_op(out);
}

void
write_step(struct buf *out, int64_t trial, int64_t step, double value)
{
	begin_op(out, OP_SET_TRIAL_INTERMEDIATE_VALUE);
	add_id(out, "trial_id", trial);
	add_id(out, "step", step);
	buf_adds(out, ",\"intermediate_value\":");
	add_number(out, value);
	add_now(out, "datetime");	/* Optuna passes over it */
	end_op(out);
}

static void
begin_attr(struct buf *out, int64_t trial)
{
	begin_op(out, OP_SET_TRIAL_SYSTEM_ATTR);
	add_id(out, "trial_id", trial);
	buf_adds(out, ",\"system_attr\":{");
}

void
write_lease(struct buf *out, int64_t trial, const struct lease *lease)
{
	begin_attr(out, trial);
	add_lease(out, lease);
	buf_addc(out, '}');
	end_op(out);
}

void
write_text_attr(struct buf *out, int64_t trial, const char *key,
    const char *value)
{
	begin_attr(out, trial);
	json_quote(out, key, strlen(key));
	buf_addc(out, ':');
	json_quote(out, value, strlen(value));
	buf_addc(out, '}');
	end_op(out);
}

void
write_number_attr(struct buf *out, int64_t trial, const char *key,
    double value)
{
	begin_attr(out, trial);
	json_quote(out, key, strlen(key));
	buf_addc(out, ':');
	add_number(out, value);
	buf_addc(out, '}');
	end_op(out);
}
