/* Requests of MLflow's API read, and refused. */
#include "tracking/call.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/percent.h"
#include "codec/base64.h"

#define FIELD_MAX 64			/* bytes of a field's name */
#define PAGE_MAX 64			/* bytes of a page token */
#define BODY_MAX ((size_t)32 << 20)	/* of JSON: a tree is many times it */

/* ---- errors ---- */

static const struct {
	const char *code;
	int status;
} errors[] = {
	[CALL_INVALID] = { "INVALID_PARAMETER_VALUE", 400 },
	[CALL_BAD] = { "BAD_REQUEST", 400 },
	[CALL_NOT_THERE] = { "RESOURCE_DOES_NOT_EXIST", 404 },
	[CALL_EXISTS] = { "RESOURCE_ALREADY_EXISTS", 400 },
	/* not MLflow's 500, which its client tries again for minutes */
	[CALL_STATE] = { "INVALID_STATE", 400 },
	[CALL_NO_ROUTE] = { "ENDPOINT_NOT_FOUND", 404 },
	[CALL_FORBIDDEN] = { "PERMISSION_DENIED", 403 },
	[CALL_UNKNOWN_USER] = { "UNAUTHENTICATED", 401 },
	[CALL_BUSY] = { "TEMPORARILY_UNAVAILABLE", 503 },
	[CALL_TROUBLE] = { "INTERNAL_ERROR", 500 },
};

void
answer_error(struct http_response *r, enum call_error error, const char *why)
{
	r->status = errors[error].status;
	r->type = "application/json";
	buf_clear(&r->body);
	put_open(&r->body, NULL, '{');
	put_text(&r->body, "error_code", errors[error].code);
	put_text(&r->body, "message", why);
	put_close(&r->body, '}');
}

int
call_fail(struct call *k, enum call_error error, const char *fmt, ...)
{
	struct buf why;
	va_list ap;

	buf_init(&why, BUF_CAP_SMALL);
	va_start(ap, fmt);
	buf_addv(&why, fmt, ap);
	va_end(ap);
	answer_error(k->response, error, why.data);
	buf_free(&why);
	return -1;
}

int
call_fail_err(struct call *k, const struct err *e)
{
	enum call_error error = CALL_TROUBLE;

	switch (e->code) {
	case ERR_NOENT:
		error = CALL_NOT_THERE;
		break;
	case ERR_EXISTS:
		error = CALL_EXISTS;
		break;
	case ERR_USAGE:
	case ERR_FORMAT:
	case ERR_TOOBIG:
	case ERR_UNSUPPORTED:
		error = CALL_INVALID;
		break;
	case ERR_NO:
		error = CALL_FORBIDDEN;
		break;
	case ERR_BUSY:
	case ERR_MOVED:
	case ERR_NOMEM:
		error = CALL_BUSY;
		break;
	default:
		break;
	}
	return call_fail(k, error, "%s", e->msg);
}

/* ---- the query ---- */

/* "a%20b+c" of n bytes as text. */
static const char *
unescape(struct arena *a, const char *s, size_t n)
{
	char *out = arena_strndup(a, s, n), *to = out;

	for (size_t i = 0; i < n; to++) {
		size_t took = percent_byte(to, s + i, n - i);

		/* no text has a NUL; a plus is a space unless it was escaped */
		if (took > 1 && *to == '\0') {
			*to = '%';
			took = 1;
		} else if (took == 1 && *to == '+') {
			*to = ' ';
		}
		i += took;
	}
	*to = '\0';
	return out;
}

/* A key that comes again makes a list. */
static void
read_query(struct call *k)
{
	const char *at = k->http->query, *end;

	for (; *at; at = *end ? end + 1 : end) {
		size_t name = strcspn(at, "=&");
		const struct json *old;
		const char *key, *value;

		end = at + strcspn(at, "&");
		if (name == 0)
			continue;
		key = unescape(&k->arena, at, name);
		at += name + (at[name] == '=');
		value = unescape(&k->arena, at, end > at ? (size_t)(end - at) :
		    0);
		old = json_get(k->q, key);
		if (old == NULL) {
			json_add_text(&k->arena, k->q, key, value);
			continue;
		}
		if (old->type != JSON_LIST) {
			struct json *list = json_new(&k->arena, JSON_LIST);

			json_add_text(&k->arena, list, NULL, old->s);
			json_set(&k->arena, k->q, key, list);
			old = json_get(k->q, key);
		}
		json_add_text(&k->arena, (struct json *)(uintptr_t)old, NULL,
		    value);
	}
}

