/* Routes as OpenAPI 3.1: paths, their parameters, the types of their bodies. */
#include "flow/serve/openapi.h"

#include <string.h>

#include "codec/json.h"
#include "dialect/dialect.h"

static void
put_text(struct buf *out, const char *s)
{
	json_quote(out, s, strlen(s));
}

static void
put_parameters(struct buf *out, const char *pattern)
{
	const char *comma = "";

	buf_adds(out, ",\"parameters\":[");
	for (const char *at = pattern; (at = strchr(at, '{')) != NULL; at++) {
		buf_addf(out, "%s{\"name\":\"%.*s\",\"in\":\"path\","
		    "\"required\":true,\"schema\":{\"type\":\"string\"}}",
		    comma, (int)strcspn(at + 1, "}"), at + 1);
		comma = ",";
	}
	buf_addc(out, ']');
}

static void
put_body(struct buf *out, const struct dialect *d)
{
	static const char *const json[] = { "application/json", NULL };
	const char *const *types = d && d->types ? d->types : json;

	buf_adds(out, ",\"requestBody\":{\"required\":true,\"content\":{");
	for (size_t i = 0; types[i]; i++) {
		if (i)
			buf_addc(out, ',');
		put_text(out, types[i]);
		buf_adds(out, ":{}");
	}
	buf_adds(out, "}}");
}

static void
put_operation(struct buf *out, const struct route *r)
{
	bool asks = strcmp(r->method, "GET") != 0;

	buf_addf(out, "\"%s\":{\"summary\":", !asks ? "get" :
	    strcmp(r->method, "PUT") == 0 ? "put" : "post");
	put_text(out, r->doc);
	put_parameters(out, r->pattern);
	if (asks)
		put_body(out, r->dialect);
	buf_adds(out, ",\"responses\":{\"200\":{\"description\":\"answered\"}");
	if (asks)
		buf_adds(out, ",\"4XX\":{\"description\":\"refused, with the "
		    "reason\"}");
	buf_adds(out, "}}");
}

void
openapi_write(struct buf *out, const struct route *routes, size_t n)
{
	const char *before = NULL;

	buf_adds(out, "{\"openapi\":\"3.1.0\",\"info\":{\"title\":\"mlv-serve\","
	    "\"version\":\"" MLV_VERSION "\"},\"paths\":{");
	for (size_t i = 0; i < n; i++) {
		bool same = before && strcmp(routes[i].pattern, before) == 0;

		if (routes[i].doc == NULL)
			continue;
		if (!same) {
			buf_adds(out, before ? "}," : "");
			put_text(out, routes[i].pattern);
			buf_adds(out, ":{");
		} else {
			buf_addc(out, ',');
		}
		put_operation(out, &routes[i]);
		before = routes[i].pattern;
	}
	buf_adds(out, before ? "}}}" : "}}");
}
