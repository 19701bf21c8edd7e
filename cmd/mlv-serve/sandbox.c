/* What mlv-serve http gives up before it reads a model. */
#include "sandbox.h"

#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "catalog/catalog.h"
#include "cli/environment.h"
#include "store/repo.h"

#define FOLDERS_MAX 9

const struct opt_word sandbox_words[] = {
	{ "auto", SANDBOX_AUTO }, { "off", SANDBOX_OFF },
	{ "required", SANDBOX_REQUIRED }, { NULL, 0 }
};

static void
add_folder(const char **v, size_t *n, const char *path)
{
	if (path)
		v[(*n)++] = path;
}

static bool
is_url(const char *store)
{
	return store && strstr(store, "://") != NULL;
}

static const char *
folder_of(struct cli *c, const char *path)
{
	const char *base = path ? path_base(path) : NULL;

	if (path == NULL)
		return NULL;
	return base == path ? "." : arena_strndup(&c->arena, path,
	    (size_t)(base - path));
}

int
sandbox_enter(struct confined *out, struct cli *c, enum sandbox how,
    const struct sandbox_folders *f, struct err *e)
{
	const struct repo *repo = c->catalog ? catalog_repo(c->catalog) : NULL;
	const char *v[FOLDERS_MAX], *around = folder_of(c, f->log);
	struct confine_opts o = { .writable = v, .programs = f->remote,
	    .connects = f->remote || is_url(f->store) };

	memset(out, 0, sizeof(*out));
	if (how == SANDBOX_OFF)
		return 0;
	/* they must be there to be named */
	if ((f->log && file_make_folders(os_real(), f->log, e) < 0) ||
	    (f->cache && file_make_folders(os_real(), f->cache, e) < 0))
		return -1;
	add_folder(v, &o.n, repo ? repo_folder(repo) : NULL);
	add_folder(v, &o.n, f->log);
	/* removed, it is made anew by somebody, and written again */
	if (around && strcmp(around, "/") != 0)
		add_folder(v, &o.n, around);
	add_folder(v, &o.n, f->cache);
	add_folder(v, &o.n, is_url(f->store) ? NULL : folder_of(c, f->store));
	add_folder(v, &o.n, folder_of(c, f->feedback));
	add_folder(v, &o.n, folder_of(c, f->socket));
	add_folder(v, &o.n, folder_of(c, f->grpc));
	add_folder(v, &o.n, cli_scratch_folder());
	if (confine_process(out, &o, e) < 0)
		return -1;
	if (how == SANDBOX_REQUIRED && (!out->seccomp || !out->landlock))
		return err_set(e, ERR_UNSUPPORTED, "--sandbox required: this "
		    "system has %s%s%s", out->seccomp ? "" : "no seccomp",
		    out->seccomp || out->landlock ? "" : " and ",
		    out->landlock ? "" : "no Landlock");
	return 0;
}

const char *
sandbox_text(struct cli *c, const struct confined *s)
{
	if (!s->seccomp && !s->landlock)
		return "none";
	return arena_printf(&c->arena, "%s%s%s", s->seccomp ? "seccomp" : "",
	    s->seccomp && s->landlock ? ", " : "", s->landlock ?
	    arena_printf(&c->arena, "landlock %d", s->landlock) : "");
}
