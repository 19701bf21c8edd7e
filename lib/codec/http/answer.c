/* Answers: status line, header fields, body. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/num.h"
#include "codec/http/internal.h"

/* --- headers -------------------------------------------------------------- */

const char *
http_header(const struct http_request *r, const char *name)
{
	return http_head_line(r->handle, name);
}

void
http_add_field(struct http_response *r, const char *name, const char *value)
{
	struct http_field *f = &r->field[r->fields];

	if (r->fields == HTTP_FIELDS_MAX)
		return;
	f->name = name;
	snprintf(f->value, sizeof(f->value), "%s", value);
	r->fields++;
}

/* --- answers -------------------------------------------------------------- */

static const char *
status_text(int status)
{
	static const struct {
		int status;
		const char *text;
	} all[] = {
		{ 200, "OK" }, { 400, "Bad Request" },
		{ 401, "Unauthorized" }, { 403, "Forbidden" },
		{ 404, "Not Found" },
		{ 405, "Method Not Allowed" }, { 409, "Conflict" },
		{ 413, "Content Too Large" },
		{ 415, "Unsupported Media Type" },
		{ 417, "Expectation Failed" },
		{ 429, "Too Many Requests" },
		{ 431, "Request Header Fields Too Large" },
		{ 500, "Internal Server Error" },
		{ 503, "Service Unavailable" }, { 504, "Gateway Timeout" },
		{ 505, "HTTP Version Not Supported" },
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (all[i].status == status)
			return all[i].text;
	return "Status";
}

/* Without the locale: "Sat, 28 Nov 2026 08:27:51 GMT".  Made once a second. */
static void
put_date(struct buf *out, struct http_worker *w)
{
	static const char days[] = "SunMonTueWedThuFriSat";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t now = (time_t)(clock_wall_us() / 1000000);
	struct tm t;

	if (now != w->date_at && gmtime_r(&now, &t) != NULL) {
		snprintf(w->date, sizeof(w->date), "Date: %.3s, %02d %.3s %04d "
		    "%02d:%02d:%02d GMT\r\n", days + 3 * t.tm_wday,
		    t.tm_mday, months + 3 * t.tm_mon, t.tm_year + 1900,
		    t.tm_hour, t.tm_min, t.tm_sec);
		w->date_at = now;
	}
	buf_adds(out, w->date);
}

static void
put_line(struct buf *out, const char *name, const char *value)
{
	buf_adds(out, name);
	buf_adds(out, ": ");
	buf_adds(out, value);
	buf_adds(out, "\r\n");
}

void
queue_answer(struct http_worker *w, struct http_conn *k,
    struct http_response *r, bool with_body)
{
	char number[NUM_TEXT_MAX];
	struct buf *out = &k->out;

	if (atomic_load_explicit(&w->server->closing, memory_order_relaxed))
		k->last = true;
	buf_adds(out, "HTTP/1.1 ");
	num_print_u64(number, (uint64_t)r->status);
	buf_adds(out, number);
	buf_addc(out, ' ');
	buf_adds(out, status_text(r->status));
	buf_adds(out, "\r\n");
	put_date(out, w);
	if (r->type)
		put_line(out, "Content-Type", r->type);
	for (int i = 0; i < r->fields; i++)
		put_line(out, r->field[i].name, r->field[i].value);
	num_print_u64(number, r->body.len);
	put_line(out, "Content-Length", number);
	buf_adds(out, k->last ? "Connection: close\r\n\r\n" : "\r\n");
	if (with_body) {
		k->answer = r->body;
		buf_init(&r->body, BUF_CAP_SMALL);
	}
}

static const char *
reason_text(int status)
{
	return status == 413 ? "the body is too large" :
	    status == 415 ? "a Content-Encoding is not understood: send the "
	    "body as it is" : status == 417 ? "nothing but 100-continue can "
	    "be expected" : status == 431 ? "the head of the request is too "
	    "large" : status == 500 ? "the answer is too large" :
	    status == 503 ? "too much at once: try again" : status == 505 ?
	    "HTTP/1.1 is spoken here" : "malformed request";
}

void
refuse_request(struct http_worker *w, struct http_conn *k, int status,
    const char *why)
{
	struct http_response r = { .status = status,
	    .type = "application/json" };

	if (status == 503)
		http_add_field(&r, "Retry-After", "1");
	buf_init(&r.body, BUF_CAP_SMALL);
	buf_addf(&r.body, "{\"error\":\"%s\"}\n", why ? why :
	    reason_text(status));
	k->last = true;
	queue_answer(w, k, &r, true);
	buf_free(&r.body);
}
