/* The tree of ours that a foreign schema becomes, and what is left out. */
#include <string.h>

#include "quality/foreign/internal.h"

void
leave_out(struct foreign *f, const char *fmt, ...)
{
	struct schema_left *l = f->left;
	struct buf b;
	va_list ap;

	buf_init(&b, BUF_CAP_SMALL);
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	l->what = arena_grow(f->a, l->what, l->n, &l->room, sizeof(*l->what));
	l->what[l->n++] = arena_strdup(f->a, b.data);
	text_free(f, &b);
}

void
text_free(struct foreign *f, struct buf *b)
{
	f->too_long = f->too_long || b->failed;
	buf_free(b);
}

struct json *
need_column(struct foreign *f, const char *name, const char *type)
{
	struct json *m = (struct json *)(uintptr_t)json_get(f->columns, name);
	struct json *t;

	if (m == NULL) {
		m = json_add_map(f->a, f->columns, name);
		json_add_text(f->a, m, "type", type ? type : "text");
		return m;
	}
	t = (struct json *)(uintptr_t)json_get(m, "type");
	if (type != NULL && strcmp(t->s, "text") == 0) {
		t->s = arena_strdup(f->a, type);
		t->n = strlen(type);
	}
	return m;
}

struct json *
need_list(struct foreign *f, const char *name)
{
	struct json *l = (struct json *)(uintptr_t)json_get(f->top, name);

	return l != NULL ? l : json_add_list(f->a, f->top, name);
}

void
copy_value(struct foreign *f, struct json *to, const char *key,
    const struct json *v)
{
	switch (v->type) {
	case JSON_BOOL:
		json_add_bool(f->a, to, key, v->b);
		break;
	case JSON_INT:
		json_add_int(f->a, to, key, v->i);
		break;
	case JSON_REAL:
		json_add_num(f->a, to, key, v->d);
		break;
	case JSON_TEXT:
		json_add_textn(f->a, to, key, v->s, v->n);
		break;
	default:
		break;
	}
}

const char *
quoted_name(struct arena *a, const char *name)
{
	return arena_printf(a, "`%s`", name);
}
