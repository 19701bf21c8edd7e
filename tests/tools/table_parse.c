/* A table read as a whole, several times, for benchmarks: seconds a time. */
#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/num.h"
#include "read/whole.h"

/* table_parse FILE THREADS TIMES */
int
main(int argc, char **argv)
{
	struct table_read_opts o = { 0 };
	struct err e = ERR_INIT;
	int64_t threads, times, begin;
	struct file_map m;
	struct table *t;

	if (argc != 4 || !num_parse_i64(argv[2], strlen(argv[2]), &threads) ||
	    !num_parse_i64(argv[3], strlen(argv[3]), &times))
		return 2;
	o.threads = (int)threads;
	for (int64_t i = 0; i < times; i++) {
		begin = clock_mono_us();
		if (file_map(&m, argv[1], &e) != 0 ||
		    table_read(&t, m.data, m.n, &o, &e) != 0) {
			fprintf(stderr, "%s\n", e.msg);
			return 3;
		}
		printf("%.3f %zu %zu\n", (double)(clock_mono_us() -
		    begin) / 1e6, t->rows, t->cols);
		table_free(t);
		file_unmap(&m);
	}
	return 0;
}
