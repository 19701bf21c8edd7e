/* Rows made ready, kept in a parcel: the same come out, and none that would
 * lead outside of an array. */
#include "learn/kept.h"

#include <stdlib.h>
#include <unistd.h>

#include "read/whole.h"
#include "table/parcel.h"
#include "../tap.h"

static const char path[] = "kept.test";

struct kept_rows {
	struct table *t;
	struct frame f;
	struct bins b;
};

static void
make_rows(struct kept_rows *k)
{
	static const char text[] = "a,kind,y\n1,x,no\n2,y,yes\n,x,yes\n4,,no\n"
	    "5,y,no\n6,x,yes\n7,x,no\n8,y,yes\n";
	const struct frame_opts o = { .target = "y" };
	const struct bin_params p = { 255, 1, 1000 };
	struct pool *pool = pool_new(1);
	struct err e = ERR_INIT;

	ok(table_read(&k->t, text, sizeof(text) - 1, NULL, &e) == 0 &&
	    frame_init(&k->f, k->t, &o, &e) == 0 &&
	    bins_init(&k->b, &k->f, &p, pool, &e) == 0, "made ready");
	pool_free(pool);
}

static void
drop_rows(struct kept_rows *k)
{
	bins_release(&k->b);
	frame_release(&k->f);
	table_free(k->t);
}

/* Written and opened again. */
static bool
through(struct parcel *p, const struct kept_rows *k)
{
	struct parcel_out o = { .n_items = 0 };
	struct err e = ERR_INIT;
	bool done;

	frame_pack(&o, &k->f);
	bins_pack(&o, &k->b);
	table_pack(&o, k->t);
	table_pack(&o, NULL);
	done = parcel_write(&o, os_real(), ".", path, 1, &e) == 0 &&
	    parcel_open(p, path, 1, &e) == 0;
	parcel_out_release(&o);
	return done;
}

static void
same_rows(const struct kept_rows *k)
{
	struct err e = ERR_INIT;
	struct parcel p;
	struct table *t, *none;
	struct frame f;
	struct bins b;
	bool same = true;

	if (!ok(through(&p, k), "through a file"))
		return;
	ok(frame_unpack(&f, &p, &e) == 0 && f.rows == k->f.rows &&
	    f.n_features == 2 && strcmp(f.feature[1].levels[1], "y") == 0 &&
	    memcmp(f.y_class, k->f.y_class, f.rows * sizeof(*f.y_class)) == 0 &&
	    strcmp(f.classes[1], "yes") == 0 && f.weight == NULL,
	    "the frame comes out");
	ok(bins_unpack(&b, &p, &f, &e) == 0 && b.total == k->b.total &&
	    b.feature[0].missing && memcmp(b.row, k->b.row, b.rows *
	    b.stride) == 0 && memcmp(b.column, k->b.column, b.rows *
	    b.n_features) == 0, "so do the bins");
	ok(table_unpack(&t, &p, &e) == 0 && t && t->rows == k->t->rows &&
	    t->cols == k->t->cols, "and the table");
	for (size_t c = 0; t && c < t->cols; c++)
		for (size_t i = 0; i < t->rows; i++) {
			char a[COLUMN_PRINT_MAX], z[COLUMN_PRINT_MAX];
			size_t n, m;
			const char *x = column_print(&t->col[c], i, a, &n);
			const char *y = column_print(&k->t->col[c], i, z, &m);

			same &= (x && y) ? n == m && memcmp(x, y, n) == 0 :
			    x == y;
		}
	ok(same && t && t->col[0].missing == 1, "cell by cell");
	ok(table_unpack(&none, &p, &e) == 0 && none == NULL, "no table is none");
	table_free(t);
	bins_release(&b);
	frame_release(&f);
	parcel_close(&p);
}

/* One value that cannot be, where the checksum is right. */
static void
refuse(const struct kept_rows *k, const char *what, bool in_frame)
{
	struct err e = ERR_INIT;
	struct parcel p;
	struct frame f;
	struct bins b;

	if (!ok(through(&p, k), "%s: through a file", what))
		return;
	if (frame_unpack(&f, &p, &e) < 0) {
		ok(in_frame && e.code == ERR_CORRUPT, "%s: refused", what);
	} else {
		ok(!in_frame && bins_unpack(&b, &p, &f, &e) < 0 &&
		    e.code == ERR_CORRUPT, "%s: refused", what);
		frame_release(&f);
	}
	parcel_close(&p);
}

static void
wrong_values(struct kept_rows *k)
{
	uint8_t bin = k->b.row[0], place = k->b.column[3],
	    of = k->b.feature[1].of_level[0];
	uint32_t *y = (uint32_t *)(uintptr_t)k->f.y_class, was = y[2];

	y[2] = 2;
	refuse(k, "a class there is not", true);
	y[2] = was;
	k->b.row[0] = 250;
	refuse(k, "a bin of a row beyond the last", false);
	k->b.row[0] = bin;
	k->b.column[3] = 250;
	refuse(k, "a bin of a column beyond the last", false);
	k->b.column[3] = place;
	k->b.feature[1].of_level[0] = 9;
	refuse(k, "a level in a bin beyond the last", false);
	k->b.feature[1].of_level[0] = of;
	k->b.feature[1].offset++;
	refuse(k, "a histogram out of place", false);
	k->b.feature[1].offset--;
	k->b.feature[0].rest = 77;
	refuse(k, "a rest beyond the last", false);
}

int
main(void)
{
	char folder[] = "/tmp/mlv-kept.XXXXXX";
	struct kept_rows k;

	if (mkdtemp(folder) == NULL || chdir(folder) < 0)
		return 1;
	make_rows(&k);
	same_rows(&k);
	wrong_values(&k);
	drop_rows(&k);
	unlink(path);
	if (chdir("/") == 0)
		rmdir(folder);
	return tap_done();
}
