/* Datasets as versions, their pointers, their lineage. */
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "catalog/bytes.h"
#include "catalog/dataset.h"
#include "catalog/lineage.h"
#include "catalog/resolve.h"
#include "store/fsck.h"
#include "store/odb.h"
#include "../tap.h"

static char top[64];

static void
write_text(const char *name, const char *text)
{
	struct err e = ERR_INIT;
	char *path = path_join(top, name);

	if (file_replace(os_real(), path, text, strlen(text), 0644, &e) < 0)
		printf("# %s\n", e.msg);
	free(path);
}

static int
count_links(void *ctx, int depth, const struct link *l, struct err *e)
{
	(void)e;
	(void)l;
	if (depth)
		++*(int *)ctx;
	return 0;
}

static void
test_versions(struct catalog *c)
{
	struct catalog_put v1, v2, put;
	struct catalog_dataset d = { .rows = 2 };
	struct err e = ERR_INIT;
	struct catalog_bytes b;
	struct catalog_item item;
	char *path = path_join(top, "churn.csv");
	struct link from;
	struct buf text;
	uint64_t size;
	int links = 0;

	write_text("churn.csv", "a,b\n1,2\n3,4\n");
	d.path = path;
	ok(catalog_put_dataset(&v1, c, &d, &e) == 0 && v1.added, "a dataset");
	is_text(v1.label, "data:churn@1", "named by its stem");
	ok(catalog_put_dataset(&put, c, &d, &e) == 0 && !put.added &&
	    put.version == 1, "again: the same version");
	buf_init(&text, BUF_CAP_SMALL);
	ok(file_read(&text, "churn.csv.mlv", &e) == 0 &&
	    strstr(text.data, "rows: 2"), "a pointer for git");
	buf_clear(&text);
	ok(file_read(&text, ".gitignore", &e) == 0 &&
	    strcmp(text.data, "/churn.csv\n") == 0, "and git ignores the file");
	buf_free(&text);
	write_text("churn.csv", "a,b\n1,2\n3,4\n5,6\n");
	d.rows = 3;
	ok(catalog_put_dataset(&v2, c, &d, &e) == 0 && v2.version == 2,
	    "version 2");
	ok(catalog_open_bytes(&b, c, "data:churn@1", &e) == 0 &&
	    b.n == 12 && memcmp(b.data, "a,b\n1,2\n3,4\n", 12) == 0,
	    "version 1 still opens");
	catalog_bytes_close(&b);
	ok(catalog_resolve(&item, c, "data:churn", &e) == 0 &&
	    item.version == 2, "no version: what the pointer says");
	catalog_item_free(&item);
	write_text("churn.csv", "a,b\n1,2\n3,4\n");
	ok(catalog_put_dataset(&put, c, &d, &e) == 0 && put.version == 3,
	    "rows said otherwise make another manifest");
	d.rows = 2;
	ok(catalog_put_dataset(&put, c, &d, &e) == 0 && put.version == 1 &&
	    !put.added, "content that comes back is the old version");
	ok(catalog_resolve(&item, c, "data:churn", &e) == 0 &&
	    item.version == 1, "and the pointer says so");
	catalog_item_free(&item);
	d.path = NULL;
	d.data = "x\n";
	d.n = 2;
	d.name = "derived";
	d.from = &(struct link){ "from", TYPE_DATASET, "", v1.id, 1 };
	d.n_from = 1;
	ok(catalog_put_dataset(&put, c, &d, &e) < 0 &&
	    strstr(e.msg, "bytes"), "a link that tells a wrong size is refused");
	odb_size(&size, catalog_odb(c), &v1.id, &e);
	from = (struct link){ "from", TYPE_DATASET, "", v1.id, size };
	d.from = &from;
	ok(catalog_put_dataset(&put, c, &d, &e) == 0, "derived data");
	ok(catalog_lineage(c, &put.id, count_links, &links, &e) == 0 &&
	    links == 3, "its lineage: bytes, parent, the parent's bytes");
	ok(catalog_resolve(&item, c, "data:chrun", &e) < 0 &&
	    strstr(e.msg, "data:churn"), "a wrong name: the near one is named");
	{
		struct fsck_report report;

		ok(fsck_repo(&report, catalog_repo(c),
		    &(struct fsck_request){ .level = FSCK_STRONG }, &e) == 0 && report.errors == 0, "all is whole");
	}
	free(path);
}

int
main(void)
{
	struct err e = ERR_INIT;
	struct catalog *c;
	char cmd[128];
	bool made;

	snprintf(top, sizeof(top), "/tmp/mlv-catalog.XXXXXX");
	if (mkdtemp(top) == NULL || chdir(top) < 0)
		return 1;
	ok(catalog_open(&c, NULL, NULL, &e) == 0 && catalog_repo(c) == NULL,
	    "no repository is no error");
	{
		struct catalog_bytes b;

		write_text("x.csv", "a\n1\n");
		ok(catalog_open_bytes(&b, c, "x.csv", &e) == 0 && b.n == 4,
		    "paths open all the same");
		catalog_bytes_close(&b);
		ok(catalog_open_bytes(&b, c, "data:x", &e) < 0 &&
		    strstr(e.msg, "mlv-data init"), "names say what is missing");
	}
	catalog_close(c);
	repo_init(&made, top, &(struct repo_opts){ 0 }, &e);
	ok(catalog_open(&c, NULL, NULL, &e) == 0 && catalog_repo(c), "one");
	test_versions(c);
	catalog_close(c);
	snprintf(cmd, sizeof(cmd), "rm -rf %s", top);
	if (chdir("/") < 0 || system(cmd) != 0)
		ok(0, "clean up");
	return tap_done();
}
