/*
 * Rows that are ready, kept in the repository's cache for the next fit.
 *
 * The file's name is the SHA-256 of all that decides its content: the
 * content of the data, how it is read, which columns are what, the bins, the
 * fold.  What does not hang on that (where the data lies, the learner's other
 * parameters) is not in it.  A file that is damaged, or says what cannot be,
 * is made again.
 */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/path.h"
#include "catalog/open_table.h"
#include "flow/fit/internal.h"
#include "learn/kept.h"
#include "store/cache/cache.h"
#include "table/parcel.h"

#define KEPT_VERSION 1		/* rises when the same rows are made ready in
				 * another way */
#define KEPT_WHAT 0x6d6c762d726f7773ULL		/* "mlv-rows" */
#define WAIT_MS 600000		/* for another process that makes them */

/* --- what decides it ------------------------------------------------------- */

static int
key_input(struct json *to, struct fitting *f, const char *key,
    struct fit_input *in, struct err *e)
{
	struct json *m = json_add_map(&f->arena, to, key);
	struct table_read_opts o;
	char id[OID_TEXT];

	if (catalog_read_opts(&o, &in->bytes, &f->read, e) < 0)
		return -1;
	json_add_text(&f->arena, m, "id", oid_print(id, &in->content));
	json_add(&f->arena, m, "read", table_opts_json(&f->arena, &o));
	json_add_int(&f->arena, m, "likely", o.likely);
	return 0;
}

static void
key_list(struct json *to, struct fitting *f, const char *key,
    const char *const *list, size_t n)
{
	struct json *l = json_add_list(&f->arena, to, key);

	for (size_t i = 0; i < n; i++)
		json_add_text(&f->arena, l, NULL, list[i]);
}

static void
key_text(struct json *to, struct fitting *f, const char *key, const char *s)
{
	if (s)
		json_add_text(&f->arena, to, key, s);
}

static void
key_frame(struct json *to, struct fitting *f)
{
	const struct frame_opts *o = &f->frame_opts;
	struct json *m = json_add_map(&f->arena, to, "frame");

	json_add_text(&f->arena, m, "target", o->target);
	json_add_int(&f->arena, m, "task", o->task);
	key_text(m, f, "positive", o->positive);
	key_text(m, f, "weight", o->weight);
	key_list(m, f, "drop", o->drop, o->n_drop);
	key_list(m, f, "categorical", o->categorical, o->n_categorical);
	key_list(m, f, "numeric", o->numeric, o->n_numeric);
	json_add_bool(&f->arena, m, "drop_missing", f->rq->drop_missing);
}

static void
key_bins(struct json *to, struct fitting *f, const struct bin_params *p)
{
	struct json *m = json_add_map(&f->arena, to, "bins");

	json_add_int(&f->arena, m, "max_bin", p->max_bin);
	json_add_int(&f->arena, m, "min_data_in_bin", p->min_data_in_bin);
	json_add_int(&f->arena, m, "sample", p->sample);
}

static void
key_fold(struct json *to, struct fitting *f, const struct fold_of *fold)
{
	const struct folds_opts *o = &f->rq->cv;
	struct json *m = json_add_map(&f->arena, to, "fold");

	json_add_int(&f->arena, m, "fold", (int64_t)fold->k);
	json_add_int(&f->arena, m, "folds", o->folds);
	json_add_int(&f->arena, m, "seed", (int64_t)o->seed);
	key_text(m, f, "by", o->by);
	key_text(m, f, "time", o->time);
}

/* False: nothing is kept of such rows. */
static bool
find_key(char hex[SHA256_HEX + 1], struct fitting *f,
    const struct fold_of *fold)
{
	struct json *j = json_new(&f->arena, JSON_MAP);
	uint8_t digest[SHA256_BYTES];
	struct err ignored = ERR_INIT;
	struct bin_params p;
	struct buf b;
	bool ok;

	if (f->s == NULL || f->rq->keep_bytes == 0 ||
	    oid_is_none(&f->data.content) || (f->rq->valid &&
	    oid_is_none(&f->judge.content)) || !learner_bins(&p, &f->learn))
		return false;
	json_add_int(&f->arena, j, "version", KEPT_VERSION);
	json_add_text(&f->arena, j, "program", MLV_VERSION);
	if (key_input(j, f, "train", &f->data, &ignored) < 0 || (f->rq->valid &&
	    key_input(j, f, "valid", &f->judge, &ignored) < 0))
		return false;
	key_frame(j, f);
	key_bins(j, f, &p);
	if (fold)
		key_fold(j, f, fold);
	buf_init(&b, BUF_CAP_DOC);
	ok = json_canonical(&b, j, &ignored) == 0;
	if (ok) {
		sha256_of(b.data, b.len, digest);
		hex_encode(hex, digest, sizeof(digest));
	}
	buf_free(&b);
	return ok;
}

