/*
 * The lock that keeps what is being written from being collected: shared for
 * whoever puts objects, until the repository is closed; exclusive for gc.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "store/internal.h"
#include "store/object_source.h"

static int
lock_objects(struct repo *repo, enum file_lock how, struct err *e)
{
	char *path = layout_path(&repo->layout, "locks/objects");
	int fd, r = -1;

	if (layout_make(&repo->layout, e) == 0 &&
	    file_open_own(&fd, repo->os, path, O_RDWR | O_CREAT, 0666, e) == 0) {
		r = file_lock(fd, how, 0, 0, repo->wait_ms, e);
		if (r == 0)
			repo->objects_lock = fd;
		else
			repo->os->close(fd);
		/* gc may have run since the packs were listed */
		if (r == 0)
			repo->packs->ops->look_again(repo->packs);
	}
	free(path);
	return r;
}

int
objects_hold(struct repo *repo, struct err *e)
{
	if (repo->objects_lock >= 0)
		return 0;
	if (lock_objects(repo, FILE_SHARED, e) == 0)
		return 0;
	return e->code != ERR_BUSY ? -1 : err_set(e, ERR_BUSY, "'mlv-data gc' "
	    "is removing objects of this repository; try again");
}

int
objects_claim(struct repo *repo, struct err *e)
{
	objects_release(repo);
	if (lock_objects(repo, FILE_EXCLUSIVE, e) == 0)
		return 0;
	return e->code != ERR_BUSY ? -1 : err_set(e, ERR_BUSY, "another "
	    "command is storing objects in this repository; try again");
}

void
objects_release(struct repo *repo)
{
	if (repo->objects_lock >= 0)
		close(repo->objects_lock);
	repo->objects_lock = -1;
}
