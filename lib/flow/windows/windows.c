/* A stream beside a reference, window by window. */
#include "flow/windows/windows.h"

#include <string.h>

#include "base/file.h"
#include "flow/windows/internal.h"

int
windows_run(struct windows_run *r, struct err *e)
{
	struct windows_watch s = { .r = r };
	struct err none = ERR_INIT;
	int got;

	if (strcmp(r->path, "-") != 0 && (reqlog_is(r->path) ||
	    file_check_folder(r->path, &none) == 0))
		got = windows_read_log(&s, e);
	else
		got = windows_read_table(&s, e);
	if (s.w != NULL)
		r->count = *windows_count(s.w);
	windows_free(s.w);
	windows_segments_release(&s);
	if (s.binned)
		binned_release(&s.b);
	return got;
}
