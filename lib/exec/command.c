/* A command as a tracked run: restored from an earlier one, or executed. */
#include "exec/command.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "base/stop.h"
#include "base/utf8.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/put.h"
#include "catalog/resolve.h"
#include "codec/toml/toml.h"
#include "codec/yaml.h"
#include "store/odb.h"
#include "track/journal.h"
#include "exec/content.h"
#include "exec/found.h"
#include "exec/memo.h"
#include "exec/provenance.h"
#include "exec/spawn.h"

#define NOT_STARTED 127		/* its exit status, as the shell has it */
#define FACT_FOUND "found"	/* paths, of a run with a depfile */
#define SPOOL_BLOCK ((size_t)1 << 18)

/* One thing the command reads. */
struct command_dep {
	const char *asked;	/* as whoever asks calls it, */
	const char *name;	/* and its label */
	const char *rel, *type;
	struct oid id;
	uint64_t size;
};

struct command_work {
	struct catalog *c;
	struct repo *s;
	const struct command_request *rq;
	struct arena arena;
	struct command_dep *deps;
	size_t n_deps, room_deps;	/* those asked for, then those found */
	bool look;		/* nothing is stored */
	bool unsure;		/* something found changed meanwhile */
	int input;		/* what the command reads as input, or -1 */
	char memo[SHA256_HEX + 1];
	struct journal *j;
	int64_t begin_us;	/* of a clock that only goes on */
	int64_t begin_wall_us;	/* of the one files are dated by */
};

/* Programs are code, whatever else is data. */
static const char *
rel_of_path(const char *path)
{
	static const char *const code[] = { ".py", ".sh", ".R", ".r", ".jl",
	    ".c", ".h", ".cpp", ".rs", ".go", ".js", ".pl", ".awk", ".sql",
	    ".ipynb", ".mk", ".yaml", ".yml", ".toml" };
	const char *end = path_extension(path);

	for (size_t i = 0; i < sizeof(code) / sizeof(*code); i++)
		if (strcmp(end, code[i]) == 0)
			return "code";
	return "input";
}

/* A file without a name that holds what came on standard input. */
static int
spool_stdin(struct command_work *w, const struct command_dep *d, struct err *e)
{
	char *tmp = repo_temp(w->s), *again, *block;
	struct source from = { .read = NULL };
	struct new_file f;
	int64_t got = -1;

	if (new_file_open(&f, repo_os(w->s), tmp, d->size, e) < 0) {
		free(tmp);
		return -1;
	}
	again = xprintf("/proc/self/fd/%d", f.fd);
	block = xalloc(1, SPOOL_BLOCK);
	w->input = open(again, O_RDONLY | O_CLOEXEC);
	if (w->input < 0)
		err_sys(e, "cannot open '%s'", again);
	else if (odb_get_source(&from, repo_odb(w->s), &d->id, e) == 0)
		while ((got = source_read(&from, block, SPOOL_BLOCK, e)) > 0 &&
		    (got = file_write_fd(f.os, f.fd, block, (size_t)got, tmp,
		    e)) == 0)
			;
	source_close(&from);
	new_file_drop(&f);
	free(block);
	free(again);
	free(tmp);
	return got < 0 ? -1 : 0;
}

static int
store_stdin(struct command_dep *d, struct command_work *w, struct err *e)
{
	struct source from;
	int r;

	if (w->input >= 0)
		return err_set(e, ERR_USAGE, "'-d -' stands twice: there is "
		    "one standard input");
	from = source_fd(0, "standard input");
	d->rel = "input";
	d->type = TYPE_BYTES;
	r = odb_put_source(&d->id, &d->size, repo_odb(w->s), &from, 0, e);
	source_close(&from);
	return r < 0 ? -1 : spool_stdin(w, d, e);
}

/* What was not named as an input is not there: a command that read it all
 * the same would be restored though it changed.  A person may be asked. */
static int
open_stdin(struct command_work *w, struct err *e)
{
	if (w->input >= 0 || isatty(0))
		return 0;
	w->input = open("/dev/null", O_RDONLY | O_CLOEXEC);
	return w->input < 0 ? err_sys(e, "cannot open '/dev/null'") : 0;
}

