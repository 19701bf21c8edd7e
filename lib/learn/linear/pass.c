/* A pass over all rows of a linear model's problem, in pieces. */
#include "learn/linear/pass.h"

#define PIECES 32			/* at most */
#define NUMBERS ((size_t)1 << 24)	/* summed by all pieces: 128 MiB */

static size_t
count_blocks(const struct linear_problem *m)
{
	return (m->f->rows + LINEAR_BLOCK - 1) / LINEAR_BLOCK;
}

void
linear_pass_init(struct linear_pass *pass, const struct linear_problem *m,
    size_t numbers)
{
	size_t blocks = count_blocks(m), pieces = NUMBERS / numbers;

	pieces = pieces > PIECES ? PIECES : pieces;
	pieces = pieces > blocks ? blocks : pieces;
	*pass = (struct linear_pass){ m, pieces ? pieces : 1 };
}

/* Block `at` of a piece that ends before block `end`. */
static struct design_rows
rows_of_block(const struct linear_problem *m, size_t at, size_t end)
{
	size_t from = at * LINEAR_BLOCK, n = at < end ? m->f->rows - from : 0;

	return (struct design_rows){ from, n < LINEAR_BLOCK ? n :
	    LINEAR_BLOCK };
}

static size_t
start_of_piece(const struct linear_pass *pass, size_t piece)
{
	return count_blocks(pass->m) * piece / pass->pieces;
}

struct design_rows
linear_first(const struct linear_pass *pass, size_t piece)
{
	return rows_of_block(pass->m, start_of_piece(pass, piece),
	    start_of_piece(pass, piece + 1));
}

struct design_rows
linear_next(const struct linear_pass *pass, size_t piece,
    const struct design_rows *r)
{
	size_t at = r->from / LINEAR_BLOCK + 1;

	return rows_of_block(pass->m, at, start_of_piece(pass, piece + 1));
}

void
linear_done(const struct linear_pass *pass, size_t piece)
{
	const struct linear_problem *m = pass->m;
	size_t end = start_of_piece(pass, piece + 1) * LINEAR_BLOCK;

	frame_let_go(m->f, start_of_piece(pass, piece) * LINEAR_BLOCK,
	    end < m->f->rows ? end : m->f->rows);
}

double
linear_row_weight(const struct linear_problem *m, size_t row)
{
	return m->loss_scale * (m->f->weight ? m->f->weight[row] : 1);
}
