/* mlv-serve replay: a candidate asked what was asked before. */
#include <string.h>

#include "base/num.h"
#include "cli/when.h"
#include "flow/rollout/replay.h"
#include "rollout.h"
#include "table/write.h"
#include "verbs.h"
#include "write/rows.h"

struct replay_verb {
	struct when_span when;
	struct texts columns;
	const char *output, *answer, *version, *variant;
	double tolerance, max_flips;
};

static const struct replay_verb replay_defaults = { .max_flips = -1 };

static const struct opt replay_options[] = {
	{ OPT_TEXT, 'o', "output", offsetof(struct replay_verb, output),
	    "FILE", "the rows answered otherwise, with their inputs" },
	{ OPT_TEXT, 0, "answer", offsetof(struct replay_verb, answer),
	    "COLUMN", "the output that counts, the label by default" },
	{ OPT_NUM, 0, "tolerance", offsetof(struct replay_verb, tolerance),
	    "NUMBER", "a number this near is the same answer, 0 by default",
	    .high = HUGE_VAL },
	{ OPT_NUM, 0, "max-flips", offsetof(struct replay_verb, max_flips),
	    "PERCENT", "exit 1 when more rows are answered otherwise",
	    .high = 100 },
	WHEN_SPAN_OPTIONS(struct replay_verb, when),
	{ OPT_TEXT, 0, "version", offsetof(struct replay_verb, version),
	    "NUMBER", "requests that this version answered" },
	{ OPT_TEXT, 0, "variant", offsetof(struct replay_verb, variant),
	    "NAME", "stable or canary" },
	{ OPT_LIST, 0, "columns", offsetof(struct replay_verb, columns),
	    "NAME,...", "columns for a model with one matrix input, in order" },
	OPT_END
};

/* Who hears of rows. */
struct replay_sink {
	struct cli *c;
	struct rows_out *csv;		/* or NULL */
	const struct table_want *want;	/* columns of the inputs */
	size_t n_want;
};

static const char *const csv_columns[] = {
	"time", "id", "unit", "version", "was", "would", "difference",
	"refused"
};
#define CSV_COLUMNS (sizeof(csv_columns) / sizeof(*csv_columns))

/* An answer as people write it: a text without its quotes. */
static const char *
plain_answer(struct arena *a, const struct buf *b)
{
	struct err ignored;
	struct json *j;

	if (b->len == 0)
		return NULL;
	if (json_parse(&j, a, b->data, b->len, 0, &ignored) == 0 &&
	    j->type == JSON_TEXT)
		return j->s;
	return arena_strndup(a, b->data, b->len);
}

static const char *
given(const char *s)
{
	return *s ? s : NULL;
}

static void
put_cell(struct buf *b, bool first, const char *s)
{
	if (!first)
		buf_addc(b, ',');
	if (s)
		csv_write_cell(b, s, strlen(s), ',');
}

static int
write_row(struct replay_sink *k, const struct replay_row *row,
    const char *was, const char *would, struct err *e)
{
	const struct reqlog_entry *t = row->entry;
	char difference[NUM_TEXT_MAX];
	const char *const first[] = { given(t->time), given(t->id),
	    given(t->unit), given(t->version), was, would, difference,
	    row->refused };
	struct buf b, cell;
	int r;

	num_print_f64(difference, row->difference);
	buf_init(&b, BUF_CAP_DOC);
	buf_init(&cell, BUF_CAP_DOC);
	for (size_t i = 0; i < CSV_COLUMNS; i++)
		put_cell(&b, i == 0, first[i]);
	for (size_t i = 0; i < k->n_want; i++) {
		const struct json *v = reqlog_value(json_get(t->inputs,
		    k->want[i].name), row->row);

		buf_clear(&cell);
		if (v && v->type != JSON_TEXT)
			json_write(&cell, v);
		put_cell(&b, false, v == NULL ? NULL : v->type == JSON_TEXT ?
		    v->s : cell.data);
	}
	buf_addc(&b, '\n');
	r = buf_check(&b, e) < 0 ? -1 : rows_out_add(k->csv, b.data, b.len, e);
	buf_free(&cell);
	buf_free(&b);
	return r;
}

static int
write_header(const struct replay_sink *k, struct err *e)
{
	static const struct table_read_opts text = { .format = TABLE_CSV,
	    .delimiter = ',', .header = TABLE_HEADER_YES };
	struct buf b;
	int r;

	rows_out_text(k->csv, &text);
	buf_init(&b, BUF_CAP_DOC);
	for (size_t i = 0; i < CSV_COLUMNS; i++)
		put_cell(&b, i == 0, csv_columns[i]);
	for (size_t i = 0; i < k->n_want; i++)
		put_cell(&b, false, k->want[i].name);
	buf_addc(&b, '\n');
	r = buf_check(&b, e) < 0 ? -1 : rows_out_add(k->csv, b.data, b.len, e);
	buf_free(&b);
	return r;
}