/* "train=NAME": what the command learns from; "valid=NAME": what it chooses
 * by.  NULL, unless *name has such a role; a file of the whole name has none. */
static const char *
take_role(const char **name)
{
	static const char *const roles[] = { "train", "valid" };
	struct stat st;

	for (size_t i = 0; i < sizeof(roles) / sizeof(*roles); i++) {
		size_t n = strlen(roles[i]);

		if (strncmp(*name, roles[i], n) != 0 || (*name)[n] != '=' ||
		    stat(*name, &st) == 0)
			continue;
		*name += n + 1;
		return roles[i];
	}
	return NULL;
}

static int
find_dep(struct command_dep *d, struct command_work *w, const char *asked,
    struct err *e)
{
	struct content content = { .size = 0 };
	const char *name = asked, *role = take_role(&name);
	struct catalog_item item;
	int r = -1;

	*d = (struct command_dep){ .asked = asked, .name = name };
	if (catalog_resolve(&item, w->c, name, e) < 0)
		return -1;
	if (item.kind == NAME_PATH) {
		d->rel = rel_of_path(name);
		r = content_of_path(&content, w->s, name, !w->look, e);
		d->type = content.type;
		d->id = content.id;
		d->size = content.size;
	} else if (item.kind == NAME_STDIO) {
		r = store_stdin(d, w, e);
	} else {
		catalog_warn_changed(w->c, &item);
		d->rel = "input";
		d->type = item.kind == NAME_DATA ? TYPE_DATASET :
		    item.kind == NAME_MODEL ? TYPE_MODEL :
		    item.kind == NAME_RUN ? TYPE_RUN : TYPE_BYTES;
		d->id = item.id;
		d->name = arena_strdup(&w->arena, item.label);
		r = odb_size(&d->size, repo_odb(w->s), &d->id, e);
	}
	if (role)
		d->rel = role;
	catalog_item_free(&item);
	return r;
}

/* Without an input nothing says that it is the same work, unless whoever asks
 * does. */
static bool
is_repeatable(const struct command_request *rq)
{
	return rq->n_deps > 0 || rq->repeatable;
}

static struct json *
params_of(struct command_work *w)
{
	struct json *m = json_new(&w->arena, JSON_MAP);

	for (size_t i = 0; i < w->rq->n_params; i++)
		json_add(&w->arena, m, w->rq->params[i].name,
		    journal_value(&w->arena, w->rq->params[i].value));
	return m;
}

/* JSON holds UTF-8 alone: other bytes as their digits, or works that differ
 * in them would be one. */
static void
add_exact(struct arena *a, struct json *to, const char *key, const char *text)
{
	size_t n = strlen(text);
	char *digits;

	if (utf8_ok(text, n)) {
		json_add_text(a, to, key, text);
		return;
	}
	digits = arena_alloc(a, 2 * n + 1);
	hex_encode(digits, (const uint8_t *)text, n);
	json_add_text(a, json_add_map(a, to, key), "bytes", digits);
}

static void
add_folder(struct command_work *w, struct json *m)
{
	char *here = getcwd(NULL, 0);
	char *below = here ? path_relative(repo_top(w->s), here) : NULL;

	add_exact(&w->arena, m, "folder", below ? below : "");
	free(below);
	free(here);
}

/* The name of this work: everything that decides what comes out. */
static int
name_work(struct command_work *w, struct err *e)
{
	struct json *m = json_new(&w->arena, JSON_MAP), *list, *dep;
	char hex[OID_HEX + 1];

	add_folder(w, m);
	list = json_add_list(&w->arena, m, "command");
	for (size_t i = 0; w->rq->command[i]; i++)
		add_exact(&w->arena, list, NULL, w->rq->command[i]);
	list = json_add_list(&w->arena, m, "reads");
	for (size_t i = 0; i < w->n_deps; i++) {
		/* a name's label holds its version; only its content counts */
		dep = json_add_map(&w->arena, list, NULL);
		oid_hex(hex, &w->deps[i].id);
		add_exact(&w->arena, dep, "name", w->deps[i].asked);
		json_add_text(&w->arena, dep, "id", hex);
	}
	json_add(&w->arena, m, "params", params_of(w));
	list = NULL;
	for (size_t i = 0; i < w->rq->n_params; i++) {
		const char *value = w->rq->params[i].value;

		if (utf8_ok(value, strlen(value)))
			continue;
		if (list == NULL)
			list = json_add_list(&w->arena, m, "params_exact");
		add_exact(&w->arena, list, NULL, value);
	}
	list = json_add_list(&w->arena, m, "makes");
	for (size_t i = 0; i < w->rq->n_outs; i++)
		add_exact(&w->arena, list, NULL, w->rq->outs[i]);
	return memo_name(w->memo, m, e);
}

