/* mlv-serve token new, ls, revoke: who may ask a server. */
#include <stdlib.h>
#include <string.h>

#include "access/tokens.h"
#include "base/clock.h"
#include "cli/when.h"
#include "store/repo.h"
#include "verbs.h"

struct token_verb {
	struct texts scope;
	const char *file, *expires;
};

#define TOKEN_FILE_OPTION \
	{ OPT_TEXT, 0, "token-file", offsetof(struct token_verb, file), \
	    "FILE", "instead of the repository's .mlv/tokens" }

static const struct opt new_options[] = {
	{ OPT_LIST, 's', "scope", offsetof(struct token_verb, scope),
	    "SCOPE,...", "read, predict, write, promote or admin",
	    .needed = "say with --scope what the token is for: " SCOPE_WORDS },
	{ OPT_TEXT, 0, "expires", offsetof(struct token_verb, expires),
	    "WHEN", "a date, or 12h, 90d from now; never without" },
	TOKEN_FILE_OPTION,
	OPT_END
};

static const struct opt file_options[] = {
	TOKEN_FILE_OPTION,
	OPT_END
};

static int
find_file(struct token_file *f, struct cli *c, const char *path,
    struct err *e)
{
	f->own = path == NULL;
	f->path = path;
	if (path)
		return 0;
	if (catalog_repo(c->catalog) == NULL)
		return err_set(e, ERR_USAGE, "there is no repository here to "
		    "keep tokens in: say with --token-file where");
	f->path = arena_printf(&c->arena, "%s/tokens",
	    repo_folder(catalog_repo(c->catalog)));
	return 0;
}

/* "90d" is so long from now; false unless it is a time to come. */
static bool
parse_expiry(int64_t *us, const char *s)
{
	int64_t now = clock_wall_us();
	size_t n = strlen(s);

	if (!when_parse(us, s, now))
		return false;
	if (n && strchr("mhdw", s[n - 1]))
		*us = now + (now - *us);
	return *us > now;
}

static const char *
print_expiry(char text[CLOCK_TEXT_MAX], const struct token *t)
{
	if (t->expires_us == 0)
		return NULL;
	clock_print(text, t->expires_us);
	return text;
}

static void
print_token(struct cli *c, const struct token *t, const char *secret)
{
	char scopes[SCOPES_TEXT_MAX], until[CLOCK_TEXT_MAX];
	char id[TOKEN_ID_MAX];
	bool over = t->expires_us && t->expires_us <= clock_wall_us();

	scopes_print(scopes, t->scopes);
	token_id(id, t);
	out_begin(&c->out, secret ? "mlv.token.new/1" : "mlv.token/1");
	out_text(&c->out, "name", t->name);
	out_text(&c->out, "scope", scopes);
	out_text(&c->out, "expires", print_expiry(until, t));
	if (secret)
		out_text(&c->out, "token", secret);
	else
		out_text(&c->out, "state", over ? "expired" : "valid");
	out_text(&c->out, "id", id);
	out_end(&c->out);
}

/* ---- new ---- */

static int
new_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	if (argc != 1)
		return cli_usage(c, "token new takes one name, of who is to "
		    "have the token");
	if (!token_name_is_good(argv[0]))
		return cli_usage(c, "'%s' is no name for a token: one word of "
		    "at most %d bytes, without ':'", argv[0],
		    TOKEN_NAME_MAX - 1);
	return 0;
}

static int
new_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct token_verb *o = opts;
	char secret[TOKEN_SECRET_MAX];
	struct err e = ERR_INIT;
	struct token t = { 0 };
	struct token_file f;

	(void)argc;
	memcpy(t.name, argv[0], strlen(argv[0]) + 1);
	for (size_t i = 0; i < o->scope.n; i++) {
		unsigned set;

		if (!scopes_parse(&set, o->scope.v[i]))
			return cli_usage(c, "--scope is " SCOPE_WORDS
			    ", not '%s'", o->scope.v[i]);
		t.scopes |= set;
	}
	if (o->expires && !parse_expiry(&t.expires_us, o->expires))
		return cli_usage(c, "--expires is a time to come, as "
		    "2030-01-31 or 90d, not '%s'", o->expires);
	if (find_file(&f, c, o->file, &e) < 0 ||
	    tokens_add(&t, secret, &f, &e) < 0)
		return cli_fail(c, &e);
	c->committed = true;
	print_token(c, &t, secret);
	return EXIT_YES;
}

