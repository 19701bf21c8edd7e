/* Columns of a table gathered, selected, dropped and converted. */
#include "table/table.h"

#include "read/whole.h"
#include "../tap.h"

static void
columns(void)
{
	static const char *const two[] = { "c", "a" };
	static const char *const none[] = { "aa" }, *const far[] = { "abc" };
	static const size_t pick[] = { 2, 0 };
	struct err e = ERR_INIT;
	struct table *t, *g;
	const char *text = "a,b,c\n1,x,0.5\n,y,\n3,x,2\n";

	ok(table_read(&t, text, strlen(text), NULL, &e) == 0, "read");
	ok(table_gather(&g, t, pick, 2, &e) == 0 && g->rows == 2 &&
	    g->col[0].i64[0] == 3 && g->col[0].missing == 0 &&
	    g->col[1].code[0] == g->col[1].code[1], "rows gathered");
	table_free(g);
	ok(column_convert(&t->col[0], COL_FLOAT64, &e) == 0 &&
	    t->col[0].f64[2] == 3 && isnan(t->col[0].f64[1]) &&
	    t->col[0].missing == 1, "integers as floats");
	ok(column_convert(&t->col[0], COL_CATEGORY, &e) == 0 &&
	    intern_count(t->col[0].dict) == 2, "floats as categories");
	ok(column_convert(&t->col[0], COL_INT64, &e) == 0 &&
	    t->col[0].i64[2] == 3, "and back");
	ok(column_convert(&t->col[1], COL_FLOAT64, &e) != 0 &&
	    strcmp(e.msg, "column 'b', row 1: 'x' is not a number") == 0 &&
	    t->col[1].type == COL_CATEGORY, "what cannot be is refused");
	ok(table_select(t, none, 1, &e) != 0 &&
	    strcmp(e.msg, "no column 'aa'; is it 'a'?") == 0, "nearest name");
	ok(table_select(t, far, 1, &e) != 0 &&
	    strcmp(e.msg, "no column 'abc'") == 0, "half another is no nearest");
	ok(table_select(t, two, 2, &e) == 0 && t->cols == 2 &&
	    strcmp(t->col[0].name, "c") == 0, "selected, in that order");
	ok(table_drop(t, two, 1, &e) == 0 && t->cols == 1 &&
	    strcmp(t->col[0].name, "a") == 0, "dropped");
	table_free(t);
}

int
main(void)
{
	columns();
	return tap_done();
}
