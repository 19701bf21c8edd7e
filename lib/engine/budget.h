/*
 * engine/budget.h - what a model may cost: one budget of memory, one of work.
 * Private to lib/engine.
 *
 * A small file can ask for a lot: a shape is a few bytes, a graph inside a
 * node runs once a slice.  So a file gets so many bytes of memory and so many
 * units of work by its size, and everything that is done to load it takes
 * from that: reading, folding, graphs inside nodes, trees, the rows tried.
 * A run has as much for each of its rows.  A unit is about one element
 * touched, some nanoseconds; no clock is asked, so that what is refused here
 * is refused everywhere.
 */
#ifndef ENGINE_BUDGET_H
#define ENGINE_BUDGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One run: 2 GiB.  A file: 256 MiB and 2^24 units, and for each of its bytes
 * so many more. */
#define RUN_BYTES_MAX ((size_t)1 << 31)
#define FILE_BYTES_MAX ((size_t)1 << 28)
#define FILE_WORK_MAX ((uint64_t)1 << 24)
#define BYTES_A_BYTE 24
#define WORK_A_BYTE 256
#define STEP_WORK 64			/* a step that touches nothing */

struct budget {
	size_t bytes;			/* still to be had */
	uint64_t work;			/* still to be done */
};

static inline struct budget
budget_of_file(size_t n)
{
	return (struct budget){ FILE_BYTES_MAX + n * BYTES_A_BYTE,
	    FILE_WORK_MAX + (uint64_t)n * WORK_A_BYTE };
}

static inline bool
budget_take(struct budget *b, size_t bytes)
{
	if (bytes > b->bytes)
		return false;
	b->bytes -= bytes;
	return true;
}

static inline void
budget_give(struct budget *b, size_t bytes)
{
	b->bytes += bytes;
}

static inline bool
budget_spend(struct budget *b, uint64_t work)
{
	if (work > b->work)
		return false;
	b->work -= work;
	return true;
}

#endif
