/* Lines of the request log as CloudEvents. */
#include "../../tap.h"
#include "flow/serve/cloudevent.h"

#include <string.h>

static bool
reads(struct cloudevent *ev, struct arena *a, const char *line)
{
	struct err e = ERR_INIT;

	return cloudevent_read(ev, a, line, strlen(line), "p-1", &e) == 0;
}

int
main(void)
{
	static const char line[] = "{\"time\":\"2026-01-02T03:04:05Z\",\"id\":\"a\\\"b\",\"model\":\"m\","
	    "\"version\":\"1/2\"}";
	struct arena a = { 0 };
	struct cloudevent ev;
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	ok(reads(&ev, &a, line) && strcmp(ev.source, "/v2/models/m/versions/1%2F2") == 0 &&
	    strcmp(ev.type, "mlv.request.answered") == 0, "a line is an event of the version that answered");
	cloudevent_write(&b, &ev);
	ok(b.len > sizeof(line) && strstr(b.data, "\"subject\":\"a\\\"b\",") && strstr(b.data, line),
	    "the event quotes its subject and holds the line as it is");
	ok(strcmp(cloudevent_header(&a, "a b\"%\xc3\xab"), "a%20b%22%25%C3%AB") == 0,
	    "a header has what is not visible ASCII, quotes and per cents in hexadecimal");
	ok(reads(&ev, &a, "{\"status\":400}") && strcmp(ev.type, "mlv.request.refused") == 0 && ev.subject == NULL,
	    "a refusal is one by its type, and a line without an id has no subject");
	ok(reads(&ev, &a, "{\"answered\":{}}") && strcmp(ev.type, "mlv.request.shadowed") == 0,
	    "what a shadow says is one by its type");
	ok(!reads(&ev, &a, "{\"time\":"), "a line that is torn is none");
	buf_free(&b);
	arena_free(&a);
	return tap_done();
}