static int
read_body(struct call *k)
{
	struct err e = ERR_INIT;
	struct json *j = NULL;
	size_t n = k->http->n;

	if (n > BODY_MAX)
		return call_fail(k, CALL_INVALID, "the body has %zu bytes, and "
		    "JSON at most %zu", n, BODY_MAX);
	if (n && json_parse(&j, &k->arena, k->http->body, n, JSON_NAN, &e) < 0)
		return call_fail(k, CALL_BAD, "the body is not JSON: %s",
		    e.msg);
	if (j && j->type == JSON_TEXT && json_parse(&j, &k->arena, j->s, j->n,
	    JSON_NAN, &e) < 0)
		return call_fail(k, CALL_BAD, "the body is not JSON: %s",
		    e.msg);
	if (j && j->type == JSON_MAP)
		k->q = j;
	return 0;
}

/* ---- types ---- */

bool
call_number(double *out, const struct json *v)
{
	if (v && v->type == JSON_TEXT)
		return num_parse_f64(v->s, v->n, out);
	if (v == NULL || (v->type != JSON_INT && v->type != JSON_REAL))
		return false;
	*out = v->d;
	return true;
}

bool
call_whole(int64_t *out, const struct json *v)
{
	if (v && v->type == JSON_TEXT)
		return num_parse_i64(v->s, v->n, out);
	if (v && v->type == JSON_REAL && v->d > -9e18 && v->d < 9e18 &&
	    (double)(int64_t)v->d == v->d) {
		*out = (int64_t)v->d;
		return true;
	}
	if (v == NULL || v->type != JSON_INT)
		return false;
	*out = v->i;
	return true;
}

static bool
has_type(const struct json *v, char type)
{
	const struct json *c;
	int64_t i;
	double d;

	switch (type) {
	case 's':
		return v->type == JSON_TEXT;
	case 'i':
		return call_whole(&i, v);
	case 'd':
		return call_number(&d, v);
	case 'b':
		return v->type == JSON_BOOL || (v->type == JSON_TEXT &&
		    (strcmp(v->s, "true") == 0 || strcmp(v->s, "false") == 0));
	case 'a':
	case 't':
		if (v->type != JSON_LIST)
			return false;
		for (c = v->child; c && type == 't'; c = c->next)
			if (c->type != JSON_TEXT)
				return false;
		return true;
	default:
		return true;
	}
}

static const char *
python_type(const struct json *v)
{
	static const char *const names[] = { [JSON_NULL] = "NoneType",
	    [JSON_BOOL] = "bool", [JSON_INT] = "int", [JSON_REAL] = "float",
	    [JSON_TEXT] = "str", [JSON_LIST] = "list", [JSON_MAP] = "dict" };

	return names[v->type];
}

static int
refuse_type(struct call *k, const char *name, const struct json *v)
{
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_SMALL);
	json_write(&b, v);
	/* as Python shows a float */
	if (v->type == JSON_REAL && strspn(b.data, "-0123456789") == b.len)
		buf_adds(&b, ".0");
	r = call_fail(k, CALL_INVALID, "Invalid value %.500s for parameter "
	    "'%s' supplied: Hint: Value was of type '%s'. See the API docs "
	    "for more information about request parameters.", b.data, name,
	    python_type(v));
	buf_free(&b);
	return r;
}

static int
check_field(struct call *k, const char *name, char type, bool needed)
{
	const struct json *v = json_get(k->q, name);

	if (v == NULL && strcmp(name, "run_id") == 0)
		v = json_get(k->q, "run_uuid");
	if (v && v->type == JSON_NULL)
		v = NULL;
	if (v && v->type == JSON_TEXT && (type == 'a' || type == 't') &&
	    strcmp(k->http->method, "GET") == 0) {
		struct json *list = json_new(&k->arena, JSON_LIST);

		json_add_text(&k->arena, list, NULL, v->s);
		json_set(&k->arena, k->q, name, list);
		v = json_get(k->q, name);
	}
	if (needed && (v == NULL || (v->type == JSON_TEXT && v->n == 0)))
		return call_fail(k, CALL_INVALID, "Missing value for required "
		    "parameter '%s'. See the API docs for more information "
		    "about request parameters.", name);
	return v && !has_type(v, type) ? refuse_type(k, name, v) : 0;
}

