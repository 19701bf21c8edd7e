/* Lines of the request log as CloudEvents. */
#include "flow/serve/cloudevent.h"

#include <stdbool.h>
#include <string.h>

#include "codec/json.h"

static bool
is_unreserved(unsigned char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	    (c >= '0' && c <= '9') || (c && strchr("-._~", c));
}

static bool
is_visible(unsigned char c)
{
	return c > 0x20 && c < 0x7f && c != '"' && c != '%';
}

static void
put_encoded(struct buf *b, const char *s, bool (*stays)(unsigned char c))
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;

		if (stays(c))
			buf_addc(b, *s);
		else
			buf_addf(b, "%%%02X", c);
	}
}

static const char *
encode(struct arena *a, const char *before, const char *s,
    bool (*stays)(unsigned char c))
{
	const char *text;
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	buf_adds(&b, before);
	put_encoded(&b, s, stays);
	text = arena_strndup(a, b.data ? b.data : "", b.len);
	buf_free(&b);
	return text;
}

const char *
cloudevent_header(struct arena *a, const char *s)
{
	return encode(a, "", s, is_visible);
}

int
cloudevent_read(struct cloudevent *ev, struct arena *a, const char *line,
    size_t n, const char *id, struct err *e)
{
	const char *model, *version;
	struct json *j;

	if (json_parse(&j, a, line, n, 0, e) < 0)
		return -1;
	model = json_text(j, "model", "");
	version = json_text(j, "version", "");
	*ev = (struct cloudevent){ .id = id, .data = line, .n = n,
	    .time = json_text(j, "time", ""),
	    .subject = json_text(j, "id", NULL),
	    .type = json_get(j, "status") ? "mlv.request.refused" :
	    json_get(j, "answered") ? "mlv.request.shadowed" :
	    "mlv.request.answered" };
	if (ev->subject && *ev->subject == '\0')
		ev->subject = NULL;
	ev->source = encode(a, arena_printf(a, "%s/versions/",
	    encode(a, "/v2/models/", model, is_unreserved)), version,
	    is_unreserved);
	return 0;
}

void
cloudevent_write(struct buf *out, const struct cloudevent *ev)
{
	buf_addf(out, "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"%s\","
	    "\"type\":\"%s\",\"time\":\"%s\",", ev->id, ev->source, ev->type,
	    ev->time);
	if (ev->subject) {
		buf_adds(out, "\"subject\":");
		json_quote(out, ev->subject, strlen(ev->subject));
		buf_addc(out, ',');
	}
	buf_adds(out, "\"datacontenttype\":\"application/json\",\"data\":");
	buf_add(out, ev->data, ev->n);
	buf_addc(out, '}');
}