static int
print_row(void *ctx, const struct replay_row *row, struct err *e)
{
	struct replay_sink *k = ctx;
	const struct reqlog_entry *t = row->entry;
	struct arena a = { NULL, 0 };	/* of this row: there may be millions */
	struct out *o = &k->c->out;
	const char *was = plain_answer(&a, &row->was);
	const char *would = plain_answer(&a, &row->would);
	int r = 0;

	if (k->csv) {
		r = write_row(k, row, was, would, e);
	} else {
		out_begin(o, "mlv.replayed/1");
		out_text(o, "time", given(t->time));
		out_text(o, "id", given(t->id));
		out_text(o, "unit", given(t->unit));
		out_int(o, "row", (int64_t)row->row);
		out_text(o, "version", given(t->version));
		out_text(o, "was", was);
		out_text(o, "would", would);
		out_short(o, "difference", row->difference, 4);
		out_text(o, "refused", row->refused);
		out_end(o);
	}
	arena_free(&a);
	return r;
}

static int
replay(struct cli *c, const struct replay_verb *o, const char *model,
    struct replay_opts *ro, struct err *e)
{
	struct replay_sink k = { .c = c };
	struct replay_count n;
	struct binding *binding;
	struct rows_out csv;
	int r;

	if (open_model(&binding, c->catalog, model, &o->columns, e) < 0)
		return -1;
	k.want = binding_wants(binding, &k.n_want);
	ro->fn = print_row;
	ro->ctx = &k;
	r = o->output ? rows_out_open(&csv, o->output, NULL, false, e) : 0;
	if (r == 0 && o->output) {
		k.csv = &csv;
		r = write_header(&k, e);
	}
	if (r == 0)
		r = replay_run(&n, binding, ro, e);
	if (r == 0 && k.csv)
		r = rows_out_commit(&csv, e);
	else if (k.csv)
		rows_out_drop(&csv);
	if (r == 0) {
		uint64_t all = n.compared.rows + n.refused;
		double flips = 100 * (double)(n.compared.flips + n.refused) /
		    (double)all;

		print_compared(c, &n.compared, n.refused);
		if (n.refused)
			cli_warn(c, "%llu of %llu rows are refused, the first: "
			    "%s", (unsigned long long)n.refused,
			    (unsigned long long)all, n.why);
		if (o->max_flips >= 0 && flips > o->max_flips)
			r = err_set(e, ERR_NO, "%.3g %% of %llu rows would be "
			    "answered otherwise, more than %g %%", flips,
			    (unsigned long long)all, o->max_flips);
	}
	binding_free(binding);
	return r;
}

static int
replay_check(struct cli *c, void *opts, int argc, char **argv)
{
	(void)opts;
	(void)argv;
	return argc >= 2 ? 0 : cli_usage(c, "replay takes a model and a "
	    "request log, as model:churn@candidate .mlv/requests");
}

static int
replay_verb_run(struct cli *c, void *opts, int argc, char **argv)
{
	struct replay_verb *o = opts;
	struct replay_opts ro = { .path = argv + 1, .n_paths = (size_t)argc - 1,
	    .output = o->answer, .tolerance = o->tolerance, .filter = {
	    .version = o->version, .variant = o->variant } };
	struct err e = ERR_INIT;
	int r;

	if ((r = when_span_read(&ro.filter.since_us, &ro.filter.until_us, c,
	    &o->when)) != 0)
		return r;
	return replay(c, o, cli_model_name(c, argv[0]), &ro, &e) < 0 ?
	    cli_fail(c, &e) : EXIT_YES;
}

const struct verb verb_replay = {
	.name = "replay",
	.summary = "ask a model what was asked before: who gets another answer",
	.synopsis = "[-o FILE] [--max-flips PERCENT] [--since TIME] MODEL LOG...",
	.about =
"Asks MODEL every row of a request log and prints a record of each that would be\n"
"answered otherwise, or refused: time, id, unit, what was said, what would be,\n"
"and the greatest difference of two numbers.  At last how many rows there were,\n"
"and how far apart the numbers are by size.  With -o the rows go there, as\n"
"its ending says: .csv, .jsonl, .parquet, and .gz or .zst behind it; else as CSV.\n"
"\n"
"Another answer is another label, or a number further away than --tolerance;\n"
"without a label, another score that is the greatest.\n"
"\n"
"Exit status: 0 asked, 1 more than --max-flips, 2 usage, 3 trouble.\n"
"\n"
"example: mlv-serve replay model:churn@candidate .mlv/requests --since 1d \\\n"
"             --max-flips 2 -o otherwise.csv\n",
	.options = replay_options, .opts_size = sizeof(struct replay_verb),
	.defaults = &replay_defaults, .flags = VERB_JSON | VERB_CATALOG,
	.check = replay_check, .run = replay_verb_run,
};
