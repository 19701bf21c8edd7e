/* mlv-train repro: a pipeline brought up to date. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/path.h"
#include "cli/cli.h"
#include "flow/repro.h"
#include "verbs.h"

struct repro_opts {
	const char *file;
	int64_t jobs;
	bool dry_run, force, single, down, keep_going, lock, if_changed, inner;
};

static const struct repro_opts repro_defaults = { .jobs = 1 };

static const struct opt repro_options[] = {
	{ OPT_TEXT, 'f', "file", offsetof(struct repro_opts, file), "FILE",
	    "the pipeline; default dvc.yaml, else pipeline.yaml" },
	{ OPT_INT, 'j', "jobs", offsetof(struct repro_opts, jobs), "N",
	    "so many stages at once; default 1", .low = 1, .high = 1024 },
	{ OPT_FLAG, 'n', "dry-run", offsetof(struct repro_opts, dry_run), NULL,
	    "only say what would be done, and why" },
	{ OPT_FLAG, 0, "force", offsetof(struct repro_opts, force), NULL,
	    "do the stages even if nothing changed" },
	{ OPT_FLAG, 's', "single", offsetof(struct repro_opts, single), NULL,
	    "the stages named alone, not what they need" },
	{ OPT_FLAG, 0, "downstream", offsetof(struct repro_opts, down), NULL,
	    "the stages named and those that need them", .excludes = "single" },
	{ OPT_FLAG, 'k', "keep-going", offsetof(struct repro_opts, keep_going),
	    NULL, "do what does not need a stage that failed" },
	{ OPT_FLAG, 0, "lock", offsetof(struct repro_opts, lock), NULL,
	    "exit status 4 at once when another is at work on it" },
	{ OPT_FLAG, 0, "if-changed", offsetof(struct repro_opts, if_changed),
	    NULL, "print nothing about stages that did not change" },
	{ OPT_FLAG, 0, "stage", offsetof(struct repro_opts, inner), NULL,
	    "as make calls it: one stage, nothing locked around it" },
	OPT_END
};

static void
print_stage(struct cli *c, const char *name, const char *status,
    const char *run, const char *why)
{
	out_begin(&c->out, "mlv.pipeline.stage/1");
	out_text(&c->out, "name", name);
	out_text(&c->out, "status", status);
	out_text(&c->out, "run", run);
	out_text(&c->out, "why", why);
	out_end(&c->out);
}

/* The pipeline's folder is where its paths begin: go there, as make -C. */
static int
go_to_folder(struct cli *c, const char **file)
{
	struct err e = ERR_INIT;
	char *folder;

	if (*file == NULL)
		return 0;
	folder = path_folder(*file);
	if (strcmp(folder, ".") && chdir(folder) < 0) {
		err_sys(&e, "cannot go to '%s'", folder);
		free(folder);
		return cli_fail(c, &e);
	}
	free(folder);
	*file = path_base(*file);
	return 0;
}

/* One stage, in a process that make began. */
static int
do_stage(struct cli *c, const struct pipeline *p, const struct repro_opts *o,
    const char *name)
{
	struct command_outcome done;
	struct err e = ERR_INIT;
	size_t i = 0;
	int r;

	while (i < p->n && strcmp(p->stage[i].name, name))
		i++;
	if (i == p->n)
		return cli_usage(c, "there is no stage '%s'", name);
	r = repro_stage(&done, c->catalog, p, i, o->force, &c->log, &e);
	c->committed = done.id[0] != '\0' && !done.restored;
	if (done.id[0] && !(o->if_changed && done.untouched))
		print_stage(c, name, done.untouched ? "unchanged" : done.restored ?
		    "restored" : done.finished ? "finished" : "failed",
		    done.label, "");
	if (r < 0) {
		err_wrap(&e, "stage '%s'", name);
		return cli_fail(c, &e);
	}
	if (done.exit_status == 0)
		return EXIT_YES;
	err_set(&e, ERR_NO, "stage '%s' failed with status %d", name,
	    done.exit_status);
	return cli_fail(c, &e);
}

/* How this program is begun again for a stage. */
static void
fill_again(struct cli *c, const char **again, const struct pipeline *p,
    const struct repro_opts *o)
{
	char *self = arena_alloc(&c->arena, 4096);
	ssize_t len = readlink("/proc/self/exe", self, 4095);
	size_t n = 0;

	again[n++] = len > 0 ? self : "mlv-train";
	again[n++] = "repro";
	again[n++] = "--stage";
	again[n++] = "--file";
	again[n++] = p->file;
	if (c->json)
		again[n++] = "--json";
	if (c->quiet)
		again[n++] = "-q";
	if (o->force)
		again[n++] = "--force";
	if (o->if_changed)
		again[n++] = "--if-changed";
	again[n++] = "--";
	again[n] = NULL;
}

