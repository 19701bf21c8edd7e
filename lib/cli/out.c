/* Records on standard output, in four forms from the same calls. */
#include "cli/out.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/num.h"
#include "cli/table.h"
#include "codec/json.h"

#define FLUSH_AT ((size_t)1 << 16)

void
out_init(struct out *o, enum out_form form)
{
	memset(o, 0, sizeof(*o));
	o->form = form;
	buf_init(&o->buf, BUF_CAP_DOC);
	buf_init(&o->heads, BUF_CAP_SMALL);
}

void
out_free(struct out *o)
{
	buf_free(&o->buf);
	buf_free(&o->heads);
}

/* What waits for its table is set. */
static void
set_table(struct out *o)
{
	struct buf done;

	if (o->form != OUT_TABLE || o->table == o->buf.len)
		return;
	buf_init(&done, BUF_CAP_DOC);
	out_table(&done, o->heads.data, o->buf.data + o->table);
	o->buf.len = o->table;
	o->buf.failed |= done.failed;
	buf_add(&o->buf, done.data, done.len);
	o->table = o->buf.len;
	buf_free(&done);
}

int
out_flush(struct out *o, struct err *e)
{
	set_table(o);
	if (!o->broken && buf_check(&o->buf, &o->why) < 0)
		o->broken = true;
	if (!o->broken && file_write_fd(os_real(), 1, o->buf.data, o->buf.len,
	    "standard output", &o->why) < 0)
		o->broken = true;
	buf_clear(&o->buf);
	o->table = 0;
	if (!o->broken)
		return 0;
	*e = o->why;
	return -1;
}

static void
flush_if_full(struct out *o)
{
	struct err e;

	if (o->buf.len >= FLUSH_AT)
		(void)out_flush(o, &e);	/* remembered in o */
}

void
out_begin(struct out *o, const char *schema)
{
	o->open = o->first = true;
	o->only = OUT_BOTH;
	if (o->form == OUT_TABLE && strcmp(schema, o->schema) != 0) {
		set_table(o);
		buf_clear(&o->heads);
		snprintf(o->schema, sizeof(o->schema), "%s", schema);
		o->named = false;
	}
	if (o->form == OUT_JSON_LINES) {
		buf_adds(&o->buf, "{\"schema\":");
		json_quote(&o->buf, schema, strlen(schema));
	}
}

void
out_end(struct out *o)
{
	buf_adds(&o->buf, o->form == OUT_JSON_LINES ? "}\n" : "");
	if (o->form != OUT_JSON_LINES)
		buf_addc(&o->buf, o->form == OUT_NUL ? '\0' : '\n');
	o->open = false;
	o->named = true;
	if (o->form != OUT_TABLE)
		flush_if_full(o);
}

void
out_only(struct out *o, enum out_where where)
{
	o->only = where;
}

/* Starts a field; false when it is not wanted in this form. */
static bool
field_begin(struct out *o, const char *key)
{
	if (o->form == OUT_JSON_LINES) {
		if (o->only == OUT_TEXT)
			return false;
		buf_addc(&o->buf, ',');
		json_quote(&o->buf, key, strlen(key));
		buf_addc(&o->buf, ':');
		return true;
	}
	if (o->only == OUT_JSON)
		return false;
	if (!o->first)
		buf_addc(&o->buf, '\t');
	if (o->form == OUT_TABLE && !o->named)
		buf_addf(&o->heads, "%s%s", o->first ? "" : "\t", key);
	o->first = false;
	return true;
}

/* Would this byte steer a terminal?  C0, DEL, and C1 in its UTF-8 form. */
static bool
steers_terminal(const char *s, size_t i)
{
	unsigned char ch = (unsigned char)s[i];

	return ch < 32 || ch == 127 || (ch >= 0x80 && ch < 0xa0 && i > 0 &&
	    (unsigned char)s[i - 1] == 0xc2);
}