/* --- in and out ------------------------------------------------------------ */

/* What answers are judged by, without the columns nobody asks for. */
static struct table
judged_columns(const struct prepared *p, struct arena *a)
{
	struct names *names = table_names(p->judged);
	const struct frame *f = &p->train;
	struct table t = { p->judged->rows, f->n_features + 1, arena_alloc(a,
	    (f->n_features + 1) * sizeof(*t.col)) };

	for (size_t i = 0; i <= f->n_features; i++)
		t.col[i] = p->judged->col[names_find(names, i < f->n_features ?
		    f->feature[i].name : f->target)];
	names_free(names);
	return t;
}

static void
pack(struct parcel_out *o, const struct prepared *p)
{
	struct table judged;

	frame_pack(o, &p->train);
	bins_pack(o, &p->train_bins);
	parcel_add_number(o, p->dropped);
	parcel_add_number(o, p->judged_dropped);
	parcel_add(o, p->profile.data, p->profile.len);
	table_pack(o, p->golden);
	table_pack(o, p->probe_rows);
	parcel_add_number(o, p->valid.rows > 0);
	if (p->valid.rows) {
		frame_pack(o, &p->valid);
		bins_pack(o, &p->valid_bins);
	}
	if (p->judged)
		judged = judged_columns(p, &o->arena);
	table_pack(o, p->judged ? &judged : NULL);
}

/* Does the table have what is asked of it, as it is asked? */
static bool
has_features(const struct table *t, const struct frame *f, bool types)
{
	if (t->cols < f->n_features)
		return false;
	for (size_t i = 0; i < f->n_features; i++)
		if (strcmp(t->col[i].name, f->feature[i].name) != 0 ||
		    (types && t->col[i].type != f->feature[i].read_as))
			return false;
	return true;
}

static bool
is_whole(const struct prepared *p, bool fold, bool valid)
{
	const struct frame *f = &p->train;

	if (p->judged && (!has_features(p->judged, f, false) ||
	    p->judged->cols != f->n_features + 1))
		return false;
	if (fold)
		return p->judged != NULL;
	return p->profile.len && p->golden && p->probe_rows &&
	    has_features(p->golden, f, true) &&
	    p->golden->cols == f->n_features &&
	    has_features(p->probe_rows, f, true) &&
	    p->probe_rows->cols == f->n_features + 1 && p->probe_rows->rows &&
	    (p->judged != NULL) == valid && (p->valid.rows > 0) == valid &&
	    (!valid || p->valid.rows == p->judged->rows);
}

static int
unpack(struct prepared *p, struct parcel *from, struct err *e)
{
	const void *profile;
	size_t n;

	if (frame_unpack(&p->train, from, e) < 0 ||
	    bins_unpack(&p->train_bins, from, &p->train, e) < 0)
		return -1;
	if (p->train_bins.column == NULL)
		return err_set(e, ERR_CORRUPT, "no bins by column");
	p->binned = true;
	p->dropped = (size_t)parcel_take_number(from, UINT32_MAX);
	p->judged_dropped = (size_t)parcel_take_number(from, UINT32_MAX);
	profile = parcel_take(from, &n);
	buf_init(&p->profile, BUF_CAP_DOC);
	buf_add(&p->profile, profile ? profile : "", n);
	if (buf_check(&p->profile, e) < 0 ||
	    table_unpack(&p->golden, from, e) < 0 ||
	    table_unpack(&p->probe_rows, from, e) < 0)
		return -1;
	if (parcel_take_number(from, 1) && (frame_unpack(&p->valid, from, e) <
	    0 || bins_unpack(&p->valid_bins, from, &p->valid, e) < 0))
		return -1;
	p->judged_own = true;
	if (table_unpack(&p->judged, from, e) < 0)
		return -1;
	return !p->probe_rows ? 0 : frame_init_like(&p->probe, &p->train,
	    p->probe_rows, e);
}

