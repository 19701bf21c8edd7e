/* Training rows read in parts give the model that those read whole give. */
#include <stdlib.h>
#include <unistd.h>

#include "../../tap.h"
#include "base/buf.h"
#include "flow/fit/internal.h"

#define ROWS 3000
#define PART 8192		/* bytes */

static const char csv[] = "parts.test.csv", made[] = "parts.test.onnx";

struct how {
	const char *learner;
	bool late_fraction;	/* whole numbers, until late ones are none */
	bool late_word;
	bool few;		/* two rows, again and again */
	bool quoted;
	bool holes;			/* rows without a target */
	bool zeros;		/* below nothing, until late ones are not */
};

/* Every ninth row, and all of some parts. */
static bool
has_target(const struct how *h, int row)
{
	return !h->holes || (row % 9 != 4 && !(row > 700 && row < 1500));
}

static void
write_rows(const struct how *h)
{
	FILE *f = fopen(csv, "w");

	fputs("id,a,b,late,on,day,kind,w,gone,y\r\n", f);
	for (int i = 0; i < ROWS; i++) {
		int k = h->few ? 1 : i;
		unsigned r = (unsigned)k * 2654435761u;
		bool late = i > ROWS * (h->zeros ? 19 : 15) / 20;

		fprintf(f, "u%d,%u.%03u,", i, r % 7, r / 7 % 1000);
		if (k % 11)
			fprintf(f, "%d", (int)(r % 2001) - 1000);
		fprintf(f, ",%s", late && h->late_word && i % 97 == 0 ? "n.a." :
		    late && h->late_fraction ? "0.1" : h->zeros ? "-0" :
		    i < ROWS / 2 ? "" : "7");
		fprintf(f, ",%s,2024-01-%02u,", r % 3 ? "true" : "false",
		    r % 28 + 1);
		if (h->quoted)
			fprintf(f, "\"one\r\n\"\"%u\"\"\"", r % 4);
		else
			fprintf(f, "%c", "xyz"[r % 3]);
		fprintf(f, ",%u,,%s\r\n", r % 3 + 1, !has_target(h, i) ? "" : (h->few ? i % 2 : r / 16 %
		    5 + (r % 3 == 0) > 2) ? "yes" : "no");
	}
	fclose(f);
}

static struct fit_request
request(const struct how *h, size_t bytes, int threads)
{
	static const char *const drop[] = { "id" }, *const numeric[] = { "day" };

	return (struct fit_request){ .data = csv, .output = made,
	    .parts_bytes = bytes, .frame = { .target = "y", .weight = "w",
	    .drop = drop, .n_drop = 1, .numeric = numeric, .n_numeric = 1 },
	    .drop_missing = h->holes,
	    .learn = { .name = h->learner, .threads = threads } };
}

static bool
fitted(struct buf *out, const struct how *h, size_t bytes, int threads)
{
	struct fit_request rq = request(h, bytes, threads);
	struct fit_outcome got;
	struct err e = ERR_INIT;
	struct catalog *c;
	bool done;

	buf_init(out, BUF_CAP_DATA);
	if (catalog_open(&c, NULL, NULL, &e) < 0)
		return false;
	done = fit_model(&got, c, &rq, &e) == 0 && file_read(out, made, &e) ==
	    0;
	if (done)
		fit_outcome_release(&got);
	else
		printf("# %s\n", e.msg);
	catalog_close(c);
	unlink(made);
	return done;
}

/* Are they read in parts, that far? */
static bool
in_parts(const struct how *h)
{
	struct fit_request rq = request(h, PART, 2);
	struct fitting f = { .rq = &rq, .frame_opts = rq.frame,
	    .learn = rq.learn };
	struct err e = ERR_INIT;
	size_t rows = 0;
	bool is;

	for (int i = 0; i < ROWS; i++)
		rows += has_target(h, i);
	if (catalog_open(&f.c, NULL, NULL, &e) < 0)
		return false;
	is = fit_find_inputs(&f, &e) == 0 && fit_load_parts(&f) &&
	    f.data.table->rows == rows && f.data.dropped == ROWS - rows;
	fit_input_release(&f.data);
	arena_free(&f.arena);
	catalog_close(f.c);
	return is;
}

static void
gives_the_same(const struct how *h, bool parts, const char *what)
{
	struct buf whole, one, two;

	write_rows(h);
	ok(in_parts(h) == parts, "%s: %s", what, parts ? "in parts" : "whole");
	ok(fitted(&whole, h, (size_t)1 << 30, 1) &&
	    fitted(&one, h, PART, 1) && fitted(&two, h, PART, 2) &&
	    whole.len > 1000, "%s: three models", what);
	ok(whole.len == one.len && whole.len == two.len &&
	    memcmp(whole.data, one.data, whole.len) == 0 &&
	    memcmp(whole.data, two.data, whole.len) == 0,
	    "%s: the same bytes", what);
	buf_free(&whole);
	buf_free(&one);
	buf_free(&two);
	unlink(csv);
}

int
main(void)
{
	gives_the_same(&(struct how){ "logistic" }, true,
	    "a column empty at first");
	gives_the_same(&(struct how){ "gbdt", .late_fraction = true }, true,
	    "whole numbers that end in fractions");
	gives_the_same(&(struct how){ "logistic", .late_fraction = true,
	    .zeros = true }, true, "zeros below nothing among fractions");
	gives_the_same(&(struct how){ "logistic", .quoted = true }, true,
	    "line ends in quotes");
	gives_the_same(&(struct how){ "logistic", .few = true }, true,
	    "drawn rows that may be those of training");
	gives_the_same(&(struct how){ "gbdt", .holes = true }, true,
	    "rows without a target");
	gives_the_same(&(struct how){ "logistic", .holes = true,
	    .late_fraction = true }, true, "rows without a target, read again");
	gives_the_same(&(struct how){ "gbdt", .late_word = true }, false,
	    "numbers that end in words");
	return tap_done();
}