/* What is made, whatever it is made of: the last run that did is remembered
 * for what it found. */
static int
name_making(char out[SHA256_HEX + 1], struct command_work *w, struct err *e)
{
	struct json *m = json_new(&w->arena, JSON_MAP), *list;

	add_folder(w, m);
	add_exact(&w->arena, m, "depfile", w->rq->depfile);
	list = json_add_list(&w->arena, m, "makes");
	for (size_t i = 0; i < w->rq->n_outs; i++)
		add_exact(&w->arena, list, NULL, w->rq->outs[i]);
	return memo_name(out, m, e);
}

/* The paths that the last run which made this found, in the arena. */
static int
recall_found(const char ***path, size_t *n, struct command_work *w,
    struct arena *a, struct err *e)
{
	char making[SHA256_HEX + 1];
	const struct json *list, *p;
	struct run run;

	*path = NULL;
	*n = 0;
	if (w->rq->depfile == NULL)
		return 0;
	if (name_making(making, w, e) < 0)
		return -1;
	if (memo_read(&run, w->c, making) == 0)
		return 0;
	list = json_get(run.facts, FACT_FOUND);
	if (list && list->type == JSON_LIST)
		*path = arena_alloc(a, (list->n + 1) * sizeof(**path));
	for (p = *path ? list->child : NULL; p; p = p->next)
		if (p->type == JSON_TEXT)
			(*path)[(*n)++] = arena_strdup(a, p->s);
	run_free(&run);
	return 0;
}

static int
add_dep(struct command_work *w, const char *asked, struct err *e)
{
	w->deps = arena_grow(&w->arena, w->deps, w->n_deps, &w->room_deps,
	    sizeof(*w->deps));
	if (find_dep(&w->deps[w->n_deps], w, asked, e) < 0)
		return -1;
	w->n_deps++;
	return 0;
}

/* All that is read, as far as that is known before. */
static int
find_deps(struct command_work *w, struct err *e)
{
	const char **found;
	struct stat st;
	size_t n;

	for (size_t i = 0; i < w->rq->n_deps; i++)
		if (add_dep(w, w->rq->deps[i], e) < 0)
			return -1;
	if (recall_found(&found, &n, w, &w->arena, e) < 0)
		return -1;
	/* without one that is gone it is other work */
	for (size_t i = 0; i < n; i++)
		if (stat(found[i], &st) == 0 && add_dep(w, found[i], e) < 0)
			return -1;
	return 0;
}

static struct provenance
provenance_of(struct command_work *w)
{
	return (struct provenance){ w->j, w->s, &w->arena, w->rq->log };
}

static int
record_code(struct command_work *w, const struct command_dep *deps,
    struct err *e)
{
	const struct provenance t = provenance_of(w);

	/* what earlier runs found may not be what this one does */
	for (size_t i = 0; i < w->rq->n_deps; i++)
		if (journal_link(w->j, deps[i].rel, deps[i].type, deps[i].name,
		    &deps[i].id, deps[i].size, e) < 0)
			return -1;
	return provenance_code(&t, e);
}

static int
begin_journal(struct command_outcome *out, struct command_work *w,
    struct err *e)
{
	struct journal_start start = {
		.verb = "run", .command = w->rq->command, .name = w->rq->name,
		.parent = w->rq->parent,
	};
	const struct json *params = params_of(w), *p;
	struct json *facts = json_new(&w->arena, JSON_MAP);

	json_add_text(&w->arena, facts, "memo", w->memo);
	provenance_machine(&w->arena, facts);
	start.facts = facts;
	if (journal_begin(&w->j, w->c, &start, e) < 0)
		return -1;
	snprintf(out->id, sizeof(out->id), "%s", journal_id(w->j));
	snprintf(out->label, sizeof(out->label), "run:%s", out->id);
	for (p = params->child; p; p = p->next)
		if (journal_param(w->j, p->key, p, e) < 0)
			return -1;
	return record_code(w, w->deps, e);
}

