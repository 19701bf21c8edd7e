/* Runs amended, one at a time. */
#include "track/amend.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "store/repo.h"
#include "track/internal.h"

#define WAIT_MS 30000

/* Whoever makes a version of what was read holds this lock: the next one then
 * reads that version. */
static int
lock_versions(int *fd, struct catalog *c, struct err *e)
{
	struct repo *repo = catalog_repo(c);
	char *folder = journal_folder(c), *path = repo_path(repo,
	    "runs/amend.lock");
	int r = -1;

	*fd = -1;
	if (file_make_folders(repo_os(repo), folder, e) == 0 &&
	    file_open_own(fd, repo_os(repo), path, O_RDWR | O_CREAT, 0666,
	    e) == 0)
		r = file_lock(*fd, FILE_EXCLUSIVE, 0, 1, WAIT_MS, e);
	free(path);
	free(folder);
	return r;
}

static int
amend_sealed(struct catalog *c, const char *id, const struct buf *lines,
    struct err *e)
{
	struct catalog_put put;
	int fd, r = lock_versions(&fd, c, e);

	if (r == 0)
		r = ended_amend(&put, c, id, lines, e);
	if (fd >= 0)
		close(fd);
	return r;
}

int
run_amend(bool *sealed, struct catalog *c, const char *id,
    const struct buf *lines, struct err *e)
{
	struct err mine = ERR_INIT;
	struct journal *j;
	int r;

	if (sealed)
		*sealed = false;
	if (journal_open(&j, c, id, &mine) == 0) {
		r = journal_append(j, lines, e);
		journal_close(j);
		return r;
	}
	if (mine.code != ERR_NOENT) {
		*e = mine;
		return -1;
	}
	if (sealed)
		*sealed = true;
	return amend_sealed(c, id, lines, e);
}

void
ended_archive(struct ended *p, bool archived)
{
	struct json when = { .type = JSON_NULL };

	if (archived) {
		when.type = JSON_INT;
		when.i = clock_wall_us() / 1000;
		when.d = (double)when.i;
	}
	ended_fact(p, "deleted", &when);
}