static int
check_schema(struct call *k, const char *schema)
{
	char name[FIELD_MAX];

	while (*schema) {
		size_t n = strcspn(schema, ":");

		snprintf(name, sizeof(name), "%.*s", (int)n, schema);
		if (check_field(k, name, schema[n + 1], schema[n + 2] == '!') <
		    0)
			return -1;
		schema += n;
		schema += strcspn(schema, " ");
		schema += strspn(schema, " ");
	}
	return 0;
}

int
call_read(struct call *k, const char *schema)
{
	k->q = json_new(&k->arena, JSON_MAP);
	if (*schema == '?') {
		read_query(k);
		return check_schema(k, schema + 1);
	}
	if (strcmp(k->http->method, "GET") == 0 ||
	    strcmp(k->http->method, "HEAD") == 0)
		read_query(k);
	else if (read_body(k) < 0)
		return -1;
	return check_schema(k, schema);
}

/* ---- fields ---- */

const char *
call_text(const struct call *k, const char *field)
{
	const char *s = json_text(k->q, field, "");

	if (*s == '\0' && strcmp(field, "run_id") == 0)
		s = json_text(k->q, "run_uuid", "");
	return s;
}

int64_t
call_int(const struct call *k, const char *field, int64_t fallback)
{
	int64_t v;

	return call_whole(&v, json_get(k->q, field)) ? v : fallback;
}

bool
call_bool(const struct call *k, const char *field, bool fallback)
{
	const struct json *v = json_get(k->q, field);

	if (v && v->type == JSON_TEXT)
		return strcmp(v->s, "true") == 0;
	return json_bool(k->q, field, fallback);
}

const struct json *
call_list(const struct call *k, const char *field)
{
	const struct json *v = json_get(k->q, field);

	return v && v->type == JSON_LIST ? v->child : NULL;
}

const char *
item_text(const struct json *item, const char *key)
{
	return item->type == JSON_MAP ? json_text(item, key, "") : "";
}

int64_t
call_max_results(struct call *k, int64_t usual, int64_t most)
{
	int64_t n = call_int(k, "max_results", usual);

	if (n < 1)
		return call_fail(k, CALL_INVALID, "Invalid value %lld for "
		    "parameter 'max_results' supplied. It must be a positive "
		    "integer", (long long)n);
	if (n > most)
		return call_fail(k, CALL_INVALID, "Invalid value %lld for "
		    "parameter 'max_results' supplied. It must be at most "
		    "%lld", (long long)n, (long long)most);
	return n;
}

/* ---- pages: the base64 of {"offset": N}, as MLflow's ---- */

void
put_page_token(struct buf *b, size_t offset)
{
	char text[PAGE_MAX];
	struct buf token;

	snprintf(text, sizeof(text), "{\"offset\": %zu}", offset);
	buf_init(&token, BUF_CAP_SMALL);
	base64_encode(&token, text, strlen(text));
	put_text(b, "next_page_token", token.data);
	buf_free(&token);
}

int64_t
call_page(struct call *k)
{
	const char *s = call_text(k, "page_token"), *at;
	uint64_t offset = INT32_MAX + 1ull;
	struct buf text;

	if (*s == '\0')
		return 0;
	buf_init(&text, PAGE_MAX);
	if (base64_decode(&text, s, strlen(s)) && !text.failed &&
	    (at = strchr(text.data, ':')) != NULL) {
		at += 1 + strspn(at + 1, " ");
		if (!num_parse_u64(at, strcspn(at, "}"), &offset))
			offset = INT32_MAX + 1ull;
	}
	buf_free(&text);
	if (offset > INT32_MAX)
		return call_fail(k, CALL_INVALID, "Invalid page token, could "
		    "not base64-decode");
	return (int64_t)offset;
}