char *
command_param_env(struct arena *a, const struct param *p)
{
	char *s = arena_printf(a, "MLV_PARAM_%s=%s", p->name, p->value);

	for (char *at = s; *at != '='; at++)
		if (!((*at >= '0' && *at <= '9') ||
		    ((*at | 32) >= 'a' && (*at | 32) <= 'z')))
			*at = '_';
	return s;
}

/* NAME=value for the command; the strings live in the arena. */
static const char **
make_environment(struct command_work *w)
{
	size_t more = 0, n = 0;
	const char **env;

	while (w->rq->env && w->rq->env[more])
		more++;
	env = arena_alloc(&w->arena, (w->rq->n_params + more + 2) * sizeof(*env));
	for (; n < more; n++)
		env[n] = w->rq->env[n];
	env[n++] = arena_printf(&w->arena, "MLV_RUN=%s", journal_id(w->j));
	for (size_t i = 0; i < w->rq->n_params; i++)
		env[n++] = command_param_env(&w->arena, &w->rq->params[i]);
	return env;
}

static int
record_usage(struct command_work *w, const struct spawned *seen, struct err *e)
{
	struct json *m = json_new(&w->arena, JSON_MAP);
	const struct provenance_cost cost = {
		.wall_us = clock_mono_us() - w->begin_us,
		.cpu_us = seen->use.cpu_us,
		.max_rss_bytes = seen->use.max_rss_bytes,
		.energy_known = seen->energy_known, .joules = seen->joules,
	};

	provenance_cost(&w->arena, m, &cost);
	return journal_fact(w->j, "usage", m, e);
}

static int
keep_outputs(struct command_work *w, struct err *e)
{
	struct json *programs = json_new(&w->arena, JSON_LIST);
	struct content made;
	struct stat st;

	for (size_t i = 0; i < w->rq->n_outs; i++) {
		const char *path = w->rq->outs[i];

		if (stat(path, &st) < 0)
			return err_set(e, ERR_NO, "the command did not make "
			    "its %s '%s'", w->rq->depfile && strcmp(path,
			    w->rq->depfile) == 0 ? "depfile" : "output", path);
		if (content_of_path(&made, w->s, path, true, e) < 0 ||
		    journal_link(w->j, "output", made.type, path, &made.id,
		    made.size, e) < 0)
			return -1;
		if (!S_ISDIR(st.st_mode) && st.st_mode & S_IXUSR)
			json_add_text(&w->arena, programs, NULL, path);
	}
	return programs->n ? journal_fact(w->j, MEMO_PROGRAMS, programs, e) : 0;
}

/* What the command found becomes part of what it read, and of its name. */
static int
keep_found(struct command_work *w, struct err *e)
{
	struct json *list = json_new(&w->arena, JSON_LIST), *name;
	const char **path;
	struct stat st;
	size_t n;

	if (found_read(&path, &n, &w->arena, w->rq, e) < 0)
		return -1;
	w->n_deps = w->rq->n_deps;
	for (size_t i = 0; i < n; i++) {
		const struct command_dep *d;
		bool there = stat(path[i], &st) == 0;

		if (!there || found_changed(&st, w->begin_wall_us)) {
			log_warn(w->rq->log, "'%s', which '%s' names, %s: the "
			    "work is not remembered", path[i], w->rq->depfile,
			    there ? "changed while the command ran" :
			    "is not there");
			w->unsure = true;
		}
		if (!there)
			continue;
		if (add_dep(w, path[i], e) < 0)
			return -1;
		d = &w->deps[w->n_deps - 1];
		json_add_text(&w->arena, list, NULL, path[i]);
		if (journal_link(w->j, d->rel, d->type, d->name, &d->id,
		    d->size, e) < 0)
			return -1;
	}
	if (name_work(w, e) < 0)
		return -1;
	name = json_new(&w->arena, JSON_MAP);
	json_add_text(&w->arena, name, "memo", w->memo);
	return journal_fact(w->j, FACT_FOUND, list, e) < 0 ? -1 :
	    journal_fact(w->j, "memo", name->child, e);
}

