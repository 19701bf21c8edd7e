/* mlv-data split: deal the rows of a file out to parts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "catalog/open_table.h"
#include "cli/cli.h"
#include "cli/reading.h"
#include "quality/split.h"
#include "verbs.h"

#define PARTS_MAX 100

struct split_verb {
	struct reading read;
	struct texts by;
	const char *time, *name, *folder;
	int64_t seed;
};

static const struct opt split_options[] = {
	{ OPT_LIST, 0, "by", offsetof(struct split_verb, by), "COLUMN,...",
	    "rows with the same values of these stay together" },
	{ OPT_TEXT, 0, "time", offsetof(struct split_verb, time), "COLUMN",
	    "cut by this column's order instead: earliest rows first" },
	{ OPT_INT, 0, "seed", offsetof(struct split_verb, seed), "N",
	    "of the hash" },
	{ OPT_TEXT, 'n', "name", offsetof(struct split_verb, name), "NAME",
	    "call the parts NAME-PART" },
	{ OPT_TEXT, 'o', "output", offsetof(struct split_verb, folder), "DIR",
	    "write files there, also when the data has a name" },
	READING_OPTIONS(struct split_verb, read),
	OPT_END
};

/* "train=70" ... */
static int
parse_parts(struct split_part *part, struct cli *c, int argc, char **argv)
{
	const char *weight;

	for (int i = 0; i < argc; i++) {
		struct split_part *p = &part[i];

		memset(p, 0, sizeof(*p));
		if (!cli_key_value(c, argv[i], &p->name, &weight) ||
		    !num_parse_f64(weight, strlen(weight), &p->weight) ||
		    !(p->weight > 0 && p->weight < 1e15))
			return cli_usage(c, "a part is NAME=SHARE, like "
			    "train=70, not '%s'", argv[i]);
		if (!name_base_ok(p->name))
			return cli_usage(c, "'%s' cannot be part of a name: "
			    "use a-z 0-9 . _ -", p->name);
		for (int k = 0; k < i; k++)
			if (strcmp(part[k].name, p->name) == 0)
				return cli_usage(c, "two parts are called "
				    "'%s'", p->name);
	}
	return 0;
}

/* Shares add up to 100 or to 1; others may be meant, or one is forgotten. */
static void
warn_of_sum(struct cli *c, const struct split_part *part, size_t parts)
{
	double sum = 0;
	struct buf b;

	for (size_t i = 0; i < parts; i++)
		sum += part[i].weight;
	if (fabs(sum - 100) < 1e-6 || fabs(sum - 1) < 1e-6)
		return;
	buf_init(&b, BUF_CAP_SMALL);
	for (size_t i = 0; i < parts && i < 8; i++)
		buf_addf(&b, "%s%s %.4g %%", i ? ", " : "", part[i].name,
		    100 * part[i].weight / sum);
	cli_warn(c, "the shares add up to %.6g, not to 100 or 1: taken as "
	    "%s%s", sum, b.data, parts > 8 ? " ..." : "");
	buf_free(&b);
}

static void
report(struct cli *c, const char *name, const struct oid *id,
    const struct split_part *p, const char *path)
{
	char text[OID_TEXT];

	out_begin(&c->out, "mlv.dataset.split/1");
	out_text(&c->out, "name", name);
	out_text(&c->out, "id", oid_print(text, id));
	out_int(&c->out, "rows", (int64_t)p->rows);
	out_int(&c->out, "bytes", (int64_t)p->bytes.len);
	out_path(&c->out, "path", path);
	out_end(&c->out);
}

/* How the part came about, for its manifest. */
static struct json *
describe(struct arena *a, const struct split_verb *o,
    const struct split_part *part, size_t parts, size_t which)
{
	struct json *m = json_new(a, JSON_MAP), *s, *l;

	s = json_add_map(a, m, "split");
	json_add_text(a, s, "part", part[which].name);
	l = json_add_map(a, s, "shares");
	for (size_t i = 0; i < parts; i++)
		json_add_num(a, l, part[i].name, part[i].weight);
	if (o->time != NULL) {
		json_add_text(a, s, "time", o->time);
		return m;
	}
	json_add_int(a, s, "seed", o->seed);
	l = json_add_list(a, s, "by");
	for (size_t i = 0; i < o->by.n; i++)
		json_add_text(a, l, NULL, o->by.v[i]);
	return m;
}

