/*
 * table/col_type.h - what the cells of a column are, and how they are
 * written.
 */
#ifndef TABLE_COL_TYPE_H
#define TABLE_COL_TYPE_H

#include <stdbool.h>
#include <stddef.h>

enum col_type {
	COL_INT64, COL_FLOAT64, COL_BOOL, COL_DATETIME, COL_CATEGORY,
	COL_TEXT,
	COL_FLOAT32,		/* model outputs; never inferred */
	COL_RAW			/* cells carried through; only from a reader */
};

/* How the cells of a column are written (table/form.h). */
enum cell_form {
	FORM_PLAIN,
	FORM_MONEY,		/* $1,234.50  (12.00)  12 EUR  1,234 */
	FORM_COMMA,		/* 1.234,50  1,5  12,00 EUR */
	FORM_PERCENT,		/* 27.2%: 0.272 */
	FORM_PERCENT_COMMA,	/* 27,2 % */
	FORM_YMD,		/* 2024/08/07  2024.8.7 */
	FORM_DMY,		/* 07/08/2024  7.8.2024 */
	FORM_MDY		/* 08/07/2024 */
};

/* "int64" "float64" "boolean" "datetime" "category" "text" "float32" "raw" */
const char *col_type_name(enum col_type type);
/* The type a column can be read as: the first six, and int, float, double,
 * number, float32 (all float64), bool, date, string.  False for others. */
bool col_type_parse(const char *s, enum col_type *type);
size_t col_type_size(enum col_type type);	/* bytes a row */
bool col_type_is_number(enum col_type type);	/* int64, floats, boolean */
bool col_type_is_text(enum col_type type);	/* category, text */

#endif