static void
add_escaped(struct out *o, const char *s, size_t n)
{
	struct buf *b = &o->buf;

	for (size_t i = 0; i < n; i++) {
		const char *to = s[i] == '\t' ? "\\t" : s[i] == '\n' ? "\\n" :
		    s[i] == '\r' ? "\\r" : s[i] == '\\' ? "\\\\" :
		    s[i] == '\0' ? "\\0" : NULL;

		if (to)
			buf_adds(b, to);
		else if (o->terminal && steers_terminal(s, i))
			buf_addf(b, "\\x%02x", (unsigned char)s[i]);
		else
			buf_addc(b, s[i]);
	}
}

static void
put_missing(struct out *o)
{
	buf_adds(&o->buf, o->form == OUT_JSON_LINES ? "null" : "\\N");
}

void
out_textn(struct out *o, const char *key, const char *s, size_t n)
{
	if (!field_begin(o, key))
		return;
	if (o->form == OUT_JSON_LINES)
		json_quote(&o->buf, s, n);
	else
		add_escaped(o, s, n);
}

void
out_text(struct out *o, const char *key, const char *s)
{
	if (s)
		out_textn(o, key, s, strlen(s));
	else
		out_null(o, key);
}

void
out_path(struct out *o, const char *key, const char *path)
{
	if (o->form != OUT_NUL || path == NULL)
		out_text(o, key, path);
	else if (field_begin(o, key))
		buf_adds(&o->buf, path);
}

void
out_int(struct out *o, const char *key, int64_t v)
{
	if (field_begin(o, key))
		buf_addf(&o->buf, "%lld", (long long)v);
}

/* For people: four digits, but whole numbers and what has more before the
 * point in full. */
static void
put_for_people(struct buf *b, double v)
{
	if (fabs(v) >= 1e15 || (fabs(v) < 1000 && v != floor(v)))
		buf_addf(b, "%.4g", v);
	else
		buf_addf(b, "%.0f", v);
}

void
out_num(struct out *o, const char *key, double v)
{
	char text[NUM_TEXT_MAX];

	if (!field_begin(o, key))
		return;
	if (o->form == OUT_TABLE && isfinite(v)) {
		put_for_people(&o->buf, v);
		return;
	}
	num_print_f64(text, v);
	if (o->form != OUT_JSON_LINES || isfinite(v))
		buf_adds(&o->buf, text);
	else
		buf_addf(&o->buf, "null,\"%s_flag\":\"%s\"", key, text);
}

void
out_short(struct out *o, const char *key, double v, int digits)
{
	if (o->form == OUT_JSON_LINES || o->form == OUT_TABLE || !isfinite(v))
		out_num(o, key, v);
	else if (field_begin(o, key))
		buf_addf(&o->buf, "%.*g", digits, v);
}

void
out_bool(struct out *o, const char *key, bool v)
{
	if (field_begin(o, key))
		buf_adds(&o->buf, v ? "true" : "false");
}

void
out_null(struct out *o, const char *key)
{
	if (field_begin(o, key))
		put_missing(o);
}

void
out_tree(struct out *o, const char *key, const struct json *j)
{
	struct buf tmp;

	if (!field_begin(o, key))
		return;
	buf_init(&tmp, BUF_CAP_DOC);
	json_write(&tmp, j);
	if (o->form == OUT_JSON_LINES)
		buf_add(&o->buf, tmp.data, tmp.len);
	else
		add_escaped(o, tmp.data, tmp.len);
	o->buf.failed |= tmp.failed;
	buf_free(&tmp);
}

void
out_fact(struct out *o, const char *key, const char *value)
{
	out_begin(o, "mlv.field/1");
	out_text(o, "field", key);
	out_text(o, "value", value);
	out_end(o);
}

void
out_raw(struct out *o, const void *p, size_t n)
{
	set_table(o);
	buf_add(&o->buf, p, n);
	o->table = o->buf.len;
	flush_if_full(o);
}

void
out_line(struct out *o, const char *fmt, ...)
{
	va_list ap;

	set_table(o);
	va_start(ap, fmt);
	buf_addv(&o->buf, fmt, ap);
	va_end(ap);
	buf_addc(&o->buf, '\n');
	o->table = o->buf.len;
	flush_if_full(o);
}
