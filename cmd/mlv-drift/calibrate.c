/* mlv-drift calibrate: thresholds from the reference itself. */
#include <string.h>

#include "base/file.h"
#include "base/num.h"
#include "cli/cli.h"
#include "cli/reading.h"
#include "drift/thresholds.h"
#include "side.h"
#include "verbs.h"

struct calibrate_verb {
	struct reading read;
	struct texts column, exclude, rows;
	double rate;
	int64_t seed;
	const char *output;
};

static const struct opt calibrate_options[] = {
	{ OPT_NUM, 0, "rate", offsetof(struct calibrate_verb, rate),
	    "SHARE", "windows in which some column may cry wolf (0.01)",
	    .low = 0.001, .high = 0.5 },
	{ OPT_LIST, 0, "rows", offsetof(struct calibrate_verb, rows),
	    "N,...", "sizes of a window (100, 300, 1000 ... that fit)" },
	{ OPT_TEXT, 'o', "output", offsetof(struct calibrate_verb, output),
	    "FILE", "there instead of to standard output" },
	{ OPT_LIST, 'c', "column", offsetof(struct calibrate_verb, column),
	    "NAME,...", "these columns alone" },
	{ OPT_LIST, 'x', "exclude", offsetof(struct calibrate_verb,
	    exclude), "COLUMN,...", "leave these columns out" },
	{ OPT_INT, 0, "seed", offsetof(struct calibrate_verb, seed), "N",
	    "of the draws (1)", .high = INFINITY },
	READING_OPTIONS(struct calibrate_verb, read),
	OPT_END
};

static int
parse_rows(uint64_t *rows, struct cli *c, const struct calibrate_verb *o)
{
	if (o->rows.n > THRESHOLDS_SIZES)
		return cli_usage(c, "--rows takes at most %d sizes",
		    THRESHOLDS_SIZES);
	for (size_t i = 0; i < o->rows.n; i++)
		if (!num_parse_u64(o->rows.v[i], strlen(o->rows.v[i]),
		    &rows[i]))
			return cli_usage(c, "--rows takes numbers of rows, "
			    "not '%s'", o->rows.v[i]);
	return 0;
}

static int
draw_rows(struct buf *out, const struct table *t,
    const struct calibrate_verb *o, const uint64_t *rows, struct err *e)
{
	struct binned_opts bo = { .only = o->column.v, .n_only = o->column.n,
	    .exclude = o->exclude.v, .n_exclude = o->exclude.n };
	struct thresholds th = { 0 };
	struct binned b = { 0 };
	size_t at;
	int r = 0;

	for (size_t i = 0; r == 0 && i < o->exclude.n; i++)
		r = table_index(&at, t, o->exclude.v[i], e);
	if (r == 0)
		r = binned_of_table(&b, t, &bo, e);
	if (r == 0)
		r = thresholds_draw(&th, &b, t, o->rate, rows, o->rows.n,
		    (uint64_t)o->seed, e);
	if (r == 0)
		thresholds_write(out, &th);
	thresholds_release(&th);
	binned_release(&b);
	return r == 0 ? buf_check(out, e) : r;
}

static int
put(struct cli *c, const struct calibrate_verb *o, const struct buf *b,
    struct err *e)
{
	if (o->output == NULL) {
		out_raw(&c->out, b->data, b->len);
		return 0;
	}
	return file_replace(os_real(), o->output, b->data, b->len, 0666, e);
}

static int
calibrate_run(struct cli *c, void *opts, int argc, char **argv)
{
	const struct calibrate_verb *o = opts;
	uint64_t rows[THRESHOLDS_SIZES];
	struct table_read_opts user;
	struct side ref = { 0 };
	struct err e = ERR_INIT;
	struct buf b;
	int status, r;

	if (argc != 1)
		return cli_usage(c, "give the reference");
	if ((status = reading_opts(&user, c, &o->read)) != 0 ||
	    (status = parse_rows(rows, c, o)) != 0)
		return status;
	buf_init(&b, BUF_CAP_DOC);
	r = side_open(&ref, c->catalog, argv[0], &user, &e);
	if (r == 0 && ref.t == NULL)
		r = err_set(&e, ERR_UNSUPPORTED, ref.p != NULL ? "a profile "
		    "has no rows to be drawn: name its data" : "no rows in "
		    "the reference");
	if (r == 0)
		r = draw_rows(&b, ref.t, o, rows, &e);
	if (r == 0)
		r = put(c, o, &b, &e);
	side_close(&ref);
	buf_free(&b);
	return r < 0 ? cli_fail(c, &e) : EXIT_YES;
}

static const struct calibrate_verb defaults = { .rate = 0.01, .seed = 1 };

const struct verb verb_calibrate = {
	.name = "calibrate",
	.summary = "thresholds from the reference, at a stated rate of false alarms",
	.synopsis = "[options] REFERENCE",
	.about =
"Draws windows from the reference itself, holds each against the rest of it,\n"
"and writes from which distance on a column differs by more than chance: of\n"
"--rate of the windows of that size some column reaches its threshold.  The\n"
"file is what mlv-drift watch --thresholds reads.\n"
"\n"
"example: mlv-drift calibrate --rate 0.01 data:churn-train -o churn.thresholds\n",
	.options = calibrate_options,
	.opts_size = sizeof(struct calibrate_verb), .defaults = &defaults,
	.flags = VERB_CATALOG | VERB_EVENTS, .run = calibrate_run,
};
