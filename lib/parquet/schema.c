/* The leaves of a Parquet schema as columns with names, types and levels. */
#include <string.h>

#include "base/intern.h"
#include "parquet/internal.h"

#define DEPTH_MAX 32

enum { LIST = 3, MAP = 2 };		/* logical types of groups */
enum { CONVERTED_MAP = 1, CONVERTED_MAP_KEYS = 2, CONVERTED_LIST = 3 };

struct walk {
	struct parquet_file *f;
	const struct schema_element *el;
	size_t n, at;			/* elements; the next one */
	const char **path;		/* of each column, nothing left out */
};

/* What leads to the elements at hand. */
struct place {
	const char *name, *path;
	int def, rep, list_def, depth;
	bool hidden;			/* the child's name says nothing */
	bool list;			/* ... it repeats for a list: so may be
					 * that of a single grandchild */
};

static int
corrupt(struct err *e, const char *name, const char *what)
{
	return err_set(e, ERR_CORRUPT, "corrupt Parquet: column '%.200s': %s",
	    name, what);
}

static const char *
join_name(struct arena *a, const char *parent, const char *name, bool hidden)
{
	if (hidden && *parent != '\0')
		return parent;
	return *parent == '\0' ? name : arena_printf(a, "%s.%s", parent, name);
}

/* Types by the older way to write them; some of the newer are the same. */
static void
convert_type(struct parquet_column *c, const struct schema_element *el)
{
	switch (el->converted) {
	case 0: case 4: case 19: c->logical = PARQUET_TEXT; break;
	case 5: c->logical = PARQUET_DECIMAL; break;
	case 6: c->logical = PARQUET_DATE; break;
	case 7: case 8:
		c->logical = PARQUET_TIME;
		c->digits = el->converted == 7 ? 3 : 6;
		break;
	case 9: case 10:
		c->logical = PARQUET_TIMESTAMP;
		c->digits = el->converted == 9 ? 3 : 6;
		break;
	case 11: case 12: case 13: case 14: c->logical = PARQUET_UINT; break;
	case 21: c->logical = PARQUET_INTERVAL; break;
	default: break;
	}
}

static void
logical_type(struct parquet_column *c, const struct schema_element *el)
{
	switch (el->logical) {
	case 1: case 4: case 12: c->logical = PARQUET_TEXT; break;
	case 5: c->logical = PARQUET_DECIMAL; break;
	case 6: c->logical = PARQUET_DATE; break;
	case 7: c->logical = PARQUET_TIME; break;
	case 8: c->logical = PARQUET_TIMESTAMP; break;
	case 10:
		if (!el->is_signed)
			c->logical = PARQUET_UINT;
		break;
	case 14: c->logical = PARQUET_UUID; break;
	case 15: c->logical = PARQUET_FLOAT16; break;
	default: convert_type(c, el); return;
	}
	c->digits = el->unit;
}

/* Does the annotation fit what is stored? */
static bool
type_fits(const struct parquet_column *c)
{
	bool bytes = c->physical == PARQUET_BYTES ||
	    c->physical == PARQUET_FIXED;
	bool whole = c->physical == PARQUET_INT32 ||
	    c->physical == PARQUET_INT64;

	switch (c->logical) {
	case PARQUET_TEXT: return bytes;
	case PARQUET_UINT: return whole;
	case PARQUET_DECIMAL:
		return (bytes || whole) && c->scale >= 0 && c->scale <= 76 &&
		    (c->physical != PARQUET_FIXED || c->length <= 32);
	case PARQUET_DATE: return c->physical == PARQUET_INT32;
	case PARQUET_TIME: return whole && c->digits != 0;
	case PARQUET_TIMESTAMP:
		return c->physical == PARQUET_INT64 && c->digits != 0;
	case PARQUET_UUID: return c->physical == PARQUET_FIXED &&
		    c->length == 16;
	case PARQUET_FLOAT16: return c->physical == PARQUET_FIXED &&
		    c->length == 2;
	case PARQUET_INTERVAL: return c->physical == PARQUET_FIXED &&
		    c->length == 12;
	default: return true;
	}
}

