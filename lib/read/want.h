/*
 * read/want.h - a column that whoever reads rows asks for.
 */
#ifndef READ_WANT_H
#define READ_WANT_H

#include <stdbool.h>

#include "table/column.h"

struct table_want {
	const char *name;
	enum col_type type;	/* COL_RAW: the text, unread, but missing
				 * where a number's would be */
	bool optional;		/* absent: every row missing */
};

#endif
