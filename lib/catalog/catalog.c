/* The handle on a repository seen through names. */
#include "catalog/catalog.h"

#include <stdlib.h>
#include <string.h>

#include "base/intern.h"
#include "base/log.h"
#include "base/mem.h"
#include "catalog/internal.h"
#include "store/odb.h"

int
catalog_open(struct catalog **out, const char *from,
    const struct repo_opts *o, struct err *e)
{
	static const struct repo_opts defaults;
	struct catalog *c = xalloc(1, sizeof(*c));
	struct err mine = ERR_INIT;

	c->opts = o ? *o : defaults;
	if (repo_open(&c->repo, from, &c->opts, &mine) < 0) {
		c->repo = NULL;
		if (mine.code != ERR_NOENT) {
			free(c);
			*e = mine;
			return -1;
		}
	}
	*out = c;
	return 0;
}

int
catalog_open_repository(struct catalog **out, const char *from,
    const struct repo_opts *o, struct err *e)
{
	static const struct repo_opts defaults;
	struct catalog *c = xalloc(1, sizeof(*c));

	c->opts = o ? *o : defaults;
	if (repo_open(&c->repo, from, &c->opts, e) < 0) {
		free(c);
		return -1;
	}
	*out = c;
	return 0;
}

void
catalog_close(struct catalog *c)
{
	if (c == NULL)
		return;
	repo_close(c->repo);
	intern_free(c->told);
	free(c);
}

struct repo *
catalog_repo(const struct catalog *c)
{
	return c ? c->repo : NULL;
}

struct odb *
catalog_odb(const struct catalog *c)
{
	return c && c->repo ? repo_odb(c->repo) : NULL;
}

const struct log *
catalog_log(const struct catalog *c)
{
	return c ? c->opts.log : NULL;
}

int
catalog_need_repo(struct catalog *c, const char *what, struct err *e)
{
	if (c && c->repo)
		return 0;
	return err_set(e, ERR_NOENT, "'%.200s' needs a repository, and there "
	    "is none here or above; make one with 'mlv-data init'", what);
}

int
catalog_manifest(const struct json **m, struct arena *a, struct catalog *c,
    const struct oid *id, struct err *e)
{
	char text[OID_TEXT];
	struct json *j;
	struct buf b;
	int r = -1;

	if (catalog_need_repo(c, oid_print(text, id), e) < 0)
		return -1;
	buf_init(&b, BUF_CAP_DOC);
	if (odb_get(&b, repo_odb(c->repo), id, e) < 0)
		goto done;
	if (json_parse(&j, a, b.data, b.len, 0, e) < 0 ||
	    j->type != JSON_MAP || json_text(j, "schema", NULL) == NULL) {
		err_set(e, ERR_FORMAT, "object %s is not a manifest", text);
		goto done;
	}
	*m = j;
	r = 0;
done:
	buf_free(&b);
	return r;
}
