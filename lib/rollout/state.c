/* The state of a rollout as a file. */
#include "rollout/state.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/file.h"
#include "base/folder.h"
#include "base/mem.h"
#include "base/num.h"
#include "catalog/name.h"
#include "codec/json.h"
#include "store/ref.h"

#define SCHEMA "mlv.rollout/1"
#define FOLDER "rollouts"
#define WAIT_MS 10000

static const char *const phases[ROLLOUT_PHASES] = {
	[ROLLOUT_RUNNING] = "running", [ROLLOUT_PROMOTING] = "promoting",
	[ROLLOUT_PROMOTED] = "promoted",
	[ROLLOUT_ROLLED_BACK] = "rolled back",
	[ROLLOUT_ABORTED] = "aborted",
};

const char *
rollout_phase_text(enum rollout_phase p)
{
	return phases[p];
}

bool
rollout_is_open(enum rollout_phase p)
{
	return p == ROLLOUT_RUNNING || p == ROLLOUT_PROMOTING;
}

/* --- to and from bytes ---------------------------------------------------- */

static int
find_phase(enum rollout_phase *out, const char *s)
{
	for (int i = 0; i < ROLLOUT_PHASES; i++)
		if (strcmp(s, phases[i]) == 0) {
			*out = (enum rollout_phase)i;
			return 0;
		}
	return -1;
}

static int
find_kind(enum rollout_kind *out, const char *s)
{
	for (int i = 0; i < ROLLOUT_KINDS; i++)
		if (strcmp(s, rollout_kind_text((enum rollout_kind)i)) == 0) {
			*out = (enum rollout_kind)i;
			return 0;
		}
	return -1;
}

static int64_t
read_time(const struct json *j, const char *key)
{
	const char *s = json_text(j, key, "");
	int64_t us;

	return clock_parse(s, strlen(s), &us) ? us : -1;
}

static int
read_state(struct rollout_state *s, const struct json *j)
{
	int64_t champion = json_int(j, "champion", -1);
	int64_t candidate = json_int(j, "candidate", -1);
	int64_t step = json_int(j, "step", -1);

	char id[REF_NAME_MAX + NUM_TEXT_MAX + 2];

	s->name = json_text(j, "name", NULL);
	s->number = json_int(j, "number", 0);
	s->id = json_text(j, "id", NULL);
	s->share = json_num(j, "share", -1);
	s->alias = json_text(j, "alias", NULL);
	s->started_us = read_time(j, "started");
	s->stepped_us = read_time(j, "stepped");
	s->log = json_text(j, "log", NULL);
	s->policy = json_text(j, "policy", NULL);
	s->gate = json_text(j, "gate", NULL);
	s->verdict = json_text(j, "verdict", "");
	s->why = json_text(j, "why", "");
	s->report = json_text(j, "report", "");
	if (s->name == NULL || s->id == NULL || s->alias == NULL ||
	    s->log == NULL || s->policy == NULL || s->number < 1 ||
	    !name_base_ok(s->name) || !name_alias_ok(s->alias) ||
	    !(s->share >= 0 && s->share <= 100) || s->started_us < 0 ||
	    s->stepped_us < 0 || step < 0 || step >= ROLLOUT_STEPS_MAX ||
	    champion < 1 || champion > UINT32_MAX || candidate < 1 ||
	    candidate > UINT32_MAX ||
	    find_phase(&s->phase, json_text(j, "phase", "")) < 0 ||
	    find_kind(&s->kind, json_text(j, "kind", "")) < 0)
		return -1;
	snprintf(id, sizeof(id), "%s/%lld", s->name, (long long)s->number);
	if (strcmp(id, s->id) != 0)
		return -1;
	s->step = (size_t)step;
	s->champion = (uint32_t)champion;
	s->candidate = (uint32_t)candidate;
	return 0;
}

int
rollout_state_parse(struct rollout_state *s, const char *p, size_t n,
    struct err *e)
{
	struct err why = ERR_INIT;
	struct json *j;

	memset(s, 0, sizeof(*s));
	if (json_parse(&j, &s->arena, p, n, 0, &why) == 0 &&
	    strcmp(json_text(j, "schema", ""), SCHEMA) == 0 &&
	    read_state(s, j) == 0)
		return 0;
	rollout_state_release(s);
	return err_set(e, ERR_FORMAT, "it is no state of a rollout (" SCHEMA
	    ")%s%s", why.code ? ": " : "", why.msg);
}

static void
add_time(struct arena *a, struct json *j, const char *key, int64_t us)
{
	char text[CLOCK_TEXT_MAX];

	clock_print(text, us);
	json_add_text(a, j, key, text);
}

