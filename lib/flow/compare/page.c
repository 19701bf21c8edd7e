/* The page: what differs, in tables; the code's changes as they were. */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "flow/compare/internal.h"
#include "store/odb.h"
#include "track/find.h"

#define COLUMNS 7		/* runs in a table */
#define CODE_BYTES ((size_t)16384)	/* of a change, shown */

static const struct {
	const char *heading;
	const char *prefixes[5];
} sections[] = {
	{ "Parameters", { "params.", NULL } },
	{ "Metrics", { "metrics.", NULL } },
	{ "Code", { "git.", "code ", NULL } },
	{ "Data", { "input ", "train ", "valid ", NULL } },
	{ "What came of it", { "status", "output ", "usage.", NULL } },
};

static bool
is_of(const char *field, const char *const *prefixes)
{
	for (; *prefixes; prefixes++)
		if (strncmp(field, *prefixes, strlen(*prefixes)) == 0)
			return true;
	return false;
}

/* Digests are cut: the page is for people. */
static const char *
cell(struct page *p, const char *text)
{
	if (text == NULL)
		return "\xe2\x80\x93";
	if (strncmp(text, "sha256:", 7) == 0)
		return arena_strndup(&p->a, text, 19);
	return text;
}

static void
put_table(struct page *p, const char *const *prefixes, size_t from, size_t n)
{
	const char *cells[COLUMNS + 1] = { "" };

	for (size_t i = 0; i < n; i++)
		cells[i + 1] = p->name[from + i];
	doc_table_open(&p->d, cells, n + 1, NULL);
	for (size_t k = 1; k < p->diff.n_lines; k++) {
		const struct run_diff_line *l = &p->diff.line[k];

		if (!l->differs || !is_of(l->field, prefixes))
			continue;
		cells[0] = l->field;
		for (size_t i = 0; i < n; i++)
			cells[i + 1] = cell(p, l->text[from + i]);
		doc_row(&p->d, cells);
	}
	doc_table_close(&p->d);
}

static void
put_section(struct page *p, size_t s)
{
	size_t differ = 0;

	for (size_t k = 1; k < p->diff.n_lines; k++)
		differ += p->diff.line[k].differs && is_of(
		    p->diff.line[k].field, sections[s].prefixes);
	doc_heading(&p->d, 2, sections[s].heading);
	if (differ == 0)
		doc_paragraph(&p->d, "No difference.");
	for (size_t from = 0; differ && from < p->n; from += COLUMNS)
		put_table(p, sections[s].prefixes, from, p->n - from < COLUMNS ?
		    p->n - from : COLUMNS);
}

/* What was not committed when the run began. */
static int
put_change(struct page *p, size_t i, struct err *e)
{
	const struct run *r = &p->run[i];
	struct buf b;
	int result = 0;

	for (size_t k = 0; k < r->n_links && result == 0; k++) {
		if (strcmp(r->link[k].rel, "diff") != 0)
			continue;
		buf_init(&b, BUF_CAP_DOC);
		result = odb_get(&b, catalog_odb(p->c), &r->link[k].id, e);
		if (result == 0 && b.len) {
			doc_heading(&p->d, 3, arena_printf(&p->a,
			    "Not committed in %s", p->name[i]));
			doc_code(&p->d, b.data, b.len < CODE_BYTES ? b.len :
			    CODE_BYTES);
			if (b.len > CODE_BYTES)
				doc_paragraph(&p->d, "It goes on.");
		}
		buf_free(&b);
	}
	return result;
}

/* ---- all of it ---- */

static int
read_runs(struct page *p, const char *const *runs, struct err *e)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct run *r = &p->run[i];
		size_t n;

		if (run_read(&p->run[i], p->c, runs[i], e) < 0)
			return -1;
		n = strlen(r->id);
		p->name[i] = *r->name ? arena_printf(&p->a, "%s %s", r->name,
		    r->id + (n > 5 ? n - 5 : 0)) : arena_strdup(&p->a, r->id);
	}
	return run_diff_read(&p->diff, p->c, runs, p->n, e);
}

static int
write_page(struct page *p, struct err *e)
{
	int r = 0;

	page_axes(p);
	page_curves(p);
	for (size_t s = 0; s < sizeof(sections) / sizeof(*sections) && r == 0;
	    s++) {
		put_section(p, s);
		for (size_t i = 0; r == 0 && i < p->n && strcmp(
		    sections[s].heading, "Code") == 0; i++)
			r = put_change(p, i, e);
	}
	doc_heading(&p->d, 2, "The runs");
	for (size_t i = 0; i < p->n; i++)
		doc_fact(&p->d, p->name[i], arena_printf(&p->a, "run:%s, %s",
		    p->run[i].id, run_status_text(p->run[i].status)));
	return r;
}

int
compare_page(struct buf *out, struct catalog *c, const char *const *runs,
    size_t n, struct err *e)
{
	struct page p = { .c = c, .n = n };
	int r;

	if (n > COMPARE_RUNS)
		return err_set(e, ERR_USAGE, "%zu runs are too many for a "
		    "page: at most %d", n, COMPARE_RUNS);
	p.run = xalloc(n, sizeof(*p.run));
	p.name = xalloc(n, sizeof(*p.name));
	r = read_runs(&p, runs, e);
	if (r == 0) {
		doc_open(&p.d, out, DOC_HTML, arena_printf(&p.a,
		    "%zu runs compared", n));
		r = write_page(&p, e);
		doc_close(&p.d);
	}
	if (r == 0)
		r = buf_check(out, e);
	for (size_t i = 0; i < n; i++)
		run_free(&p.run[i]);
	run_diff_release(&p.diff);
	arena_free(&p.a);
	free(p.name);
	free(p.run);
	return r;
}
