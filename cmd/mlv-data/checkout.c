/* mlv-data checkout: stored versions put back into the work tree. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "catalog/checkout.h"
#include "catalog/name.h"
#include "catalog/tracked.h"
#include "cli/cli.h"
#include "store/ref.h"
#include "verbs.h"

struct checkout_opts {
	bool force;
};

static const struct opt checkout_options[] = {
	{ OPT_FLAG, 'f', "force", offsetof(struct checkout_opts, force), NULL,
	    "also over changes that are stored nowhere, and over links" },
	OPT_END
};

static int
print_done(struct cli *c, const struct tracked *t,
    const struct checkout_done *done, struct err *e)
{
	struct name n = { .kind = NAME_DATA, .base = t->says.name };
	char text[OID_TEXT], *label;
	uint32_t newer;

	if (tracked_version(&n.version, &newer, c->catalog, &t->says, e) < 0)
		return -1;
	label = name_label(&n);
	out_begin(&c->out, "mlv.dataset.restored/1");
	out_text(&c->out, "name", label);
	out_text(&c->out, "id", oid_print(text, &t->says.content));
	if (t->says.size >= 0)
		out_int(&c->out, "bytes", t->says.size);
	else
		out_null(&c->out, "bytes");
	out_text(&c->out, "was", tracked_state_text(done->was));
	out_only(&c->out, OUT_JSON);
	out_bool(&c->out, "file", done->file);
	out_bool(&c->out, "pointer", done->pointer);
	out_only(&c->out, OUT_BOTH);
	out_path(&c->out, "path", t->path);
	out_end(&c->out);
	free(label);
	return 0;
}

/* One that cannot be checked out does not keep the others from it. */
static int
check_out_all(struct cli *c, const struct tracked_list *l, bool force)
{
	struct checkout_done done;
	int status = EXIT_YES;

	for (size_t i = 0; i < l->n; i++) {
		struct err e = ERR_INIT;
		int r = catalog_checkout(&done, c->catalog, &l->v[i], force,
		    &e);

		if (done.file || done.pointer) {
			struct err late = ERR_INIT;

			c->committed = true;
			if (print_done(c, &l->v[i], &done, &late) < 0 &&
			    r == 0) {
				e = late;
				e.code = ERR_UNPROVEN;
				r = err_wrap(&e, "'%s' is put back, but",
				    l->v[i].path);
			}
		}
		if (r == 0)
			continue;
		status = cli_worse(status, cli_fail(c, &e));
	}
	return status;
}

static int
stop_at_first(void *ctx, const char *ref, struct err *e)
{
	(void)e;
	*(char **)ctx = xstrdup(ref + strlen("data/"));
	return 1;
}

/* A clone has versions and no pointers yet: nothing says what is wanted. */
static int
say_what_to_type(struct cli *c, struct err *e)
{
	char *name = NULL;

	if (ref_each(catalog_repo(c->catalog), "data/", stop_at_first, &name,
	    e) < 0)
		return -1;
	if (name)
		cli_warn(c, "no pointer file is here, so nothing says what to "
		    "check out: 'mlv-data checkout data:%s' brings data and "
		    "pointer, 'mlv-data ls' tells what there is", name);
	free(name);
	return 0;
}

static int
checkout_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct texts words = { (const char **)argv, (size_t)argc };
	struct tracked_list l;
	struct err e = ERR_INIT;
	int status;

	if (c->from_stdin && cli_names(c, &words, argc, argv, &e) < 0)
		return cli_fail(c, &e);
	if (tracked_find(&l, c->catalog, words.v, words.n, true, &e) < 0)
		return cli_fail(c, &e);
	if (l.n == 0 && words.n == 0 && say_what_to_type(c, &e) < 0)
		return cli_fail(c, &e);
	status = check_out_all(c, &l, ((struct checkout_opts *)opts)->force);
	tracked_list_release(&l);
	return status;
}

const struct verb verb_checkout = {
	.name = "checkout",
	.summary = "put stored versions back into the work tree",
	.synopsis = "[-f] [data:NAME[@VERSION]|PATH...]\n[-f] --stdin",
	.about =
"Makes files what their pointers say: those at PATH (a file, its pointer, or a\n"
"folder for all below it), of data:NAME, or all.  After a 'git checkout' this\n"
"brings the data that the code had then.  data:NAME@VERSION brings that version\n"
"and writes its pointer.  What is in a folder that is a version is named by its\n"
"path, or as data:NAME:PATH; only that is put back then.\n"
"\n"
"A file whose bytes are stored nowhere stays, and is told; --force gives it up.\n"
"What is written is checked against its SHA-256 before it takes the file's name.\n"
"Files that cannot be checked out are told, the others are done, and the exit\n"
"status is 3.  Prints name, id, bytes, what the file was (missing, changed,\n"
"same) and path of each that was written or whose pointer was.\n"
"\n"
"example: git checkout v1.2 && mlv-data checkout\n",
	.options = checkout_options, .opts_size = sizeof(struct checkout_opts),
	.flags = VERB_JSON | VERB_NUL | VERB_STDIN | VERB_REPOSITORY, .run = checkout_run,
};
