/* Paths and patterns; which route takes a method. */
#include "../../tap.h"
#include "flow/serve/route.h"

static void
is_part(const struct route_part *p, const char *want, const char *what)
{
	if (want == NULL)
		ok(p->s == NULL, "no %s", what);
	else
		ok(p->s && p->n == strlen(want) && memcmp(p->s, want, p->n) == 0,
		    "the %s is '%s'", what, want);
}

static void
matches_patterns(void)
{
	static const struct {
		const char *pattern, *path;
		bool matches;
		const char *model, *version;
	} t[] = {
		{ "/ping", "/ping", true, NULL, NULL },
		{ "/ping", "/pin", false, NULL, NULL },
		{ "/ping", "/ping/", false, NULL, NULL },
		{ "/ping", "", false, NULL, NULL },
		{ "/m/{model}", "/m/a b", true, "a b", NULL },
		{ "/m/{model}", "/m/", true, "", NULL },
		{ "/m/{model}", "/m/a/", false, NULL, NULL },
		{ "/m/{model}/infer", "/m/a/infer", true, "a", NULL },
		{ "/m/{model}/infer", "/m/a/b/infer", false, NULL, NULL },
		{ "/m/{model}:predict", "/m/a:predict", true, "a", NULL },
		{ "/m/{model}:predict", "/m/a/:predict", false, NULL, NULL },
		{ "/m/{model}/v/{version}", "/m/a/v/3", true, "a", "3" },
		{ "/m/{model}/v/{version}", "/m/a/v", false, NULL, NULL },
		{ "/m/{model}/l/{label}:p", "/m/a/l/b:p", true, "a", NULL },
		{ "/m/{model}/l/{label}:p", "/m/a/l/b/c:p", false, NULL, NULL },
		{ "/m/{model}{rest}", "/m/a", true, "a", NULL },
		{ "/m/{model}{rest}", "/m/a/b/c", true, "a", NULL },
		{ "{rest}", "", true, NULL, NULL },
		{ "{rest}", "/x/y", true, NULL, NULL },
		{ "/{other}", "/x", false, NULL, NULL },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct route_parts parts;
		bool got = route_matches(&parts, t[i].pattern, t[i].path);

		ok(got == t[i].matches, "%s %s '%s'", t[i].pattern,
		    t[i].matches ? "is" : "is not", t[i].path);
		if (!got)
			continue;
		is_part(&parts.model, t[i].model, "model");
		is_part(&parts.version, t[i].version, "version");
	}
}

static void
finds_routes(void)
{
	static const struct route routes[] = {
		{ "GET", "/a", NULL, NULL },
		{ "POST", "/a", NULL, NULL },
		{ "POST", "/b", NULL, NULL },
		{ NULL, "/{model}", NULL, NULL },
	};
	static const struct {
		const char *method, *path;
		int at;			/* -1: none */
		bool takes;
	} t[] = {
		{ "GET", "/a", 0, true },
		{ "HEAD", "/a", 0, true },
		{ "POST", "/a", 1, true },
		{ "PUT", "/a", 0, false },
		{ "GET", "/b", 2, false },
		{ "HEAD", "/b", 2, false },
		{ "PUT", "/c", 3, true },
		{ "GET", "/c/d", -1, false },
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct route_parts parts;
		const struct route *r = route_find(routes, 4, t[i].method, t[i].path, &parts);

		ok(r == (t[i].at < 0 ? NULL : &routes[t[i].at]), "%s %s leads to route %d",
		    t[i].method, t[i].path, t[i].at);
		if (r)
			ok(route_takes(r, t[i].method) == t[i].takes, "which %s %s",
			    t[i].takes ? "takes" : "does not take", t[i].method);
	}
}

int
main(void)
{
	matches_patterns();
	finds_routes();
	return tap_done();
}
