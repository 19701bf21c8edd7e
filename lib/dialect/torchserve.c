/* TorchServe's /predictions: whatever a handler would take, which here is a
 * row, a list of rows, or any form of /invocations; answers without a frame. */
#include "dialect/internal.h"

#include <string.h>

#include "codec/http.h"
#include "dialect/rows.h"

static int
read_list(struct rows_reader *g, struct json_pull *p, struct err *e)
{
	const char *at;

	if (rows_expect(p, JSON_T_LIST, "a body is a list or an object", e) < 0)
		return -1;
	if (json_peek(p, &at) == '{')
		return rows_read_objects(g, p, e);
	return rows_read_lists(g, p, NULL, g->n_wants, false, e);
}

/* Is the first member's name one that the dialect of MLflow has? */
static bool
is_framed(const struct dialect_body *b)
{
	static const char *const words[] = { "instances", "inputs",
	    "dataframe_split", "dataframe_records" };
	struct json_pull p;
	struct err ignored;
	bool yes = false;

	json_pull_init(&p, b->data, b->n, JSON_NAN);
	if (json_pull(&p, &ignored) == JSON_T_MAP &&
	    json_pull(&p, &ignored) == JSON_KEY)
		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			yes |= json_pull_is(&p, words[i]);
	json_pull_free(&p);
	return yes;
}

static int
read_bare_row(struct dialect_request *r, const struct dialect_body *b,
    struct err *e)
{
	struct json_rows *rows = r->session->rows;

	json_rows_clear(rows);
	if (json_rows_add_text(rows, b->data, b->n, e) < 0)
		return -1;
	r->single = true;
	r->block = json_rows_block(rows);
	return 0;
}

static int
torchserve_read(struct dialect_request *r, const struct dialect_body *b,
    struct err *e)
{
	struct rows_reader g;
	struct json_pull p;
	size_t at = 0;
	int got;

	if (http_media_is(b->type, "text/csv"))
		return mlflow_read(r, b, e);
	if (rows_init(&g, r, e) < 0)
		return -1;
	while (at < b->n && strchr(" \t\r\n", b->data[at]))
		at++;
	if (at < b->n && b->data[at] == '{' && !g.by_place && !is_framed(b))
		return read_bare_row(r, b, e);
	if (at < b->n && b->data[at] == '{')
		return mlflow_read(r, b, e);
	json_pull_init(&p, b->data, b->n, JSON_NAN);
	got = read_list(&g, &p, e);
	if (got == 0 && json_pull(&p, e) == JSON_BAD)
		got = -1;
	json_pull_free(&p);
	return got;
}

static void
torchserve_write(struct buf *out, struct dialect_request *r,
    const struct table *answers)
{
	if (!r->single)
		buf_addc(out, '[');
	rows_write_answers(out, answers);
	if (!r->single)
		buf_addc(out, ']');
}

static void
torchserve_refuse(struct buf *out, int status, const char *why)
{
	buf_addf(out, "{\"code\":%d,\"type\":\"%s\",\"message\":", status,
	    status == 404 ? "ModelNotFoundException" : status == 405 ?
	    "MethodNotAllowedException" : status >= 500 ?
	    "ServiceUnavailableException" : "BadRequestException");
	json_quote(out, why, strlen(why));
	buf_adds(out, "}");
}

static const char *const torchserve_types[] = {
	"application/json", "text/csv", NULL
};

const struct dialect dialect_torchserve = {
	.name = "torchserve",
	.types = torchserve_types,
	.read = torchserve_read,
	.write = torchserve_write,
	.refuse = torchserve_refuse,
};
