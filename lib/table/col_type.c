/* Names and sizes of the types of columns. */
#include "table/col_type.h"

#include <string.h>

#include "table/column.h"

static const char *const type_names[] = {
	[COL_INT64] = "int64", [COL_FLOAT64] = "float64",
	[COL_BOOL] = "boolean", [COL_DATETIME] = "datetime",
	[COL_CATEGORY] = "category", [COL_TEXT] = "text",
	[COL_FLOAT32] = "float32", [COL_RAW] = "raw",
};

const char *
col_type_name(enum col_type type)
{
	return type_names[type];
}

bool
col_type_parse(const char *s, enum col_type *type)
{
	static const struct {
		const char *word;
		enum col_type type;
	} others[] = {
		{ "int", COL_INT64 }, { "integer", COL_INT64 },
		{ "float", COL_FLOAT64 }, { "double", COL_FLOAT64 },
		{ "number", COL_FLOAT64 }, { "float32", COL_FLOAT64 },
		{ "bool", COL_BOOL },
		{ "date", COL_DATETIME }, { "date-time", COL_DATETIME },
		{ "string", COL_CATEGORY },
	};

	for (size_t i = 0; i < COL_FLOAT32; i++) {
		if (strcmp(s, type_names[i]) == 0) {
			*type = (enum col_type)i;
			return true;
		}
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (strcmp(s, others[i].word) == 0) {
			*type = others[i].type;
			return true;
		}
	}
	return false;
}

size_t
col_type_size(enum col_type type)
{
	switch (type) {
	case COL_INT64:
	case COL_FLOAT64:
	case COL_DATETIME:
		return 8;
	case COL_BOOL:
		return 1;
	case COL_CATEGORY:
	case COL_TEXT:
	case COL_FLOAT32:
		return 4;
	case COL_RAW:
		return sizeof(struct raw_cell);
	}
	BUG("column type");
	return 0;
}

bool
col_type_is_number(enum col_type type)
{
	return type == COL_INT64 || type == COL_FLOAT64 ||
	    type == COL_FLOAT32 || type == COL_BOOL;
}

bool
col_type_is_text(enum col_type type)
{
	return type == COL_CATEGORY || type == COL_TEXT;
}
