/* Distinct values of a column, counted and sorted: the same either way. */
#include "drift/counts.h"

#include <math.h>
#include <string.h>

#include "read/whole.h"
#include "../tap.h"

static bool
counted(const char *text, const double *value, const uint64_t *n, size_t k)
{
	struct err e = ERR_INIT;
	struct table *t = NULL;
	struct counts r;
	bool good = table_read(&t, text, strlen(text), NULL, &e) == 0 &&
	    counts_of_column(&r, &t->col[0], &e) == 0 && r.k == k;

	for (size_t i = 0; good && i < k; i++)
		good = number_of_key(r.key[i]) == value[i] && r.n[i] == n[i];
	counts_release(&r);
	table_free(t);
	return good;
}

int
main(void)
{
	ok(counted("x\n0.1\n-0.25\n0.1\n-0\n\n0\n0.1\n3\ninf\n",
	    (double[]){ -0.25, 0, 0.1, 3 }, (uint64_t[]){ 1, 2, 3, 1 }, 4),
	    "decimals");
	ok(counted("x\n0.1\n-0.25\n0.1\n-0\n0\n0.1\n1e-9\n3e200\n",
	    (double[]){ -0.25, 0, 1e-9, 0.1, 3e200 }, (uint64_t[]){ 1, 2, 1, 3,
	    1 }, 5), "other numbers");
	ok(counted("x\n9007199254740993\n1\n9007199254740992\n",
	    (double[]){ 1, 9007199254740992 }, (uint64_t[]){ 1, 2 }, 2),
	    "whole numbers beyond those of a double");
	ok(counted("x\n0.3\n0.1\n0.7\n0.300000000000000044\n",
	    (double[]){ 0.1, 0.3, 0.30000000000000004, 0.7 },
	    (uint64_t[]){ 1, 1, 1, 1 }, 4), "next to a decimal");
	ok(counted("x,y\n,1\n,2\n", NULL, NULL, 0), "none");
	return tap_done();
}
