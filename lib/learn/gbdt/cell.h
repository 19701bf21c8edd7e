/* learn/gbdt/cell.h - sums over the rows of one bin, or of a leaf. */
#ifndef LEARN_GBDT_CELL_H
#define LEARN_GBDT_CELL_H

struct cell {
	double g, h;
};

#endif
