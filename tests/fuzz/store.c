/*
 * Any bytes as a file of the store.  The first byte says which: an object,
 * a ref, the audit log, the stat cache or the config.  Whatever is in it,
 * an object gives its own bytes or an error, and fsck comes to an end.
 */
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "store/fsck.h"
#include "store/odb.h"
#include "store/ref.h"
#include "store/repo.h"
#include "store/worktree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char *const files[] = {
	"objects/ba/7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	"refs/data/x", "audit/log", "cache/stat", "config"
};
#define N_FILES (sizeof(files) / sizeof(*files))

static void
look(const char *top)
{
	const struct repo_opts o = { .wait_ms = 100 };
	struct fsck_report report;
	struct err e = ERR_INIT;
	struct repo *s;
	struct oid id;
	struct ref r;
	struct buf b;
	uint64_t size;
	char *x;

	if (repo_open(&s, top, &o, &e) < 0)
		return;
	buf_init(&b, BUF_CAP_SMALL);
	oid_of(&id, "abc", 3);
	if (odb_get(&b, repo_odb(s), &id, &e) == 0 &&
	    (b.len != 3 || memcmp(b.data, "abc", 3) != 0))
		abort();
	if (ref_read(&r, s, "data/x", &e) == 0) {
		for (size_t i = 0; i < r.n; i++)
			if (r.value[i].number != i + 1)
				abort();
		ref_free(&r);
	}
	x = xprintf("%s/.mlv/config", top);
	(void)worktree_hash_file(&id, &size, s, x, &e);
	free(x);
	(void)fsck_repo(&report, s, &(struct fsck_request){
	    .level = FSCK_STRONG }, &e);
	buf_free(&b);
	repo_close(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct repo_opts o = { .os = NULL };
	char top[] = "/tmp/mlv-fuzz.XXXXXX", *path, *folder;
	struct err e = ERR_INIT;
	char cmd[64];
	bool made;

	if (size == 0 || mkdtemp(top) == NULL)
		return 0;
	if (repo_init(&made, top, &o, &e) == 0) {
		path = xprintf("%s/.mlv/%s", top, files[data[0] % N_FILES]);
		folder = xprintf("%s/.mlv/refs/data", top);
		(void)file_make_folders(os_real(), folder, &e);
		free(folder);
		folder = xprintf("%s/.mlv/objects/ba", top);
		(void)file_make_folders(os_real(), folder, &e);
		free(folder);
		(void)file_replace(os_real(), path, data + 1, size - 1, 0644,
		    &e);
		free(path);
		look(top);
	}
	snprintf(cmd, sizeof(cmd), "rm -rf %s", top);
	if (system(cmd) != 0)
		abort();
	return 0;
}