static int
put_parts(struct cli *c, struct catalog *catalog,
    const struct catalog_bytes *b, const struct split_verb *o,
    const struct split_part *part, size_t parts, const char *base,
    const struct table_read_opts *read, struct err *e)
{
	struct link from = { .rel = "data", .type = TYPE_DATASET,
	    .name = b->item.label, .id = b->item.id };
	struct catalog_put put;

	if (store_size(&from.size, catalog_repo(catalog), &from.id, e) != 0)
		return -1;
	for (size_t i = 0; i < parts; i++) {
		struct catalog_dataset d = {
			.name = arena_printf(&c->arena, "%s-%s", base,
			    part[i].name),
			.data = part[i].bytes.data, .n = part[i].bytes.len,
			.type = b->type, .rows = (int64_t)part[i].rows,
			.columns = json_get(b->manifest, "columns"),
			.read = table_opts_json(&c->arena, read),
			.extra = describe(&c->arena, o, part, parts, i),
			.from = &from, .n_from = 1,
		};

		if (catalog_put_dataset(&put, catalog, &d, e) != 0)
			return -1;
		c->committed = true;
		report(c, put.label, &put.content, &part[i], NULL);
	}
	return 0;
}

/* All are written before the first takes its name; none that of `from`. */
static int
write_parts(struct cli *c, const struct split_verb *o, const char *from,
    const struct split_part *part, size_t parts, const char *base,
    const char *extension, struct err *e)
{
	struct out_file *f = xalloc(parts, sizeof(*f));
	size_t open = 0;
	struct oid id;
	int r = 0;

	for (; r == 0 && open < parts; open += r == 0) {
		char *file = arena_printf(&c->arena, "%s-%s%s", base,
		    part[open].name, extension);
		char *path = o->folder ? path_join(o->folder, file) :
		    xstrdup(file);

		r = from != NULL ? file_refuse_same(path, from, e) : 0;
		if (r == 0)
			r = out_file_open(&f[open], os_real(), path, 0666,
			    true, e);
		free(path);
		if (r != 0)
			break;
		if (out_file_add(&f[open], part[open].bytes.data,
		    part[open].bytes.len, e) != 0 ||
		    out_file_flush(&f[open], e) != 0) {
			out_file_drop(&f[open]);
			r = -1;
		}
	}
	for (size_t i = 0; r == 0 && i < parts; i++) {
		char *path = arena_strdup(&c->arena, f[i].path);

		if ((r = out_file_commit(&f[i], e)) != 0)
			break;
		c->committed = true;
		oid_of(&id, part[i].bytes.data, part[i].bytes.len);
		report(c, arena_printf(&c->arena, "%s-%s", base,
		    part[i].name), &id, &part[i], path);
	}
	for (size_t i = 0; i < open; i++)
		out_file_drop(&f[i]);
	free(f);
	return r;
}

/* The first half of the parts' names, and the end of their files'. */
static int
name_parts(const char **base, const char **extension, struct cli *c,
    const struct catalog_bytes *b, const struct split_verb *o, struct err *e)
{
	char *stem;

	*extension = b->type && strcmp(b->type, TYPE_JSONL) == 0 ? ".jsonl" :
	    ".csv";
	if (b->item.kind == NAME_PATH)
		*extension = path_extension(b->item.base);
	if (o->name != NULL) {
		*base = o->name;
		if (!name_base_ok(o->name))
			return err_set(e, ERR_USAGE, "'%s' cannot be part of "
			    "a name: use a-z 0-9 . _ -", o->name);
	} else if (b->item.kind == NAME_PATH) {
		stem = path_stem(b->item.base);
		*base = arena_strdup(&c->arena, stem);
		free(stem);
	} else if (b->item.kind == NAME_DATA) {
		*base = b->item.base;
	} else {
		return err_set(e, ERR_USAGE, "say with --name what to call "
		    "the parts");
	}
	return 0;
}