/* --- found, or made and kept ----------------------------------------------- */

static bool
take_kept(struct prepared *p, struct fitting *f, const char *path, bool fold)
{
	struct err e = ERR_INIT;
	struct parcel from;

	memset(p, 0, sizeof(*p));
	if (parcel_open(&from, path, KEPT_WHAT, &e) < 0)
		return false;
	if (unpack(p, &from, &e) == 0 && !from.bad && is_whole(p, fold,
	    f->rq->valid != NULL)) {
		p->from = from;
		cache_mark_used(path);
		return true;
	}
	prepared_release(p);
	parcel_close(&from);
	return false;
}

static void
keep(struct prepared *p, struct fitting *f, const char *folder,
    const char *path)
{
	struct parcel_out o = { .n_items = 0 };
	struct err e = ERR_INIT;

	pack(&o, p);
	if (cache_make_room(f->s, folder, parcel_size(&o),
	    f->rq->keep_bytes, &e) < 0 ||
	    parcel_write(&o, repo_os(f->s), folder, path, KEPT_WHAT, &e) < 0) {
		if (e.code != ERR_TOOBIG)
			log_warn(f->rq->log, "the next fit reads the rows "
			    "again: %s", e.msg);
	}
	parcel_out_release(&o);
}

/* The content is of what was read: not of a file that changed meanwhile. */
static bool
is_as_found(struct fit_input *in)
{
	return in->bytes.data == NULL || oid_eq(catalog_bytes_id(&in->bytes),
	    &in->content);
}

static int
make_and_keep(struct prepared *p, struct fitting *f,
    const struct fold_of *fold, const char *hex, struct err *e)
{
	struct err ignored = ERR_INIT;
	char *folder, *path;
	int lock = -1, r = 0;

	if (cache_folder(&folder, f->s, CACHE_MATRIX, &ignored) < 0)
		return prepared_make(p, f, fold, e);
	path = path_join(folder, hex);
	if (!take_kept(p, f, path, fold)) {
		/* where there are no locks several make it, each for itself */
		(void)cache_lock(&lock, f->s, folder, hex, WAIT_MS, &ignored);
		if (!take_kept(p, f, path, fold)) {
			r = prepared_make(p, f, fold, e);
			if (r == 0 && is_as_found(&f->data) && (!f->rq->valid ||
			    is_as_found(&f->judge)))
				keep(p, f, folder, path);
		}
		if (lock >= 0)
			close(lock);
	}
	free(path);
	free(folder);
	return r;
}

static void
warn_of_rows(const struct fitting *f, const struct prepared *p)
{
	const struct frame *t = &p->train;

	if (p->dropped)
		log_warn(f->rq->log, "%s: %zu of %zu rows have no value of the "
		    "target '%s' and are left out", f->data.name, p->dropped,
		    t->rows + p->dropped, t->target);
	for (size_t i = 0; i < t->n_rounded && i < FRAME_ROUNDED_TOLD; i++)
		log_warn(f->rq->log, "column '%s' holds whole numbers beyond "
		    "2^24, which are rounded to float32%s: --numeric %s says "
		    "that they are meant to be", t->rounded[i],
		    i + 1 == FRAME_ROUNDED_TOLD && t->n_rounded > i + 1 ?
		    ", as in other columns" : "", t->rounded[i]);
	if (p->judged_dropped)
		log_warn(f->rq->log, "%s: %zu of %zu rows have no value of the "
		    "target '%s' and are left out", f->judge.name,
		    p->judged_dropped, p->valid.rows + p->judged_dropped,
		    t->target);
}

int
fit_prepare(struct prepared *p, struct fitting *f, const struct fold_of *fold,
    struct err *e)
{
	char hex[SHA256_HEX + 1];
	int r = find_key(hex, f, fold) ? make_and_keep(p, f, fold, hex, e) :
	    prepared_make(p, f, fold, e);

	if (r == 0 && fold == NULL)
		warn_of_rows(f, p);
	return r;
}
