/* mlv-data status: what pointer files say against what lies in the work tree. */
#include <stdlib.h>

#include "base/mem.h"
#include "catalog/catalog.h"
#include "catalog/name.h"
#include "catalog/tracked.h"
#include "cli/cli.h"
#include "store/odb.h"
#include "verbs.h"

struct status_opts {
	bool only, exit_code;
};

static const struct opt status_options[] = {
	{ OPT_FLAG, 's', "short", offsetof(struct status_opts, only), NULL,
	    "only files that are not what their pointers say, or not stored" },
	{ OPT_FLAG, 0, "exit-code", offsetof(struct status_opts, exit_code),
	    NULL, "exit status 1 when there are any of these" },
	OPT_END
};

static void
print_status(struct cli *c, const struct tracked *t, enum tracked_state s,
    bool stored, uint32_t number, uint32_t newer)
{
	const struct name n = { .kind = NAME_DATA, .base = t->says.name,
	    .version = number };
	char text[OID_TEXT], *label = name_label(&n);

	out_begin(&c->out, "mlv.dataset.status/1");
	out_text(&c->out, "name", label);
	out_text(&c->out, "id", oid_print(text, &t->says.content));
	out_text(&c->out, "state", tracked_state_text(s));
	out_bool(&c->out, "stored", stored);
	if (number)
		out_int(&c->out, "newer", newer);
	else
		out_null(&c->out, "newer");
	out_path(&c->out, "path", t->path);
	out_end(&c->out);
	free(label);
}

/* *differs: it is not what its pointer says, or is not stored. */
static int
look_at(bool *differs, struct cli *c, const struct tracked *t, bool only,
    struct err *e)
{
	struct odb *o = catalog_odb(c->catalog);
	enum tracked_state s;
	uint32_t number, newer;
	bool stored;

	if (t->why) {
		*e = *t->why;
		return -1;
	}
	if (tracked_compare(&s, c->catalog, t->path, &t->says.content,
	    t->says.size, e) < 0 ||
	    tracked_version(&number, &newer, c->catalog, &t->says, e) < 0)
		return -1;
	stored = odb_has(o, &t->says.content) && odb_has(o, &t->says.id);
	*differs = s != TRACKED_SAME || !stored;
	if (*differs || !only)
		print_status(c, t, s, stored, number, newer);
	return 0;
}

static int
status_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct status_opts *o = opts;
	struct tracked_list l;
	struct err e = ERR_INIT;
	int status = EXIT_YES;
	bool differs, any = false;

	if (tracked_find(&l, c->catalog, (const char *const *)argv,
	    (size_t)argc, false, &e) < 0)
		return cli_fail(c, &e);
	/* one that cannot be looked at does not hide the others */
	for (size_t i = 0; i < l.n; i++) {
		differs = false;
		if (look_at(&differs, c, &l.v[i], o->only, &e) < 0) {
			cli_fail(c, &e);
			status = EXIT_TROUBLE;
		}
		any |= differs;
	}
	tracked_list_release(&l);
	return status == EXIT_YES && any && o->exit_code ? EXIT_NO : status;
}

const struct verb verb_status = {
	.name = "status",
	.summary = "tell which files are not what their pointers say",
	.synopsis = "[-s] [--exit-code] [PATH|data:NAME...]",
	.about =
"Prints a record a pointer file: name, id of the content, state, stored,\n"
"newer, path.  State is that of the file in the work tree: same, changed or\n"
"missing.  Stored (true, false): this repository has what the pointer stands\n"
"for.  Newer: how many versions came after the pointer's (\\N: it is none of\n"
"this repository's); those are no difference, for the pointer decides.\n"
"\n"
"PATH is a file, its pointer, or a folder for all below it; without one every\n"
"pointer that git keeps or this repository wrote counts.  A file that did not\n"
"change since it was looked at is not read again.\n"
"\n"
"example: mlv-data status -s --exit-code || echo 'add or check out first'\n",
	.options = status_options, .opts_size = sizeof(struct status_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_TABLE | VERB_REPOSITORY, .run = status_run,
};
