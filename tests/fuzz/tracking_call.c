/* Any query and any body of a call of MLflow's API is read or refused, and a
 * refusal is JSON.  What stands before the first line end is the query. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "tracking/call.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char schema[] = "run_id:s! key:s timestamp:i value:d all:b "
    "metrics:a order_by:t any:m max_results:i page_token:s";

static void
call(const char *method, const char *query, const char *body, size_t n)
{
	struct http_request request = { .method = method, .path = "/",
	    .query = query, .body = body, .n = n };
	struct http_response response = { .status = 200 };
	struct call k = { .http = &request, .response = &response,
	    .out = &response.body };
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	struct json *told;

	buf_init(&response.body, BUF_CAP_DOC);
	if (call_read(&k, schema) == 0) {
		(void)call_int(&k, "timestamp", 0);
		(void)call_bool(&k, "all", false);
		for (const struct json *v = call_list(&k, "metrics"); v;
		    v = v->next)
			(void)item_text(v, "key");
		if (call_max_results(&k, 10, 1000) >= 0)
			(void)call_page(&k);
	}
	if (response.status != 200 && json_parse(&told, &a,
	    response.body.data, response.body.len, 0, &e) < 0)
		abort();
	arena_free(&a);
	arena_free(&k.arena);
	buf_free(&response.body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *line = memchr(data, '\n', size);
	size_t n = line ? (size_t)(line - data) : size;
	char *query = malloc(n + 1), *body = malloc(size + 1);

	memcpy(query, data, n);
	query[n] = '\0';
	size -= line ? n + 1 : n;
	memcpy(body, line ? line + 1 : data, size);
	body[size] = '\0';
	call("GET", query, "", 0);
	call("POST", "", body, size);
	free(query);
	free(body);
	return 0;
}