/* Every number in the tree as a metric: "valid.auc". */
static int
record_numbers(struct command_work *w, const struct json *j, const char *name,
    struct err *e)
{
	int at = 0;

	if (j->type == JSON_INT || j->type == JSON_REAL)
		return *name ? journal_metric(w->j, name, 0, j->d, e) : 0;
	for (const struct json *m = j->child; m; m = m->next) {
		const char *part = m->key ? m->key :
		    arena_printf(&w->arena, "%d", at++);

		if (record_numbers(w, m, *name ? arena_printf(&w->arena,
		    "%s.%s", name, part) : part, e) < 0)
			return -1;
	}
	return 0;
}

static int
record_metrics(struct command_work *w, const char *path, struct err *e)
{
	const char *ext = path_extension(path);
	bool json = strcmp(ext, ".json") == 0, toml = strcmp(ext, ".toml") == 0;
	struct json *tree;
	struct buf b;
	int r;

	if (!json && !toml && strcmp(ext, ".yaml") && strcmp(ext, ".yml"))
		return 0;
	buf_init(&b, YAML_BYTES_MAX);
	r = file_read(&b, path, e);
	if (r == 0)
		r = json ? json_parse(&tree, &w->arena, b.data, b.len, JSON_NAN,
		    e) : toml ? toml_parse(&tree, &w->arena, b.data, b.len,
		    e) : yaml_parse(&tree, &w->arena, b.data, b.len, e);
	buf_free(&b);
	if (r < 0)
		return err_wrap(e, "cannot read the metrics in '%s'", path);
	return tree ? record_numbers(w, tree, "", e) : 0;
}

static int
remove_outputs(const struct command_request *rq, struct err *e)
{
	for (size_t i = 0; i < rq->n_remove; i++)
		if (content_remove(rq->remove[i], e) < 0)
			return -1;
	return 0;
}

/* Run it and write down what happened. */
static int
execute_command(struct command_outcome *out, struct command_work *w, struct err *e)
{
	const struct provenance t = provenance_of(w);
	struct spawned seen;
	struct err late = ERR_INIT;
	int r;

	if (remove_outputs(w->rq, e) < 0)
		return -1;
	w->begin_us = clock_mono_us();
	w->begin_wall_us = clock_wall_us();
	spawned_init(&seen);
	r = spawn_command(&seen, w->rq->command, make_environment(w), w->input,
	    journal_fd(w->j), e);
	if (r == 0)
		out->exit_status = seen.status;
	if (r == 0 && w->rq->words)
		buf_add(w->rq->words, seen.out.data, seen.out.len);
	if (record_usage(w, &seen, r < 0 ? &late : e) < 0 ||
	    provenance_text(&t, &seen.out, "stdout", r < 0 ? &late : e) < 0 ||
	    provenance_text(&t, &seen.err, "stderr", r < 0 ? &late : e) < 0)
		r = -1;
	if (r == 0 && out->exit_status == 0)
		r = keep_outputs(w, e);
	if (r == 0 && out->exit_status == 0 && w->rq->depfile)
		r = keep_found(w, e);
	for (size_t i = 0; i < w->rq->n_metrics && r == 0 &&
	    out->exit_status == 0; i++)
		r = record_metrics(w, w->rq->metrics[i], e);
	spawned_release(&seen);
	return r;
}

/* The next one that makes this looks at what this one found. */
static int
remember_found(struct command_work *w, const char *run, struct err *e)
{
	char making[SHA256_HEX + 1];

	if (w->rq->depfile == NULL)
		return 0;
	if (name_making(making, w, e) < 0)
		return -1;
	memo_write(w->s, making, run, w->rq->log);
	return 0;
}

/* Seal the journal, whatever came before: r < 0, and e says why. */
static int
seal_journal(struct command_outcome *out, struct command_work *w, int r,
    struct err *e)
{
	struct err late = ERR_INIT, *to = r < 0 ? &late : e;
	bool good = r == 0 && out->exit_status == 0;
	struct json *why = json_new(&w->arena, JSON_MAP);
	struct catalog_put put;
	int sealed;