static int
add_leaf(struct walk *w, const struct place *at,
    const struct schema_element *el, struct err *e)
{
	struct parquet_column *c = &w->f->col[w->f->cols];

	if (el->physical > PARQUET_FIXED)
		return corrupt(e, at->path, "of no known type");
	if (at->def > PARQUET_LEVEL_MAX || at->rep > PARQUET_LEVEL_MAX)
		return corrupt(e, at->path, "nested too deep");
	c->name = at->name;
	w->path[w->f->cols] = at->path;
	c->physical = (enum parquet_physical)el->physical;
	if (c->physical == PARQUET_FIXED) {
		if (el->length <= 0 || el->length > (1 << 20))
			return corrupt(e, at->path, "of no known length");
		c->length = (uint32_t)el->length;
	} else if (c->physical == PARQUET_INT96) {
		c->length = 12;
	}
	c->scale = el->scale;
	c->precision = el->precision;
	c->max_def = (uint8_t)at->def;
	c->max_rep = (uint8_t)at->rep;
	c->list_def = (uint8_t)at->list_def;
	logical_type(c, el);
	if (!type_fits(c))
		c->logical = PARQUET_PLAIN_VALUE;
	w->f->cols++;
	return 0;
}

/* Is a list's repeated group with one member an element of its own, as old
 * writers had it? */
static bool
is_element(const struct schema_element *el)
{
	size_t n = strlen(el->name);

	return strcmp(el->name, "array") == 0 || (n > 6 &&
	    strcmp(el->name + n - 6, "_tuple") == 0);
}

/* The element w->at and all below it. */
static int
walk_element(struct walk *w, const struct place *from, struct err *e)
{
	const struct schema_element *el;
	struct place at = *from;

	if (w->at >= w->n || at.depth > DEPTH_MAX)
		return corrupt(e, from->path, "a schema that ends too early");
	el = &w->el[w->at++];
	at.depth++;
	at.name = join_name(&w->f->arena, from->name, el->name, from->hidden);
	at.path = join_name(&w->f->arena, from->path, el->name, false);
	if (el->repetition < 0 || el->repetition > 2 || el->children < 0)
		return corrupt(e, at.path, "a schema that makes no sense");
	at.def += el->repetition != 0;
	at.rep += el->repetition == 2;
	if (el->repetition == 2)
		at.list_def = at.def;
	if (el->physical >= 0 && el->children == 0)
		return add_leaf(w, &at, el, e);
	at.hidden = el->logical == LIST || el->logical == MAP ||
	    el->converted == CONVERTED_LIST || el->converted == CONVERTED_MAP ||
	    el->converted == CONVERTED_MAP_KEYS;
	at.list = el->logical == LIST || el->converted == CONVERTED_LIST;
	if (from->list && el->repetition == 2 && el->children == 1 &&
	    !is_element(el))
		at.hidden = true;
	for (int32_t i = 0; i < el->children; i++)
		if (walk_element(w, &at, e) != 0)
			return -1;
	return 0;
}

/* Two columns of one name get their whole paths. */
static int
separate_names(struct walk *w, struct err *e)
{
	struct intern *seen = intern_new();
	struct parquet_file *f = w->f;
	int r = 0;

	for (size_t i = 0; i < f->cols; i++) {
		size_t before = intern_count(seen);

		if (intern_add(seen, f->col[i].name, strlen(f->col[i].name)) ==
		    before)
			continue;
		f->col[i].name = w->path[i];
		before = intern_count(seen);
		if (r == 0 && intern_add(seen, f->col[i].name,
		    strlen(f->col[i].name)) != before)
			r = err_set(e, ERR_FORMAT, "two columns are called "
			    "'%.200s'", f->col[i].name);
	}
	for (size_t i = 0; i < f->cols && r == 0; i++)
		if (*f->col[i].name == '\0')
			r = err_set(e, ERR_FORMAT, "column %zu has no name",
			    i + 1);
	intern_free(seen);
	return r;
}

int
parquet_leaves(struct parquet_file *f, const struct schema_element *s,
    size_t n, struct err *e)
{
	struct walk w = { f, s, n, 1, NULL };
	const struct place root = { "", "", 0, 0, 0, 0, false, false };

	if (n == 0 || s[0].children < 0 || s[0].physical >= 0)
		return err_set(e, ERR_CORRUPT, "corrupt Parquet: no schema");
	f->col = arena_alloc(&f->arena, n * sizeof(*f->col));
	w.path = arena_alloc(&f->arena, n * sizeof(*w.path));
	for (int32_t i = 0; i < s[0].children; i++)
		if (walk_element(&w, &root, e) != 0)
			return -1;
	if (w.at != n)
		return err_set(e, ERR_CORRUPT, "corrupt Parquet: a schema that "
		    "does not end");
	if (f->cols > PARQUET_COLUMNS_MAX)
		return err_set(e, ERR_TOOBIG, "more than %d columns",
		    PARQUET_COLUMNS_MAX);
	return separate_names(&w, e);
}
