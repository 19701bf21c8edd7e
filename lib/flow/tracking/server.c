/* The server behind `mlv-serve track`. */
#include "flow/tracking/server.h"

#include <stdlib.h>
#include <string.h>

#include "access/tokens.h"
#include "base/mem.h"
#include "flow/tracking/pages.h"
#include "promote/alias.h"
#include "store/ref.h"
#include "tracking/tracking.h"

struct track_server {
	struct track_server_opts o;
	struct tracking *tracking;
	struct tokens *tokens;		/* or NULL */
	struct policy policy;		/* of o.gate */
};

/* As `mlv-registry set` does, with the policy of the server. */
static int
move_by_rules(void *ctx, struct catalog *c, const struct name *alias,
    uint32_t version, const char *note, struct err *e)
{
	struct track_server *s = ctx;
	const struct alias_move m = { .name = alias, .version = version,
	    .expect = REF_ANY, .note = note,
	    .policy = s->o.gate && version ? &s->policy : NULL };
	struct alias_moved moved;
	int r = alias_move(&moved, c, &m, e);

	gate_release(&moved.gate);
	return r;
}

int
track_server_new(struct track_server **out, const struct track_server_opts *o,
    struct err *e)
{
	struct track_server *s = xalloc(1, sizeof(*s));
	const struct tracking_opts to = { .catalog = o->catalog,
	    .lease_s = o->lease_s, .move_alias = move_by_rules,
	    .alias_ctx = s };

	s->o = *o;
	if ((o->pages && pages_check(o->pages, e) < 0) ||
	    (o->tokens && tokens_open(&s->tokens, o->tokens, o->log, e) < 0) ||
	    (o->gate && policy_load(&s->policy, o->gate, e) < 0) ||
	    tracking_open(&s->tracking, &to, e) < 0) {
		track_server_free(s);
		return -1;
	}
	*out = s;
	return 0;
}

void
track_server_free(struct track_server *s)
{
	if (s == NULL)
		return;
	tracking_close(s->tracking);
	tokens_close(s->tokens);
	policy_release(&s->policy);
	free(s);
}

/* What is asked without being known: is it there, which version is it?  The
 * client of MLflow reads a version that it knows. */
static bool
answer_open(const char *path, struct http_response *response)
{
	if (strcmp(path, "/health") == 0)
		buf_adds(&response->body, "OK");
	else if (strcmp(path, "/version") == 0)
		buf_adds(&response->body, "2.22.0");
	else
		return false;
	response->type = "text/plain";
	return true;
}

/* Who asks; false, answered: he may not ask for this. */
static bool
let_in(struct token *who, struct track_server *s,
    const struct http_request *request, struct http_response *response)
{
	enum scope needed = tracking_needs(request->method, request->path);
	enum token_found found = tokens_find(who, s->tokens,
	    http_header(request, "Authorization"));
	char scopes[SCOPES_TEXT_MAX];
	struct buf why;

	if (found != TOKEN_FOUND) {
		tracking_refuse(response, 401, found != TOKEN_MISSING ?
		    token_found_text(found) : "say who asks: set "
		    "MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD, "
		    "or MLFLOW_TRACKING_TOKEN");
		http_add_field(response, "WWW-Authenticate",
		    "Basic realm=\"mlv\"");
		return false;
	}
	if (scopes_hold(who->scopes, needed))
		return true;
	scopes_print(scopes, who->scopes);
	buf_init(&why, BUF_CAP_SMALL);
	buf_addf(&why, "%s may %s, and this needs %s", who->name, scopes,
	    scope_text(needed));
	tracking_refuse(response, 403, why.data);
	buf_free(&why);
	return false;
}

void
track_server_answer(void *ctx, const struct http_request *request,
    struct http_response *response)
{
	struct track_server *s = ctx;
	struct token who;

	if (answer_open(request->path, response) ||
	    (s->tokens && !let_in(&who, s, request, response)))
		return;
	if (tracking_has(request->path))
		tracking_answer(s->tracking, s->tokens ? who.name : NULL, request,
		    response);
	else if (s->o.pages == NULL || !pages_answer(s->o.pages,
	    request->path, response))
		tracking_refuse(response, 404, s->o.pages ? "there is nothing "
		    "here" : "there is nothing here; pages are served with "
		    "--ui");
}
