/* mlv-data split: deal the rows of a file out to parts. */
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/num.h"
#include "base/path.h"
#include "catalog/bytes.h"
#include "catalog/dataset.h"
#include "catalog/manifest.h"
#include "catalog/manifest.h"
#include "catalog/name.h"
#include "catalog/open_table.h"
#include "catalog/put.h"
#include "cli/cli.h"
#include "cli/reading.h"
#include "quality/split.h"
#include "store/odb.h"
#include "verbs.h"

#define PARTS_MAX 100

struct split_verb {
	struct reading read;
	struct texts by;
	const char *stratify, *time, *name, *folder;
	int64_t seed;
};

static const struct opt split_options[] = {
	{ OPT_LIST, 0, "by", offsetof(struct split_verb, by), "COLUMN,...",
	    "rows with the same values of these stay together" },
	{ OPT_TEXT, 0, "stratify", offsetof(struct split_verb, stratify),
	    "COLUMN", "give every part its share of each value of this one" },
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

struct split_job {			/* one invocation */
	struct cli *c;
	struct catalog *catalog;
	const struct split_verb *o;
	struct split_part *part;
	size_t parts;
	struct catalog_bytes bytes;	/* what is split, and how it is read */
	struct table_read_opts read;
	const char *base, *extension;	/* parts are called BASE-PART, their
					 * files BASE-PARTEXTENSION */
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
print_part(struct cli *c, const char *name, const struct oid *id,
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
describe_split(const struct split_job *j, size_t which)
{
	const struct split_verb *o = j->o;
	struct arena *a = &j->c->arena;
	struct json *m = json_new(a, JSON_MAP), *s, *l;

	s = json_add_map(a, m, "split");
	json_add_text(a, s, "part", j->part[which].name);
	l = json_add_map(a, s, "shares");
	for (size_t i = 0; i < j->parts; i++)
		json_add_num(a, l, j->part[i].name, j->part[i].weight);
	if (o->time != NULL) {
		json_add_text(a, s, "time", o->time);
		return m;
	}
	json_add_int(a, s, "seed", o->seed);
	if (o->stratify != NULL) {
		json_add_text(a, s, "stratify", o->stratify);
		return m;
	}
	l = json_add_list(a, s, "by");
	for (size_t i = 0; i < o->by.n; i++)
		json_add_text(a, l, NULL, o->by.v[i]);
	return m;
}

/* All of them or none: what is stored first, then the names. */
static int
put_parts(const struct split_job *j, struct err *e)
{
	const struct catalog_bytes *b = &j->bytes;
	struct link from = { .rel = "data", .type = TYPE_DATASET,
	    .name = b->item.label, .id = b->item.id };
	struct arena *a = &j->c->arena;
	struct catalog_dataset *d = arena_alloc(a, j->parts * sizeof(*d));
	struct catalog_put *put = arena_alloc(a, j->parts * sizeof(*put));
	int r;

	if (odb_size(&from.size, catalog_odb(j->catalog), &from.id, e) != 0)
		return -1;
	for (size_t i = 0; i < j->parts; i++) {
		const struct split_part *p = &j->part[i];

		d[i] = (struct catalog_dataset){
			.name = arena_printf(a, "%s-%s", j->base, p->name),
			.data = p->bytes.data, .n = p->bytes.len,
			.type = b->type, .rows = (int64_t)p->rows,
			.columns = json_get(b->manifest, "columns"),
			.read = table_opts_json(a, &j->read),
			.extra = describe_split(j, i),
			.from = &from, .n_from = 1,
		};
	}
	r = catalog_put_datasets(put, j->catalog, d, j->parts, e);
	for (size_t i = 0; i < j->parts; i++)
		if (put[i].version > 0) {
			j->c->committed = true;
			print_part(j->c, put[i].label, &put[i].content,
			    &j->part[i], NULL);
		}
	return r;
}

/* The part's file, written but not yet named; never that of the input. */
static int
open_part(struct out_file *f, const struct split_job *j,
    const struct split_part *p, struct err *e)
{
	const char *from = j->bytes.item.kind == NAME_PATH ?
	    j->bytes.item.base : NULL;
	char *file = arena_printf(&j->c->arena, "%s-%s%s", j->base, p->name,
	    j->extension);
	char *path = j->o->folder ? path_join(j->o->folder, file) :
	    xstrdup(file);
	int r = from != NULL ? file_refuse_same(path, from, e) : 0;

	if (r == 0)
		r = out_file_open(f, os_real(), path, 0666, true, e);
	free(path);
	if (r != 0)
		return -1;
	if (out_file_add(f, p->bytes.data, p->bytes.len, e) == 0 &&
	    out_file_prepare(f, e) == 0)
		return 0;
	out_file_drop(f);
	return -1;
}

/* All are written and synced before the first takes its name.  That a name
 * will last is not proven (ERR_UNPROVEN) keeps none of the others. */
static int
write_parts(const struct split_job *j, struct err *e)
{
	struct out_file *f = xalloc(j->parts, sizeof(*f));
	struct err late = ERR_INIT, mine = ERR_INIT;
	struct cli *c = j->c;
	size_t open = 0;
	struct oid id;
	int r = 0;

	while (open < j->parts &&
	    (r = open_part(&f[open], j, &j->part[open], e)) == 0)
		open++;
	for (size_t i = 0; r == 0 && i < j->parts; i++) {
		const struct split_part *p = &j->part[i];
		char *path = arena_strdup(&c->arena, f[i].path);

		if (out_file_commit(&f[i], &mine) != 0) {
			if (mine.code != ERR_UNPROVEN) {
				*e = mine;
				r = -1;
				break;
			}
			late = mine;
		}
		c->committed = true;
		oid_of(&id, p->bytes.data, p->bytes.len);
		print_part(c, arena_printf(&c->arena, "%s-%s", j->base,
		    p->name), &id, p, path);
	}
	for (size_t i = 0; i < open; i++)
		out_file_drop(&f[i]);
	free(f);
	if (r == 0 && late.code != ERR_NONE) {
		*e = late;
		r = -1;
	}
	return r;
}

static bool
is_packed(const struct catalog_bytes *b)
{
	const char *ending = path_extension(b->item.base);

	return (b->type && strcmp(b->type, TYPE_PARQUET) == 0) ||
	    strcasecmp(ending, ".gz") == 0 || strcasecmp(ending, ".zst") == 0;
}

/* The first half of the parts' names, and the end of their files'. */
static int
name_parts(struct split_job *j, struct err *e)
{
	const struct catalog_bytes *b = &j->bytes;
	const struct split_verb *o = j->o;
	char *stem;

	j->extension = b->type && strcmp(b->type, TYPE_JSONL) == 0 ? ".jsonl" :
	    ".csv";
	/* the parts of what is packed are text */
	if (b->item.kind == NAME_PATH && !is_packed(b))
		j->extension = path_extension(b->item.base);
	if (o->name != NULL) {
		j->base = o->name;
		if (!name_base_ok(o->name))
			return err_set(e, ERR_USAGE, "'%s' cannot be part of "
			    "a name: use a-z 0-9 . _ -", o->name);
	} else if (b->item.kind == NAME_PATH) {
		stem = path_stem(b->item.base);
		j->base = arena_strdup(&j->c->arena, stem);
		free(stem);
	} else if (b->item.kind == NAME_DATA) {
		j->base = b->item.base;
	} else {
		return err_set(e, ERR_USAGE, "say with --name what to call "
		    "the parts");
	}
	return 0;
}

static void
warn_of_shares(const struct split_job *j)
{
	const struct split_part *worst;
	double expected;

	worst = j->o->time != NULL ? NULL :
	    split_lopsided(j->part, j->parts, &expected);
	if (worst != NULL)
		cli_warn(j->c, "part '%s' has %llu rows, its share would be "
		    "%.0f: the keys are few, or this is a part of a split by "
		    "the same key (then give another --seed)", worst->name,
		    (unsigned long long)worst->rows, expected);
	for (size_t i = 0; worst == NULL && i < j->parts; i++)
		if (j->part[i].rows == 0)
			cli_warn(j->c, "part '%s' has no rows", j->part[i].name);
}

static int
split_all(struct split_job *j, const char *name,
    const struct table_read_opts *user, struct err *e)
{
	const struct split_opts how = { .by = j->o->by.v, .n_by = j->o->by.n,
	    .stratify = j->o->stratify, .time = j->o->time, .seed = (uint64_t)j->o->seed };
	struct catalog_bytes *b = &j->bytes;
	enum table_format said;
	int r = -1;

	if (catalog_open_bytes(b, j->catalog, name, e) != 0)
		return -1;
	if (name_parts(j, e) != 0 ||
	    catalog_read_opts(&j->read, b, user, e) != 0)
		goto done;
	said = j->read.format;
	if (split_rows(j->part, j->parts, b->data, b->n, &j->read, &how,
	    e) != 0)
		goto done;
	if (j->read.likely == TABLE_AUTO)	/* nobody called it a table */
		j->read.format = said;
	warn_of_shares(j);
	r = b->item.kind == NAME_DATA && j->o->folder == NULL ?
	    put_parts(j, e) : write_parts(j, e);
done:
	for (size_t i = 0; i < j->parts; i++)
		if (j->part[i].bytes.data != NULL)
			buf_free(&j->part[i].bytes);
	catalog_bytes_close(b);
	return r;
}

static int
split_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct split_part part[PARTS_MAX];
	struct split_verb *o = opts;
	struct split_job j = { .c = c, .catalog = c->catalog, .o = o, .part = part };
	struct table_read_opts user;
	struct err e = ERR_INIT;
	int status;

	if (argc < 3)
		return cli_usage(c, "give a name and two parts or more, like "
		    "train=80 test=20");
	if (argc - 1 > PARTS_MAX)
		return cli_usage(c, "at most %d parts", PARTS_MAX);
	if ((o->time != NULL) + (o->by.n > 0) + (o->stratify != NULL) > 1)
		return cli_usage(c, "--by, --stratify and --time exclude each "
		    "other");
	if ((status = reading_opts(&user, c, &o->read)) != 0 ||
	    (status = parse_parts(part, c, argc - 1, argv + 1)) != 0)
		return status;
	j.parts = (size_t)argc - 1;
	warn_of_sum(c, part, j.parts);
	status = split_all(&j, argv[0], &user, &e) == 0 ? EXIT_YES :
	    cli_fail(c, &e);
	return status;
}

const struct verb verb_split = {
	.name = "split",
	.summary = "deal the rows out to parts, stable when rows are added",
	.synopsis = "[--by COLUMN,... | --stratify COLUMN | --time COLUMN] "
	    "NAME PART=SHARE...",
	.about =
"Each row goes where the hash of its key falls: the text of the --by\n"
"columns, else its whole line.  Rows with one key stay together, and rows\n"
"added later move none that were there.  With --stratify the rows of each\n"
"value of a column are shared out alike, so that rare classes are in every\n"
"part; rows added later may move others.  Rows keep their bytes and order.\n"
"\n"
"Of data:churn the parts become data:churn-train and so on, linked to it.\n"
"Of a file they become files, churn-train.csv, in the current folder or -o.\n"
"Prints name, id, rows, bytes and path of each.\n"
"\n"
"example: mlv-data split data:churn --by customerID train=70 valid=15 test=15\n",
	.options = split_options, .opts_size = sizeof(struct split_verb),
	.flags = VERB_JSON | VERB_NUL | VERB_CATALOG |
	    VERB_EVENTS, .run = split_run,
};
