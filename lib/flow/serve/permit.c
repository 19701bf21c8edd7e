/* Who may ask a server what. */
#include "flow/serve/permit.h"

#include <string.h>

#include "access/tokens.h"

/* For load balancers and orchestrators, which have no token. */
static bool
is_open(const char *path)
{
	static const char *const open[] = { "/v2/health/ready", "/readyz",
	    "/v2/health/live", "/livez", "/ping", "/health", "/version" };

	for (size_t i = 0; i < sizeof(open) / sizeof(*open); i++)
		if (strcmp(path, open[i]) == 0)
			return true;
	return false;
}

static enum scope
needed_scope(const struct http_request *r)
{
	static const char repository[] = "/v2/repository/";

	/* the index is asked for by POST, and only read */
	if (strcmp(r->method, "GET") == 0 || strcmp(r->method, "HEAD") == 0 ||
	    strcmp(r->path, "/v2/repository/index") == 0)
		return SCOPE_READ;
	/* who loads and unloads models changes what others are answered */
	return strncmp(r->path, repository, sizeof(repository) - 1) == 0 ?
	    SCOPE_ADMIN : SCOPE_PREDICT;
}

/* RFC 6750 has the header. */
static void
refuse_unknown(struct exchange *x, enum token_found found)
{
	atomic_fetch_add(&x->server->unknown, 1);
	exchange_fail(x, 401, token_found_text(found));
	http_add_field(x->response, "WWW-Authenticate", found ==
	    TOKEN_MISSING ? "Bearer realm=\"mlv\"" :
	    "Bearer realm=\"mlv\", error=\"invalid_token\"");
}

static void
refuse_scope(struct exchange *x, const struct token *who, enum scope needed)
{
	char scopes[SCOPES_TEXT_MAX];
	struct buf b;

	atomic_fetch_add(&x->server->forbidden, 1);
	scopes_print(scopes, who->scopes);
	buf_init(&b, BUF_CAP_SMALL);
	buf_addf(&b, "the token of %s is for %s, and this needs %s",
	    who->name, scopes, scope_text(needed));
	exchange_fail(x, 403, b.data);
	buf_clear(&b);
	buf_addf(&b, "Bearer realm=\"mlv\", error=\"insufficient_scope\", "
	    "scope=\"%s\"", scope_text(needed));
	http_add_field(x->response, "WWW-Authenticate", b.data);
	buf_free(&b);
}

bool
exchange_is_permitted(struct exchange *x,
    void (*find_dialect)(struct exchange *x))
{
	const struct http_request *r = x->request;
	enum scope needed = needed_scope(r);
	enum token_found found;
	struct token who;

	if (x->server->tokens == NULL || is_open(r->path))
		return true;
	found = tokens_find(&who, x->server->tokens, http_header(r,
	    "Authorization"));
	if (found == TOKEN_FOUND && scopes_hold(who.scopes, needed))
		return true;
	find_dialect(x);
	if (found != TOKEN_FOUND)
		refuse_unknown(x, found);
	else
		refuse_scope(x, &who, needed);
	return false;
}

void
permit_write(struct buf *out, struct server *s)
{
	if (s->tokens == NULL)
		return;
	buf_adds(out, "# HELP mlv_denied_total Requests refused for their "
	    "token, by status.\n# TYPE mlv_denied_total counter\n");
	buf_addf(out, "mlv_denied_total{status=\"401\"} %lld\n",
	    (long long)atomic_load(&s->unknown));
	buf_addf(out, "mlv_denied_total{status=\"403\"} %lld\n",
	    (long long)atomic_load(&s->forbidden));
}
