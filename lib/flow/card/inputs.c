/* Inputs of a model, as training saw them, and its outputs. */
#include <math.h>
#include <string.h>

#include "base/utf8.h"
#include "doc/spark.h"
#include "flow/card/internal.h"
#include "model/meta.h"
#include "profile/profile.h"

#define SHAPE 12		/* characters of a column's shape */

/* "0 to 72", or the first values. */
static const char *
seen_text(struct card *k, const struct profile_column *c)
{
	struct buf b;
	char *s;
	size_t i;

	if (c->is_number)
		return c->finite ? arena_printf(&k->a, "%.6g to %.6g", c->min,
		    c->max) : "";
	buf_init(&b, BUF_CAP_SMALL);
	for (i = 0; i < c->words && i < 5; i++)
		buf_addf(&b, "%s%.*s", i ? ", " : "", (int)utf8_cut(
		    c->word[i].s, c->word[i].len, 40), c->word[i].s);
	if (i < c->distinct)
		buf_addf(&b, "%s... (%s%llu values)", i ? ", " : "",
		    c->complete ? "" : "about ", (unsigned long long)
		    c->distinct);
	s = arena_strdup(&k->a, b.data);
	buf_free(&b);
	return s;
}

/* Shares by twelfth of the range, or of the first values. */
static const char *
shape_text(struct card *k, const struct profile_column *c)
{
	double share[SHAPE] = { 0 }, before = 0;
	size_t n = 0;
	struct buf b;
	char *s;

	if (c->is_number && c->finite && c->min < c->max) {
		for (n = 0; n < SHAPE; n++) {
			double at = c->min + (c->max - c->min) *
			    (double)(n + 1) / SHAPE, low, high;

			profile_cdf(c, n + 1 < SHAPE ? at : c->max, &low,
			    &high);
			share[n] = (low + high) / 2 - before;
			before = (low + high) / 2;
		}
	} else if (!c->is_number) {
		for (; n < c->words && n < SHAPE; n++)
			share[n] = (double)c->word[n].n;
	}
	buf_init(&b, BUF_CAP_SMALL);
	plot_shares(&b, share, n, SHAPE);
	s = arena_strdup(&k->a, b.data);
	buf_free(&b);
	return s;
}

static void
keep_input(struct card *k, const char *const cells[5])
{
	struct json *j = json_add_map(&k->a, k->inputs, NULL);

	json_add_text(&k->a, j, "name", cells[0]);
	json_add_text(&k->a, j, "type", cells[1]);
	json_add_text(&k->a, j, "seen", cells[2]);
	json_add_text(&k->a, j, "missing", cells[4]);
}

static void
write_input(struct card *k, const struct table_want *w,
    const struct profile *p)
{
	struct profile_column c;
	bool known = p && profile_find(&c, p, w->name);
	const char *cells[5] = { w->name, w->type == COL_CATEGORY ?
	    "category" : w->type == COL_FLOAT64 ? "number" :
	    col_type_name(w->type), "", "", "" };

	if (known) {
		cells[2] = seen_text(k, &c);
		cells[3] = shape_text(k, &c);
		cells[4] = c.rows ? arena_printf(&k->a, "%.2f %%", 100 *
		    (double)c.missing / (double)c.rows) : "";
	}
	doc_row(&k->d, cells);
	keep_input(k, cells);
}

void
card_inputs(struct card *k)
{
	const char *heads[] = { "input", "type", "in training", "shape",
	    "missing" };
	const char *text = card_meta(k, META_PROFILE);
	struct profile *profile = NULL;
	struct err ignored;
	const struct table_want *want;
	const struct binding_column *out;
	size_t n;

	card_heading(k, "Inputs and outputs");
	if (text && profile_parse(&profile, text, strlen(text), &ignored) < 0)
		profile = NULL;
	if (profile == NULL)
		card_lacks(k, "Training profile");
	want = binding_wants(k->binding, &n);
	doc_table_open(&k->d, heads, 5, "llllr");
	for (size_t i = 0; i < n; i++)
		write_input(k, &want[i], profile);
	doc_table_close(&k->d);
	profile_free(profile);
	out = binding_columns(k->binding, &n);
	doc_list_open(&k->d);
	for (size_t i = 0; i < n; i++)
		doc_item(&k->d, arena_printf(&k->a, "%s (%s)", out[i].name,
		    col_type_name(out[i].type)));
	doc_list_close(&k->d);
}
