/*
 * A whole table: the format found, then its reader.
 */
#include "read/whole.h"

#include "read/csv/whole.h"
#include "read/door/door.h"
#include "read/parquet/whole.h"
#include "read/sniff.h"
#include "read/whole_jsonl.h"

static int
read_packed(struct table **out, const char *bytes, size_t n,
    const struct table_read_opts *opts, struct err *e)
{
	struct table_read_opts o = *opts;
	struct buf plain;
	int r, parquet = 0;

	buf_init(&plain, BUF_CAP_DATA);
	if ((r = door_unpack(&plain, &o, bytes, n, e)) == 0)
		r = parquet = door_parquet(plain.data, plain.len, &o, o.name,
		    e);
	o.text = parquet == 0;		/* once is enough */
	if (r >= 0)
		r = table_read(out, plain.data, plain.len, &o, e);
	buf_free(&plain);
	return r;
}

int
table_read(struct table **out, const char *bytes, size_t n,
    const struct table_read_opts *opts, struct err *e)
{
	static const struct table_read_opts plain;
	struct sniffed in;
	int parquet;

	if (opts == NULL)
		opts = &plain;
	if (door_is_packed(bytes, n, opts))
		return read_packed(out, bytes, n, opts, e);
	parquet = door_parquet(bytes, n, opts, opts->name, e);
	if (parquet < 0)
		return -1;
	if (parquet)
		return table_read_parquet(out, bytes, n, opts, e);
	if (sniff_input(&in, bytes, n, opts, e) != 0)
		return -1;
	return in.format == TABLE_JSONL ?
	    table_read_jsonl(out, in.body, n - (size_t)(in.body - bytes), opts,
	    e) :
	    table_read_csv(out, bytes, n, opts, e);
}
