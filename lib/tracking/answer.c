/* JSON of an answer, appended without a tree. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "tracking/call.h"

/* A comma after what came before, then the member's name. */
static void
put_key(struct buf *b, const char *key)
{
	char last = b->len ? b->data[b->len - 1] : '[';

	if (last != '{' && last != '[')
		buf_addc(b, ',');
	if (key == NULL)
		return;
	json_quote(b, key, strlen(key));
	buf_addc(b, ':');
}

void
put_open(struct buf *b, const char *key, char c)
{
	put_key(b, key);
	buf_addc(b, c);
}

void
put_close(struct buf *b, char c)
{
	buf_addc(b, c);
}

void
put_text(struct buf *b, const char *key, const char *s)
{
	put_key(b, key);
	json_quote(b, s, strlen(s));
}

void
put_int(struct buf *b, const char *key, int64_t v)
{
	char text[NUM_TEXT_MAX];

	put_key(b, key);
	buf_add(b, text, num_print_i64(text, v));
}

void
put_num(struct buf *b, const char *key, double v)
{
	char text[NUM_TEXT_MAX];
	size_t n = num_print_f64(text, v);

	if (!isfinite(v)) {
		put_text(b, key, text);
		return;
	}
	put_key(b, key);
	buf_add(b, text, n);
}

void
put_bool(struct buf *b, const char *key, bool v)
{
	put_key(b, key);
	buf_adds(b, v ? "true" : "false");
}

void
put_pairs(struct buf *b, const char *key, const struct json *map)
{
	if (map == NULL || map->type != JSON_MAP || map->child == NULL)
		return;
	put_open(b, key, '[');
	for (const struct json *c = map->child; c; c = c->next) {
		put_open(b, NULL, '{');
		put_text(b, "key", c->key);
		put_text(b, "value", c->type == JSON_TEXT ? c->s : "");
		put_close(b, '}');
	}
	put_close(b, ']');
}