static void
print_state(struct buf *out, const struct rollout_state *s)
{
	struct arena a = { NULL, 0 };
	struct json *j = json_new(&a, JSON_MAP);

	json_add_text(&a, j, "schema", SCHEMA);
	json_add_text(&a, j, "name", s->name);
	json_add_int(&a, j, "number", s->number);
	json_add_text(&a, j, "id", s->id);
	json_add_text(&a, j, "kind", rollout_kind_text(s->kind));
	json_add_text(&a, j, "phase", phases[s->phase]);
	json_add_int(&a, j, "step", (int64_t)s->step);
	json_add_num(&a, j, "share", s->share);
	json_add_text(&a, j, "alias", s->alias);
	json_add_int(&a, j, "champion", s->champion);
	json_add_int(&a, j, "candidate", s->candidate);
	add_time(&a, j, "started", s->started_us);
	add_time(&a, j, "stepped", s->stepped_us);
	json_add_text(&a, j, "log", s->log);
	json_add_text(&a, j, "policy", s->policy);
	if (s->gate)
		json_add_text(&a, j, "gate", s->gate);
	json_add_text(&a, j, "verdict", s->verdict);
	json_add_text(&a, j, "why", s->why);
	json_add_text(&a, j, "report", s->report);
	json_write_pretty(out, j);
	buf_addc(out, '\n');
	arena_free(&a);
}

void
rollout_state_release(struct rollout_state *s)
{
	arena_free(&s->arena);
	memset(s, 0, sizeof(*s));
}

/* --- files ---------------------------------------------------------------- */

static char *
path_of(const struct repo *repo, const char *name, const char *ending)
{
	char *file = xprintf(FOLDER "/%s%s", name, ending);
	char *path = repo_path(repo, file);

	free(file);
	return path;
}

char *
rollout_state_path(const struct repo *repo, const char *name)
{
	return path_of(repo, name, ".json");
}

int
rollout_state_read(struct rollout_state *s, const struct repo *repo,
    const char *name, struct err *e)
{
	char *path = rollout_state_path(repo, name);
	struct err why = ERR_INIT;
	struct buf b;
	int r;

	memset(s, 0, sizeof(*s));
	buf_init(&b, ROLLOUT_STATE_MAX);
	r = file_read_own(&b, path, e);
	if (r < 0 && e->code == ERR_NOENT)
		r = err_set(e, ERR_NOENT, "there is no rollout of '%s': "
		    "'mlv-serve rollout start' begins one", name);
	if (r == 0 && rollout_state_parse(s, b.data, b.len, &why) < 0)
		r = err_set(e, ERR_FORMAT, "'%s': %s; its last record is the "
		    "newest version of report:rollout-%s; without the file no "
		    "rollout of it runs", path, why.msg, name);
	if (r == 0 && strcmp(s->name, name) != 0)
		r = err_set(e, ERR_FORMAT, "'%s' is the state of a rollout of "
		    "'%.100s'", path, s->name);
	buf_free(&b);
	free(path);
	return r;
}

int
rollout_state_write(const struct rollout_state *s, const struct repo *repo,
    struct err *e)
{
	char *path = rollout_state_path(repo, s->name);
	struct buf b;
	int r;

	buf_init(&b, ROLLOUT_STATE_MAX);
	print_state(&b, s);
	r = buf_check(&b, e);
	if (r == 0)
		r = file_replace_own(repo_os(repo), path, b.data, b.len, 0666,
		    e);
	buf_free(&b);
	free(path);
	return r;
}

int
rollout_names(char ***names, size_t *n, const struct repo *repo,
    struct err *e)
{
	char *folder = repo_path(repo, FOLDER);
	size_t kept = 0;
	int r = folder_names(names, n, folder, e);

	for (size_t i = 0; r == 0 && i < *n; i++) {
		char *name = (*names)[i];
		size_t len = strlen(name);

		if (len > 5 && strcmp(name + len - 5, ".json") == 0) {
			name[len - 5] = '\0';
			(*names)[kept++] = name;
		} else {
			free(name);
		}
	}
	if (r == 0)
		*n = kept;
	free(folder);
	return r;
}

int
rollout_lock(int *fd, const struct repo *repo, const char *name,
    struct err *e)
{
	char *folder = repo_path(repo, FOLDER);
	char *path = path_of(repo, name, ".lock");
	int r = file_make_folders(repo_os(repo), folder, e);

	if (r == 0)
		r = file_check_folder(folder, e);
	if (r == 0)
		r = file_open_own(fd, repo_os(repo), path, O_RDWR | O_CREAT |
		    O_CLOEXEC, 0666, e);
	if (r == 0 && file_lock(*fd, FILE_EXCLUSIVE, 0, 0, WAIT_MS, e) < 0) {
		close(*fd);
		*fd = -1;
		r = e->code != ERR_BUSY ? -1 : err_set(e, ERR_BUSY,
		    "the rollout of '%s' is being changed by another "
		    "command", name);
	}
	free(path);
	free(folder);
	return r;
}
