/* The tables behind features. */
#include "flow/features/source.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/path.h"
#include "codec/yaml.h"

int
feature_source_open(struct feature_source *s, struct catalog *c,
    const char *name, const char *folder, const struct table_read_opts *user,
    struct err *e)
{
	struct name n;
	char *path = NULL;
	int r = -1;

	memset(s, 0, sizeof(*s));
	s->catalog = c;
	if (folder != NULL && name[0] != '/' && name_parse(&n, name, e) < 0)
		return -1;
	if (folder != NULL && name[0] != '/') {
		if (n.kind == NAME_PATH)
			path = path_join(folder, name);
		name_free(&n);
	}
	if (catalog_find_bytes(&s->bytes, c, path ? path : name, e) == 0) {
		s->open = true;
		r = catalog_read_opts(&s->read, &s->bytes, user, e);
	}
	free(path);
	return r;
}

void
feature_source_close(struct feature_source *s)
{
	if (s->open)
		catalog_bytes_close(&s->bytes);
	s->open = false;
}

static int64_t
pass_read(void *ctx, void *p, size_t n, struct err *e)
{
	struct feature_pass *pass = ctx;
	int64_t got = source_read(&pass->in, p, n, e);

	if (got > 0) {
		sha256_add(pass->hash, p, (size_t)got);
		pass->size += (uint64_t)got;
	}
	return got;
}

int
feature_pass_begin(struct feature_pass *p, struct feature_source *s,
    struct err *e)
{
	memset(p, 0, sizeof(*p));
	p->of = s;
	if (catalog_bytes_source(&p->in, &s->bytes, s->catalog, e) < 0)
		return -1;
	p->hash = sha256_new();
	p->source = (struct source){ .read = pass_read, .ctx = p,
	    .name = p->in.name };
	return 0;
}

int
feature_pass_end(struct feature_pass *p, struct err *e)
{
	struct feature_source *s = p->of;
	struct oid id;

	if (p->ended)
		return 0;
	p->ended = true;
	sha256_done(p->hash, id.b);
	if (s->known && !oid_eq(&id, &s->content))
		return err_set(e, ERR_MOVED, "'%.200s' was changed while it "
		    "was read: run it again", s->bytes.item.label);
	s->known = true;
	s->content = id;
	s->size = p->size;
	return 0;
}

void
feature_pass_close(struct feature_pass *p)
{
	if (p->hash != NULL)
		source_close(&p->in);
	sha256_free(p->hash);
	p->hash = NULL;
}

static int
gather_first(struct gathered *g, struct feature_source *s, int copy,
    struct err *e)
{
	const struct feed_opts o = { .read = &s->read, .copy = copy };
	struct feature_pass p;
	struct feed *feed;
	int r = -1;

	if (feature_pass_begin(&p, s, e) < 0)
		return -1;
	if (feed_open(&feed, g->view, &p.source, &o, e) == 0) {
		r = gather_rows(g, feed, e);
		feed_free(feed);
	}
	if (r == 0)
		r = feature_pass_end(&p, e);
	feature_pass_close(&p);
	return r;
}

static int
gather_again(struct gathered *g, int copy, struct err *e)
{
	struct feed *feed;
	int r;

	if (feed_open_copy(&feed, g->view, copy, e) < 0)
		return -1;
	r = gather_rows(g, feed, e);
	feed_free(feed);
	return r;
}

int
feature_source_gather(struct gathered *g, struct feature_source *s, int *copy,
    struct err *e)
{
	bool first = copy == NULL || *copy < 0;
	int r = 0;

	if (copy != NULL && first)
		r = file_open_scratch(copy, FILE_SCRATCH_FOLDER, e);
	if (r == 0)
		r = first ? gather_first(g, s, copy ? *copy : -1, e) :
		    gather_again(g, *copy, e);
	return r < 0 ? err_wrap(e, "view '%.100s'", g->view->name) : 0;
}

int
feature_spec_load(struct feature_spec **out, char **folder, struct arena *a,
    const char *path, struct err *e)
{
	char *at = path_folder(path);
	struct buf b;
	int r;

	*folder = arena_strdup(a, at);
	free(at);
	buf_init(&b, YAML_BYTES_MAX);
	r = file_read(&b, path, e);
	if (r == 0 && feature_spec_parse(out, a, b.data, b.len, e) < 0)
		r = err_wrap(e, "%.200s", path);
	buf_free(&b);
	return r;
}

int
feature_spec_id(struct oid *id, const struct feature_spec *s, struct err *e)
{
	struct buf b;
	int r;

	buf_init(&b, BUF_CAP_DOC);
	r = json_canonical(&b, s->tree, e);
	if (r == 0)
		oid_of(id, b.data, b.len);
	buf_free(&b);
	return r;
}
