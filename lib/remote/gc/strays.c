/* Packs and records at a remote that no head lists. */
#include "remote/gc/strays.h"

#include <string.h>

#include "base/hash.h"
#include "remote/transport/transport.h"

/* A name and the folder that it is in, as one word. */
#define PLACED_BYTES (1 + OID_BYTES)

static void
place_name(char out[PLACED_BYTES], const char *folder, const struct oid *name)
{
	out[0] = *folder;
	memcpy(out + 1, name->b, OID_BYTES);
}

static void
note_listed(struct strays *s, const char *folder, const struct oid *name)
{
	char word[PLACED_BYTES];

	place_name(word, folder, name);
	intern_add(s->listed, word, sizeof(word));
}

static void
note_file(void *ctx, const char *name, uint64_t bytes)
{
	struct strays *s = ctx;
	struct leaving_file f = { .folder = s->folder, .bytes = bytes };
	char word[PLACED_BYTES];

	/* what has another name is not ours */
	if (hex_decode(f.name.b, OID_BYTES, name, strlen(name)) < 0 ||
	    s->n == STRAYS_MAX)
		return;
	place_name(word, f.folder, &f.name);
	if (intern_find(s->listed, word, sizeof(word)) != INTERN_NONE)
		return;
	s->v = arena_grow(&s->arena, s->v, s->n, &s->room, sizeof(*s->v));
	s->v[s->n++] = f;
}

int
strays_find(struct strays *s, struct remote *r, struct err *e)
{
	static const char *const folders[] = { "packs", "records" };
	const struct remote_state *state = &r->state;
	struct err mine = ERR_INIT;

	s->listed = intern_new();
	for (size_t i = 0; i < state->n_packs; i++)
		note_listed(s, "packs", &state->pack[i].name);
	for (size_t i = 0; i < state->n_records; i++)
		note_listed(s, "records", &state->record[i].id);
	for (size_t i = 0; i < state->leaving.n; i++)
		note_listed(s, state->leaving.v[i].folder,
		    &state->leaving.v[i].name);
	for (size_t i = 0; i < 2; i++) {
		s->folder = folders[i];
		if (r->t->ops->list(r->t, s->folder, note_file, s, &mine) == 0)
			continue;
		if (mine.code == ERR_UNSUPPORTED)
			return 0;	/* the rest can be done without */
		*e = mine;
		return -1;
	}
	s->told = true;
	return 0;
}

void
strays_release(struct strays *s)
{
	if (s->listed)
		intern_free(s->listed);
	arena_free(&s->arena);
	*s = (struct strays){ .n = 0 };
}
