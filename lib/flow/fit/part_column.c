/* One column of rows that are read in parts. */
#include "flow/fit/parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "table/cell.h"
#include "table/form.h"

#define LANE ((size_t)1024)	/* numbers taken at once */
#define WHOLE_FLOAT (1 << 24)	/* to here every whole number is one */

bool
part_column_is_number(const struct part_column *c)
{
	return c->feature && (c->type == COL_INT64 || c->type == COL_FLOAT64);
}

enum outcome
part_column_settle(struct part_column *p, struct column *c)
{
	bool some = c->missing < c->rows || p->forced;
	struct err ignored = ERR_INIT;

	if (c->type == COL_TEXT) {
		if (p->forced && !p->dropped)
			return READ_WHOLE;
		c->type = COL_CATEGORY;
	}
	if (some && !p->known) {
		p->known = true;
		if (p->type != c->type) {
			p->type = c->type;
			return AGAIN;
		}
	}
	if (c->type == p->type)
		return GOES_ON;
	if (some && p->type == COL_INT64 && c->type == COL_FLOAT64) {
		p->type = COL_FLOAT64;
		return AGAIN;
	}
	if (some && (p->type != COL_FLOAT64 || c->type != COL_INT64))
		return READ_WHOLE;
	return column_convert(c, p->type, &ignored) == 0 ? GOES_ON :
	    READ_WHOLE;
}

static void
set_missing(struct column *to, size_t row)
{
	to->valid[row >> 6] &= ~((uint64_t)1 << (row & 63));
	to->missing++;
}

/* Who has some that are missing has bits for all rows. */
static bool
track_missing(struct column *to, const struct column *from, size_t room)
{
	struct err ignored = ERR_INIT;

	if (from->missing == 0 || to->valid)
		return true;
	if (to->room < room)
		to->room = room;
	return column_track_missing(to, &ignored) == 0;
}

static bool
add_numbers(struct column *to, const struct part_column *p,
    const struct column *from, struct part_file *file, size_t at)
{
	float *v = mem_array(from->rows + 1, sizeof(*v));
	struct err ignored = ERR_INIT;
	bool rounded = false, keys = false, ok = v != NULL &&
	    track_missing(to, from, file->room);
	double one[LANE];

	for (size_t r = 0, n; ok && r < from->rows; r += n) {
		n = from->rows - r < LANE ? from->rows - r : LANE;
		column_numbers(one, from, r, n);
		for (size_t i = 0; i < n; i++) {
			v[r + i] = (float)one[i];
			rounded |= ((double)v[r + i] != one[i]) &
			    (one[i] == one[i]);
			keys |= fabs(one[i]) > WHOLE_FLOAT;
		}
	}
	for (size_t r = 0; ok && from->missing && r < from->rows; r++)
		if (column_missing(from, r))
			set_missing(to, at + r);
	if (rounded)
		file->rounded = true;
	ok = ok && !(keys && from->type == COL_INT64 && !p->rounds) &&
	    file_write_at(file->fd, v, from->rows * sizeof(*v), (p->place *
	    file->room + at) * sizeof(*v), &ignored) == 0;
	free(v);
	return ok;
}

/* Codes of the part's dict are those of the whole one. */
static bool
add_words(struct column *to, const struct column *from, size_t at)
{
	size_t n = intern_count(from->dict), len;
	uint32_t *map = xalloc(n + 1, sizeof(*map));

	for (size_t k = 0; k < n; k++) {
		const char *s = intern_text(from->dict, (uint32_t)k, &len);

		map[k] = intern_add(to->dict, s, len);
	}
	for (size_t r = 0; r < from->rows; r++)
		to->code[at + r] = from->code[r] == INTERN_NONE ?
		    INTERN_NONE : map[from->code[r]];
	free(map);
	return intern_count(to->dict) <= FRAME_LEVELS_MAX;
}

static bool
add_whole(struct column *to, const struct column *from, size_t at)
{
	size_t size = col_type_size(from->type);
	struct err ignored = ERR_INIT;

	if (column_grow(to, at + from->rows > to->room ? (at + from->rows) *
	    3 / 2 : to->room, &ignored) < 0 || !track_missing(to, from, 0))
		return false;
	to->rows = at + from->rows;
	for (size_t r = 0; r < from->rows; r++)
		if (column_missing(from, r))
			set_missing(to, at + r);
	if (to->dict)
		return add_words(to, from, at);
	memcpy((char *)to->data + at * size, from->data, from->rows * size);
	return true;
}

bool
part_column_add(struct column *to, const struct part_column *p,
    const struct column *from, struct part_file *file, size_t at)
{
	return p->dropped || (part_column_is_number(p) ?
	    add_numbers(to, p, from, file, at) : add_whole(to, from, at));
}

bool
part_column_is_odd(const struct part_column *p, const struct column *c)
{
	struct form_guess guess;

	return c->dict && !p->forced && (form_suggest(&guess, c->dict) ||
	    strings_type(intern_count(c->dict), c->rows - c->missing) ==
	    COL_TEXT);
}