	json_add_text(&w->arena, why, "error", e->msg);
	if (r < 0)
		(void)journal_fact(w->j, "error", why->child, &late);
	sealed = journal_seal(&put, w->j, good ? RUN_FINISHED : RUN_FAILED,
	    out->exit_status, to);
	w->j = NULL;
	if (sealed == 0 || to->code == ERR_UNPROVEN) {
		out->manifest = put.id;
		out->finished = good;
	}
	if (r < 0 || sealed < 0)
		return -1;
	if (!good)
		return 0;
	if (is_repeatable(w->rq) && !w->unsure)
		memo_write(w->s, w->memo, out->id, w->rq->log);
	return remember_found(w, out->id, e);
}

/* Was it done before, and is all it made still here? */
static int
restore_outputs(struct command_outcome *out, struct command_work *w,
    struct err *e)
{
	struct run run;
	int r;

	if (w->rq->force || !is_repeatable(w->rq))
		return 0;
	r = memo_restore(&run, &out->untouched, w->c, w->memo, w->rq->outs,
	    w->rq->n_outs, e);
	if (r == 0 && w->rq->recall) {
		char *id;

		r = w->rq->recall(w->rq->recall_ctx, &id, w->memo, e);
		if (r == 1) {
			memo_write(w->s, w->memo, id, w->rq->log);
			free(id);
			r = memo_restore(&run, &out->untouched, w->c, w->memo,
			    w->rq->outs, w->rq->n_outs, e);
		}
	}
	if (r != 1)
		return r;
	snprintf(out->id, sizeof(out->id), "%s", run.id);
	snprintf(out->label, sizeof(out->label), "run:%s", out->id);
	out->manifest = run.manifest;
	out->restored = true;
	run_free(&run);
	return remember_found(w, out->id, e) < 0 ? -1 : 1;
}

int
command_run(struct command_outcome *out, struct catalog *c,
    const struct command_request *rq, struct err *e)
{
	struct command_work w = { .c = c, .s = catalog_repo(c), .rq = rq,
	    .input = -1 };
	struct stop stop;
	int r = -1;

	memset(out, 0, sizeof(*out));
	if (find_deps(&w, e) < 0 || name_work(&w, e) < 0)
		goto done;
	r = restore_outputs(out, &w, e);
	if (r == 0)
		r = open_stdin(&w, e);
	if (r == 0 && (r = stop_open(&stop, e)) == 0) {
		/* a signal from here on waits for the command to be there */
		out->exit_status = NOT_STARTED;
		if ((r = begin_journal(out, &w, e)) == 0)
			r = execute_command(out, &w, e);
		if (w.j)
			r = seal_journal(out, &w, r, e);
		stop_close(&stop);
	} else if (r == 1) {
		r = 0;
	}
done:
	if (w.input >= 0)
		close(w.input);
	arena_free(&w.arena);
	return r;
}

int
command_look(struct command_look *out, struct arena *a, struct catalog *c,
    const struct command_request *rq, struct err *e)
{
	struct command_work w = { .c = c, .s = catalog_repo(c), .rq = rq,
	    .input = -1, .look = true };
	struct run run;
	bool in_place;
	int r = -1;

	out->state = COMMAND_NEW;
	if (find_deps(&w, e) < 0)
		goto done;
	out->n = w.n_deps;
	out->dep = arena_alloc(a, (out->n + 1) * sizeof(*out->dep));
	out->name = arena_alloc(a, (out->n + 1) * sizeof(*out->name));
	for (size_t i = 0; i < out->n; i++) {
		out->dep[i] = w.deps[i].id;
		out->name[i] = arena_strdup(a, w.deps[i].asked);
	}
	r = name_work(&w, e);
	if (r == 0 && is_repeatable(rq) && !rq->force &&
	    memo_find(&run, &in_place, c, w.memo, rq->outs, rq->n_outs) == 1) {
		out->state = in_place ? COMMAND_IN_PLACE : COMMAND_DONE;
		run_free(&run);
	}
done:
	if (w.input >= 0)
		close(w.input);
	arena_free(&w.arena);
	return r;
}

int
command_found(const char ***path, size_t *n, struct arena *a,
    struct catalog *c, const struct command_request *rq, struct err *e)
{
	struct command_work w = { .c = c, .s = catalog_repo(c), .rq = rq,
	    .input = -1 };
	int r = recall_found(path, n, &w, a, e);

	arena_free(&w.arena);
	return r;
}