const struct verb verb_token_new = {
	.name = "token new",
	.summary = "let somebody ask a server",
	.synopsis = "--scope SCOPE,... [--expires WHEN] [--token-file FILE] NAME",
	.about =
"Makes a secret, prints it (name, scope, end, secret, id) and keeps its SHA-256\n"
"in a file that only its owner can read: it cannot be shown again.  http and\n"
"track with --token-file let its holder in, at once.\n"
"\n"
"read      look at models and metrics; at runs, with track\n"
"predict   ask a model\n"
"write     log runs and models; also read\n"
"promote   move aliases; also write\n"
"admin     all of these, and the server itself\n"
"\n"
"A second token of a name is one more: revoke the old one by its id when the\n"
"new one is in use.\n"
"\n"
"example: mlv-serve token new shop --scope predict,read --expires 90d\n",
	.options = new_options, .opts_size = sizeof(struct token_verb),
	.flags = VERB_JSON | VERB_CATALOG, .check = new_check, .run = new_run,
};

/* ---- ls ---- */

static int
ls_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	return argc == 0 ? 0 : cli_usage(c, "token ls takes no argument, not "
	    "'%s'", argv[0]);
}

static int
ls_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct token_verb *o = opts;
	struct token *v = NULL;
	struct err e = ERR_INIT;
	struct token_file f;
	size_t n;

	(void)argc;
	(void)argv;
	if (find_file(&f, c, o->file, &e) < 0)
		return cli_fail(c, &e);
	if (tokens_list(&v, &n, f.path, &e) < 0) {
		/* a repository that has none yet */
		if (f.own && e.code == ERR_NOENT)
			return EXIT_YES;
		return cli_fail(c, &e);
	}
	for (size_t i = 0; i < n; i++)
		print_token(c, &v[i], NULL);
	free(v);
	return EXIT_YES;
}

const struct verb verb_token_ls = {
	.name = "token ls",
	.summary = "who may ask a server, and for what",
	.synopsis = "[--token-file FILE]",
	.about =
"One record a token: name, scope, end, valid or expired, and its id.  The\n"
"secrets are nowhere.\n"
"\n"
"example: mlv-serve token ls | grep expired\n",
	.options = file_options, .opts_size = sizeof(struct token_verb),
	.flags = VERB_JSON | VERB_CATALOG | VERB_TABLE, .check = ls_check,
	.run = ls_run,
};

/* ---- revoke ---- */

static int
revoke_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc > 0 ? 0 : cli_usage(c, "token revoke takes names, or ids "
	    "as token ls prints them");
}

static int
revoke_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct token_verb *o = opts;
	struct err e = ERR_INIT;
	struct token_file f;

	if (find_file(&f, c, o->file, &e) < 0)
		return cli_fail(c, &e);
	for (int i = 0; i < argc; i++) {
		size_t n;

		if (tokens_revoke(&n, &f, argv[i], &e) < 0)
			return cli_fail(c, &e);
		c->committed = true;
		out_begin(&c->out, "mlv.token.revoked/1");
		out_text(&c->out, "name", argv[i]);
		out_int(&c->out, "tokens", (int64_t)n);
		out_end(&c->out);
	}
	return EXIT_YES;
}

const struct verb verb_token_revoke = {
	.name = "token revoke",
	.summary = "let somebody ask no more",
	.synopsis = "[--token-file FILE] NAME|ID...",
	.about =
"Takes all tokens of a name, or the one of an id, out of the file.  A server that\n"
"runs refuses the next request that brings one.  Exit 3 when there is none.\n"
"\n"
"example: mlv-serve token revoke shop\n",
	.options = file_options, .opts_size = sizeof(struct token_verb),
	.flags = VERB_JSON | VERB_CATALOG, .check = revoke_check,
	.run = revoke_run,
};
