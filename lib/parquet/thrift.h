/*
 * parquet/thrift.h - Thrift's compact protocol, pulled field by field.
 * Private to lib/parquet.
 *
 * Whatever is wrong sets `bad`, after which every call gives nothing, so a
 * parser asks once at its end.
 *
 *	struct thrift_struct s = THRIFT_STRUCT_INIT;
 *
 *	while (thrift_field(t, &s))
 *		switch (s.id) {
 *		case 1: x = thrift_int(t, &s); break;
 *		default: thrift_skip(t, &s);
 *		}
 */
#ifndef PARQUET_THRIFT_H
#define PARQUET_THRIFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum thrift_type {
	THRIFT_TRUE = 1, THRIFT_FALSE, THRIFT_BYTE, THRIFT_I16, THRIFT_I32,
	THRIFT_I64, THRIFT_DOUBLE, THRIFT_BINARY, THRIFT_LIST, THRIFT_SET,
	THRIFT_MAP, THRIFT_STRUCT
};

struct thrift {
	const uint8_t *p, *end;
	bool bad;
	int depth;
};

/* The field at hand of a struct that is being read. */
struct thrift_struct {
	int16_t id;
	uint8_t type;
};
#define THRIFT_STRUCT_INIT { 0, 0 }

/* The next field; false at the end of the struct, and when it is bad. */
bool thrift_field(struct thrift *t, struct thrift_struct *s);
/* The value of the field; one of another type makes it bad. */
int64_t thrift_int(struct thrift *t, const struct thrift_struct *s);
bool thrift_bool(struct thrift *t, const struct thrift_struct *s);
const char *thrift_bytes(struct thrift *t, const struct thrift_struct *s,
    size_t *n);
/* Elements of the list that the field is, all of that type. */
size_t thrift_list(struct thrift *t, const struct thrift_struct *s,
    enum thrift_type of);
/* Is the field a struct, to be read now?  One nested too deep is bad. */
bool thrift_enter(struct thrift *t, const struct thrift_struct *s);
void thrift_leave(struct thrift *t);
void thrift_skip(struct thrift *t, const struct thrift_struct *s);

#endif