static void
warn_of_shares(struct cli *c, const struct split_part *part, size_t parts,
    bool by_time)
{
	const struct split_part *worst;
	double expected;

	worst = by_time ? NULL : split_lopsided(part, parts, &expected);
	if (worst != NULL)
		cli_warn(c, "part '%s' has %llu rows, its share would be "
		    "%.0f: the keys are few, or this is a part of a split by "
		    "the same key (then give another --seed)", worst->name,
		    (unsigned long long)worst->rows, expected);
	for (size_t i = 0; worst == NULL && i < parts; i++)
		if (part[i].rows == 0)
			cli_warn(c, "part '%s' has no rows", part[i].name);
}

static int
split_all(struct cli *c, struct catalog *catalog, const char *name,
    const struct split_verb *o, const struct table_read_opts *user,
    struct split_part *part, size_t parts, struct err *e)
{
	const struct split_opts how = { .by = o->by.v, .n_by = o->by.n,
	    .time = o->time, .seed = (uint64_t)o->seed };
	struct table_read_opts read;
	const char *base = "", *extension = "";
	struct catalog_bytes b;
	int r = -1;

	if (catalog_open_bytes(&b, catalog, name, e) != 0)
		return -1;
	if (name_parts(&base, &extension, c, &b, o, e) != 0 ||
	    catalog_read_opts(&read, &b, user, e) != 0 ||
	    split_rows(part, parts, b.data, b.n, &read, &how, e) != 0)
		goto done;
	warn_of_shares(c, part, parts, o->time != NULL);
	if (b.item.kind == NAME_DATA && o->folder == NULL)
		r = put_parts(c, catalog, &b, o, part, parts, base, &read, e);
	else
		r = write_parts(c, o, b.item.kind == NAME_PATH ? b.item.base :
		    NULL, part, parts, base, extension, e);
done:
	for (size_t i = 0; i < parts; i++)
		if (part[i].bytes.data != NULL)
			buf_free(&part[i].bytes);
	catalog_bytes_close(&b);
	return r;
}

static int
split_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct repo_opts so = { .log = &c->log,
	    .progress = &c->progress };
	struct split_part part[PARTS_MAX];
	struct catalog *catalog = NULL;
	struct split_verb *o = opts;
	struct table_read_opts user;
	struct err e = ERR_INIT;
	int status;

	if (argc < 3)
		return cli_usage(c, "give a name and two parts or more, like "
		    "train=80 test=20");
	if (argc - 1 > PARTS_MAX)
		return cli_usage(c, "at most %d parts", PARTS_MAX);
	if (o->time != NULL && o->by.n > 0)
		return cli_usage(c, "--by and --time exclude each other");
	if ((status = reading_opts(&user, c, &o->read)) != 0 ||
	    (status = parse_parts(part, c, argc - 1, argv + 1)) != 0)
		return status;
	warn_of_sum(c, part, (size_t)argc - 1);
	if (catalog_open(&catalog, NULL, &so, &e) != 0)
		return cli_fail(c, &e);
	status = split_all(c, catalog, argv[0], o, &user, part,
	    (size_t)argc - 1, &e) == 0 ? EXIT_YES : cli_fail(c, &e);
	catalog_close(catalog);
	return status;
}

const struct verb verb_split = {
	.name = "split",
	.summary = "deal the rows out to parts, stable when rows are added",
	.synopsis = "[--by COLUMN,... | --time COLUMN] NAME PART=SHARE...",
	.about =
"Each row goes where the hash of its key falls: the text of the --by\n"
"columns, else its whole line.  Rows with one key stay together, and rows\n"
"added later move none that were there.  Rows keep their bytes and order.\n"
"\n"
"Of data:churn the parts become data:churn-train and so on, linked to it.\n"
"Of a file they become files, churn-train.csv, in the current folder or -o.\n"
"Prints name, id, rows, bytes and path of each.\n"
"\n"
"example: mlv-data split data:churn --by customerID train=70 valid=15 test=15\n",
	.options = split_options, .opts_size = sizeof(struct split_verb),
	.flags = VERB_JSON | VERB_NUL, .run = split_run,
};
