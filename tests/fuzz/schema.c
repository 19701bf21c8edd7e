/* A schema that can be read is written as YAML and as JSON and means the
 * same again; rows are held against it. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "codec/yaml.h"
#include "quality/check.h"
#include "quality/foreign.h"
#include "quality/schema.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static int
add_row(void *ctx, const char *row, size_t n, struct err *e)
{
	buf_add(ctx, row, n);
	return buf_check(ctx, e);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const char *const rows[] = {
	    "a,b,c\n1,x,2026-01-02\n2,y,\n2,,no\n",
	    "{\"a\":1,\"b\":\"\\u0078\",\"d\":[1]}\n{\"a\":{},\"c\":null}\n" };
	struct arena a = { 0 };
	struct schema_left left;
	struct schema *s, *t;
	struct err e = ERR_INIT;
	struct buf one, two;
	struct check c;

	buf_init(&one, BUF_CAP_DOC);
	buf_init(&two, BUF_CAP_DOC);
	if (schema_import(&s, &left, &a, (const char *)data, n, &e) == 0) {
		json_write(&one, schema_json(&a, s));
		if (yaml_write(&two, schema_json(&a, s), &e) == 0 &&
		    two.len < ((size_t)1 << 19)) {
			if (schema_parse(&t, &a, two.data, two.len, &e) != 0)
				abort();
			buf_clear(&two);
			json_write(&two, schema_json(&a, t));
			if (strcmp(one.data, two.data) != 0)
				abort();
		}
		for (int i = 0; i < 2; i++) {
			const struct check_input in = { rows[i],
			    strlen(rows[i]), NULL };

			const struct check_rows to = { add_row, add_row, NULL,
			    &one };

			buf_clear(&one);
			if (check_table(&c, &to, &in, s, &e) == 0)
				check_release(&c);
		}
	}
	buf_free(&one);
	buf_free(&two);
	arena_free(&a);
	return 0;
}
