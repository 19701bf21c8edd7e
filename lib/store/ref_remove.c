/*
 * Versions that were removed: values of the ref KIND/NAME@removed.  A version
 * that is there an odd number of times is gone, so that removing and bringing
 * back are records like any other, and no older value changes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "store/audit.h"
#include "store/internal.h"
#include "store/ref.h"

static int
toggle_locked(struct repo *repo, const char *name, const char *list,
    uint32_t number, bool removed, const char *note, struct err *e)
{
	struct ref versions = { NULL, 0 }, r = { NULL, 0 };
	struct err mine = ERR_INIT;
	struct audit_record record;
	struct ref_value v;
	int result = -1;

	if (ref_read(&versions, repo, name, e) < 0)
		return -1;
	if (number == 0 || number > versions.n) {
		ref_refuse_version(e, name, number, &versions);
		goto done;
	}
	if (versions.value[number - 1].removed == removed) {
		result = 0;
		goto done;
	}
	if (ref_read(&r, repo, list, &mine) < 0 && mine.code != ERR_NOENT) {
		*e = mine;
		goto done;
	}
	v = (struct ref_value){ .number = number,
	    .id = versions.value[number - 1].id };
	record = (struct audit_record){ .op = removed ? "remove" : "restore",
	    .ref = list, .number = number, .id = v.id, .note = note };
	result = ref_record(repo, list, &r, &v, &record, e);
done:
	ref_free(&versions);
	ref_free(&r);
	return result;
}

int
ref_remove(struct repo *repo, const char *name, uint32_t number, bool removed,
    const char *note, struct err *e)
{
	char *list = xprintf("%s@" REF_REMOVED, name);
	int fd, r = -1;

	if (!ref_name_ok(name) || strchr(name, '@')) {
		err_set(e, ERR_USAGE, "'%.200s' is no name", name);
	} else if (refs_lock(&fd, repo, false, e) == 0) {
		r = toggle_locked(repo, name, list, number, removed, note, e);
		refs_unlock(fd);
	}
	free(list);
	return r;
}
