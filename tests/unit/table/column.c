/* Storage of a column: grown, emptied, its dictionary renewed. */
#include "table/column.h"

#include "table/column_set.h"
#include "../tap.h"

static void
grow(void)
{
	struct err e = ERR_INIT;
	struct column c;

	ok(column_init(&c, "x", COL_FLOAT64, 3, &e) == 0, "three rows");
	column_set_missing(&c, 1);
	c.f64[2] = 7;
	ok(column_grow(&c, 200, &e) == 0 && c.room == 200, "room for 200");
	is_int(c.rows, 3, "rows stay");
	ok(c.f64[2] == 7, "cells stay");
	ok(column_missing(&c, 1), "a missing cell stays missing");
	ok(!column_missing(&c, 63) && !column_missing(&c, 199),
	    "new cells are not missing");
	ok(column_grow(&c, 10, &e) == 0 && c.room == 200, "room never shrinks");
	column_set_missing(&c, 199);
	is_int(c.missing, 2, "cells of the new room can be missing");
	column_clear(&c, COLUMN_DICT_MAX);
	ok(c.rows == 0 && c.missing == 0 && c.room == 200, "emptied");
	ok(!column_missing(&c, 199), "with nothing missing");
	column_release(&c);
}

static void
dictionaries(void)
{
	struct err e = ERR_INIT;
	struct column c;

	ok(column_init(&c, "s", COL_CATEGORY, 4, &e) == 0, "strings");
	ok(column_set_text(&c, 0, "a", 1, &e) == 0 &&
	    column_set_text(&c, 1, "b", 1, &e) == 0, "two of them");
	column_clear(&c, 2);
	is_int(c.dict_generation, 0, "a dictionary of two may have two");
	is_int(intern_count(c.dict), 2, "and stays");
	column_clear(&c, 1);
	is_int(c.dict_generation, 1, "a larger one is begun anew");
	is_int(intern_count(c.dict), 0, "empty");
	column_release(&c);
}

static void
raw_cells(void)
{
	struct err e = ERR_INIT;
	struct column c;

	ok(column_init(&c, "r", COL_RAW, 1, &e) == 0 &&
	    column_track_missing(&c, &e) == 0, "raw cells");
	ok(c.valid == NULL, "need no bits");
	ok(column_missing(&c, 0), "and are missing until set");
	column_release(&c);
}

/* Of every type, the third of five missing, all but the first asked for. */
static void
ranges(void)
{
	static const enum col_type types[] = { COL_INT64, COL_DATETIME, COL_FLOAT64, COL_FLOAT32, COL_BOOL };

	for (size_t t = 0; t < sizeof(types) / sizeof(*types); t++) {
		struct err e = ERR_INIT;
		struct column c;
		double got[4];
		size_t same = 0;

		ok(column_init(&c, "x", types[t], 5, &e) == 0 && column_track_missing(&c, &e) == 0, "five rows");
		for (size_t i = 0; i < 5; i++)
			if (i == 2)
				column_set_missing(&c, i);
			else
				ok(column_set_number(&c, i, (double)(i % 2), &e) == 0, "row %zu is set", i);
		column_numbers(got, &c, 1, 4);
		for (size_t i = 1; i < 5; i++)
			same += i == 2 ? isnan(got[1]) : got[i - 1] == column_number(&c, i) && got[i - 1] == (double)(i % 2);
		is_int(same, 4, "%s: a range is what its rows are", col_type_name(types[t]));
		column_release(&c);
	}
}

int
main(void)
{
	ranges();
	grow();
	dictionaries();
	raw_cells();
	return tap_done();
}