/* Print what is not to be done; *todo: something is. */
static void
print_looks(struct cli *c, const struct pipeline *p,
    const struct repro_look *look, bool *want, const struct repro_opts *o,
    bool *todo)
{
	*todo = false;
	for (size_t i = 0; i < p->n; i++) {
		bool still = look[i].state == REPRO_SAME ||
		    look[i].state == REPRO_FROZEN;

		if (!want[i])
			continue;
		want[i] = !still;
		*todo |= want[i];
		if ((o->dry_run || still) && !(o->if_changed && still))
			print_stage(c, p->stage[i].name,
			    repro_state_text(look[i].state), NULL, look[i].why);
	}
}

/* Is there a make around us that shares its slots? */
static bool
has_jobserver(void)
{
	const char *flags = getenv("MAKEFLAGS");

	return flags && strstr(flags, "--jobserver");
}

static int
bring_up(struct cli *c, const struct pipeline *p, const struct repro_opts *o,
    bool *want)
{
	struct repro_look *look = arena_alloc(&c->arena,
	    (p->n + 1) * sizeof(*look));
	const char *again[16];
	const struct repro_work w = { .pipeline = p, .want = want,
	    .again = again, .jobs = has_jobserver() ? 0 : (size_t)o->jobs,
	    .keep_going = o->keep_going };
	struct err e = ERR_INIT;
	bool todo, failed;

	if (repro_look(look, &c->arena, c->catalog, p, want, o->force, &e) < 0)
		return cli_fail(c, &e);
	print_looks(c, p, look, want, o, &todo);
	if (o->dry_run || !todo)
		return EXIT_YES;
	if (out_flush(&c->out, &e) < 0)
		return cli_fail(c, &e);
	fill_again(c, again, p, o);
	if (repro_make(&failed, c->catalog, &w, &e) < 0)
		return cli_fail(c, &e);
	c->committed = true;
	return failed ? EXIT_NO : EXIT_YES;
}

static int
select_and_do(struct cli *c, const struct pipeline *p,
    const struct repro_opts *o, int argc, char **argv)
{
	const struct pipeline_want how = { .alone = o->single,
	    .down = o->down };
	bool *want = arena_alloc(&c->arena, p->n + 1);
	struct err e = ERR_INIT;
	int fd = -1, status;

	if (o->inner)
		return argc == 1 ? do_stage(c, p, o, argv[0]) :
		    cli_usage(c, "--stage takes one stage");
	if (pipeline_select(want, p, (const char *const *)argv, (size_t)argc,
	    &how, &e) < 0)
		return cli_fail(c, &e);
	if (!o->dry_run && repro_lock(&fd, c->catalog, p, !o->lock, &e) < 0)
		return cli_fail(c, &e);
	status = bring_up(c, p, o, want);
	if (fd >= 0)
		close(fd);
	return status;
}

static int
repro_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct repro_opts *o = opts;
	struct err e = ERR_INIT;
	struct pipeline p;
	int status = go_to_folder(c, &o->file);

	if (status)
		return status;
	if (pipeline_open(&p, o->file, &e) < 0 ||
	    (!o->inner && repro_find(c->catalog, &p, &e) < 0))
		status = cli_fail(c, &e);
	else
		status = select_and_do(c, &p, o, argc, argv);
	pipeline_release(&p);
	return status;
}

const struct verb verb_repro = {
	.name = "repro",
	.summary = "bring a pipeline up to date",
	.synopsis = "[-j N] [-n] [-s|--downstream] [-k] [options] "
	    "[STAGE|OUTPUT...]",
	.about =
"Reads dvc.yaml (or pipeline.yaml, of the same shape) and does those of its\n"
"stages whose command, inputs or parameters changed since they were done, or\n"
"whose outputs are not what they made; and what these need first.  A stage that\n"
"was done before with the same content is not run: its outputs are put back.\n"
"make does the work, N stages at once, or as many as a make around it allows.\n"
"\n"
"Each stage is a tracked run of its name: what it read and made, parameters, and\n"
"the numbers in its metrics files.  Prints a record a stage: name, status\n"
"(unchanged, restored, finished, failed, frozen), run, why.  With --dry-run the\n"
"status is what would be done (run, restore, after: once what it needs is\n"
"done), and why tells what changed.\n"
"\n"
"For cron: --lock --if-changed is silent when there is nothing to do, and ends\n"
"with 4 when another is at work.  Killed at any point, the next repro goes on.\n"
"\n"
"Exit status: 0 up to date, 1 a stage failed, 2 usage, 3 trouble, 4 busy.\n"
"\n"
"example: mlv-train repro -j2 && mlv-train repro --dry-run evaluate\n",
	.options = repro_options, .opts_size = sizeof(struct repro_opts),
	.defaults = &repro_defaults,
	.flags = VERB_JSON | VERB_TABLE | VERB_REPOSITORY | VERB_EVENTS, .run = repro_run,
};
