/* What a remote has: its head and records read, applied, written. */
#include "remote/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/mem.h"
#include "base/path.h"
#include "codec/json.h"
#include "remote/internal.h"
#include "store/audit.h"
#include "store/ref.h"

#define HEAD_SCHEMA "mlv.remote.head/1"
#define COLLECTED_SCHEMA "mlv.remote.head/2"
#define RECORD_SCHEMA "mlv.remote.record/1"

char *
remote_key(const char *folder, const struct oid *id)
{
	char hex[OID_HEX + 1];

	return xprintf("%s/%s", folder, oid_hex(hex, id));
}

static int
refuse(const char *why, struct err *e)
{
	return err_set(e, ERR_CORRUPT, "what it keeps is damaged: %s", why);
}

const struct remote_ref *
remote_state_ref(const struct remote_state *s, const char *name)
{
	uint32_t i = s->names ? intern_find(s->names, name, strlen(name)) :
	    INTERN_NONE;

	return i == INTERN_NONE ? NULL : &s->ref[i];
}

struct remote_chain *
remote_state_chain(struct remote_state *s, const struct oid *name)
{
	for (size_t i = 0; i < s->n_chains; i++)
		if (oid_eq(&s->chain[i].name, name))
			return &s->chain[i];
	return NULL;
}

struct remote_chain *
remote_state_begun(struct remote_state *s, const struct buf *lines)
{
	struct remote_chain *best = NULL;

	for (size_t i = 0; i < s->n_chains; i++) {
		struct remote_chain *c = &s->chain[i];

		if (c->lines.len <= lines->len && memcmp(c->lines.data,
		    lines->data, c->lines.len) == 0 &&
		    (best == NULL || best->records < c->records))
			best = c;
	}
	return best;
}

/* --- one record ------------------------------------------------------------ */

static bool
get_digest(struct oid *out, const struct json *j, const char *key)
{
	const char *s = json_text(j, key, NULL);

	return s && hex_decode(out->b, OID_BYTES, s, strlen(s)) == 0;
}

static int
apply_pack(struct remote_state *s, const struct json *j, struct err *e)
{
	struct remote_pack p;
	int64_t bytes = json_int(j, "bytes", -1), index = json_int(j, "index", -1);

	if (!get_digest(&p.name, j, "pack") || bytes < 0 || index < 0 ||
	    index >= bytes)
		return refuse("a record names no pack", e);
	p.bytes = (uint64_t)bytes;
	p.index = (uint64_t)index;
	for (size_t i = 0; i < s->n_packs; i++)
		if (oid_eq(&s->pack[i].name, &p.name))
			return 0;
	s->pack = arena_grow(&s->arena, s->pack, s->n_packs, &s->room_packs,
	    sizeof(*s->pack));
	s->pack[s->n_packs++] = p;
	return 0;
}

/* {"dead":HEX of a pack,"bits":HEX} */
static int
apply_dead(struct remote_state *s, const struct json *j, struct err *e)
{
	const char *hex = json_text(j, "bits", "");
	struct remote_dead d;
	uint8_t *bits;

	d.n = strlen(hex) / 2;
	bits = arena_alloc(&s->arena, d.n + 1);
	if (!get_digest(&d.pack, j, "dead") ||
	    hex_decode(bits, d.n, hex, strlen(hex)) < 0)
		return refuse("a record tells badly what is dead", e);
	d.bits = bits;
	s->dead = arena_grow(&s->arena, s->dead, s->n_dead, &s->room_dead,
	    sizeof(*s->dead));
	s->dead[s->n_dead++] = d;
	return 0;
}

const struct remote_dead *
remote_state_dead(const struct remote_state *s, const struct oid *pack)
{
	for (size_t i = 0; i < s->n_dead; i++)
		if (oid_eq(&s->dead[i].pack, pack))
			return &s->dead[i];
	return NULL;
}

static struct remote_ref *
add_ref(struct remote_state *s, const char *name)
{
	uint32_t i = intern_add(s->names, name, strlen(name));

	if (i == s->n_refs) {
		s->ref = arena_grow(&s->arena, s->ref, s->n_refs,
		    &s->room_refs, sizeof(*s->ref));
		s->ref[s->n_refs++] = (struct remote_ref){
			.name = arena_strdup(&s->arena, name) };
	}
	return &s->ref[i];
}

static int
apply_value(struct remote_state *s, const struct json *j, struct err *e)
{
	const char *name = json_text(j, "ref", "");
	int64_t number = json_int(j, "number", -1);
	struct remote_value v = { .number = 0 };
	struct remote_ref *r;

	if (!ref_name_ok(name) || number < 0 || number >= UINT32_MAX ||
	    !get_digest(&v.audit, j, "audit") ||
	    (number && !get_digest(&v.id, j, "id")) ||
	    (json_get(j, "verdict") && !get_digest(&v.verdict, j, "verdict")))
		return refuse("a record has a bad value", e);
	r = add_ref(s, name);
	if (strchr(name, '@') == NULL && (uint64_t)number != r->n + 1)
		return refuse("the versions of a name do not count up", e);
	v.number = (uint32_t)number;
	v.time = arena_strdup(&s->arena, json_text(j, "time", ""));
	v.user = arena_strdup(&s->arena, json_text(j, "user", ""));
	v.host = arena_strdup(&s->arena, json_text(j, "host", ""));
	r->value = arena_grow(&s->arena, r->value, r->n, &r->room,
	    sizeof(*r->value));
	r->value[r->n++] = v;
	return 0;
}

/* A line of somebody's audit log, as it is in the log. */
static int
apply_line(struct remote_state *s, struct remote_chain **chain,
    const struct oid *name, const struct json *j, struct err *e)
{
	const struct json *line = json_get(j, "line");
	struct remote_chain *c = *chain;
	struct oid hash;

	if (line->type != JSON_TEXT || memchr(line->s, '\n', line->n))
		return refuse("a record has a bad line of an audit log", e);
	oid_of(&hash, line->s, line->n);
	if (c == NULL && (c = remote_state_chain(s, name)) == NULL) {
		s->chain = arena_grow(&s->arena, s->chain, s->n_chains,
		    &s->room_chains, sizeof(*s->chain));
		c = &s->chain[s->n_chains++];
		*c = (struct remote_chain){ .name = *name };
		buf_init(&c->lines, REMOTE_RECORD_MAX);
	}
	*chain = c;
	buf_add(&c->lines, line->s, line->n);
	buf_addc(&c->lines, '\n');
	c->head = hash;
	c->records++;
	return buf_check(&c->lines, e);
}

/* Work that a run did: whoever is to do the same may take what it made. */
static int
apply_memo(struct remote_state *s, const struct json *j, struct err *e)
{
	const char *run = json_text(j, "run", "");
	char hex[OID_HEX + 1];
	struct oid name;
	uint32_t i;

	if (!get_digest(&name, j, "memo") || !ref_part_ok(run, strlen(run)))
		return refuse("a record has a bad memo", e);
	i = intern_add(s->memos, oid_hex(hex, &name), OID_HEX);
	if (i == s->n_memos) {
		s->memo_run = arena_grow(&s->arena, s->memo_run, s->n_memos,
		    &s->room_memos, sizeof(*s->memo_run));
		s->n_memos++;
	}
	s->memo_run[i] = arena_strdup(&s->arena, run);
	return 0;
}

const char *
remote_state_memo(const struct remote_state *s, const char *name)
{
	uint32_t i = intern_find(s->memos, name, strlen(name));

	return i == INTERN_NONE ? NULL : s->memo_run[i];
}

static int
apply_about(struct remote_state *s, const struct json *j, struct err *e)
{
	const char *ref = json_text(j, "by", "");
	struct remote_about a;

	if (!get_digest(&a.subject, j, "about") || !ref_name_ok(ref))
		return refuse("a record has a bad line of what a report is "
		    "about", e);
	a.ref = arena_strdup(&s->arena, ref);
	s->about = arena_grow(&s->arena, s->about, s->n_abouts,
	    &s->room_abouts, sizeof(*s->about));
	s->about[s->n_abouts++] = a;
	return 0;
}

/* A section begins with its schema and whose log its lines are of. */
static int
apply_line_of_record(struct remote_state *s, struct remote_chain **chain,
    struct oid *name, const struct json *j, struct err *e)
{
	const char *schema = json_text(j, "schema", NULL);

	if (schema) {
		*chain = NULL;
		if (strcmp(schema, RECORD_SCHEMA) != 0)
			return err_set(e, ERR_UNSUPPORTED, "it was written by "
			    "a newer mlv-data: it has a record of '%.80s', "
			    "this one knows " RECORD_SCHEMA, schema);
		return get_digest(name, j, "log") ? 0 :
		    refuse("a record names no audit log", e);
	}
	if (json_get(j, "pack"))
		return apply_pack(s, j, e);
	if (json_get(j, "dead"))
		return apply_dead(s, j, e);
	if (json_get(j, "ref"))
		return apply_value(s, j, e);
	if (json_get(j, "memo"))
		return apply_memo(s, j, e);
	if (json_get(j, "about"))
		return apply_about(s, j, e);
	if (json_get(j, "line"))
		return apply_line(s, chain, name, j, e);
	return 0;		/* a later one's; we need it not */
}

int
remote_state_apply(struct remote_state *s, const char *p, size_t n,
    struct err *e)
{
	struct remote_chain *chain = NULL;
	const char *end = p + n, *stop;
	struct oid name = { { 0 } };
	int r = 0;

	if (s->names == NULL) {
		s->names = intern_new();
		s->memos = intern_new();
	}
	for (; r == 0 && p < end; p = stop + 1) {
		struct arena a = { NULL, 0 };
		struct err mine = ERR_INIT;
		struct json *j;

		stop = memchr(p, '\n', (size_t)(end - p));
		if (stop == NULL || json_parse(&j, &a, p, (size_t)(stop - p), 0,
		    &mine) < 0 || j->type != JSON_MAP)
			r = refuse("a record is not JSON Lines", e);
		else
			r = apply_line_of_record(s, &chain, &name, j, e);
		arena_free(&a);
		if (stop == NULL)
			break;
	}
	return r;
}

/* --- all of them ----------------------------------------------------------- */

static int
read_kept(struct buf *b, const char *path, const struct oid *id)
{
	struct err ignored = ERR_INIT;
	struct oid found;

	buf_clear(b);
	if (file_read_own(b, path, &ignored) < 0)
		return -1;
	oid_of(&found, b->data, b->len);
	return oid_eq(&found, id) ? 0 : -1;
}

static int
read_record(struct buf *b, struct transport *t, const char *kept,
    const struct oid *id, struct err *e)
{
	char *key = remote_key("records", id), *path = remote_key(kept, id);
	struct err ignored = ERR_INIT;
	struct oid found;
	int r = read_kept(b, path, id);

	if (r < 0) {
		buf_clear(b);
		r = transport_get(b, t, key, NULL, e);
		if (r < 0 && e->code == ERR_NOENT)
			r = refuse("a record that the head lists is not "
			    "there", e);
		if (r == 0) {
			oid_of(&found, b->data, b->len);
			if (!oid_eq(&found, id))
				r = refuse("a record does not hash to its "
				    "name", e);
		}
		if (r == 0)
			(void)file_replace_own(os_real(), path, b->data,
			    b->len, 0666, &ignored);
	}
	free(path);
	free(key);
	return r;
}

static int
parse_head(struct remote_state *s, const char *p, size_t n, struct err *e)
{
	struct err mine = ERR_INIT;
	const struct json *list;
	const char *schema;
	struct json *j;

	if (json_parse(&j, &s->arena, p, n, 0, &mine) < 0 ||
	    (schema = json_text(j, "schema", NULL)) == NULL)
		return refuse("its head is no head of a remote", e);
	s->collected = strcmp(schema, COLLECTED_SCHEMA) == 0;
	if (strcmp(schema, HEAD_SCHEMA) != 0 && !s->collected)
		return err_set(e, ERR_UNSUPPORTED, "it is of format '%.80s'; "
		    "this mlv-data knows " HEAD_SCHEMA " and "
		    COLLECTED_SCHEMA, schema);
	if (s->collected && leaving_parse(&s->leaving, &s->arena,
	    json_get(j, "leaving"), e) < 0)
		return err_wrap(e, "what it keeps is damaged");
	list = json_get(j, "records");
	if (list == NULL || list->type != JSON_LIST)
		return refuse("its head lists no records", e);
	s->record = arena_alloc(&s->arena, (list->n + 1) *
	    sizeof(*s->record));
	for (const struct json *c = list->child; c; c = c->next) {
		struct remote_file *f = &s->record[s->n_records++];
		int64_t bytes = json_int(c, "bytes", -1);

		if (!get_digest(&f->id, c, "id") || bytes < 0)
			return refuse("its head lists something else than a "
			    "record", e);
		f->bytes = (uint64_t)bytes;
	}
	return 0;
}

void
remote_state_recheck(const struct remote_state *s, struct transport *t,
    struct err *e)
{
	struct err ignored = ERR_INIT;
	struct tag now = { "" };
	struct buf b;

	if (e->code != ERR_CORRUPT)
		return;
	buf_init(&b, REMOTE_HEAD_MAX);
	if (transport_get(&b, t, REMOTE_HEAD_KEY, &now, &ignored) == 0 &&
	    strcmp(now.text, s->tag.text) != 0)
		e->code = ERR_MOVED;
	buf_free(&b);
}

int
remote_state_read(struct remote_state *s, struct transport *t,
    const char *kept, struct err *e)
{
	struct err mine = ERR_INIT;
	struct buf b;
	int r;

	*s = (struct remote_state){ .n_refs = 0 };
	s->names = intern_new();
	s->memos = intern_new();
	buf_init(&b, REMOTE_HEAD_MAX);
	r = transport_get(&b, t, REMOTE_HEAD_KEY, &s->tag, &mine);
	if (r == 0) {
		r = parse_head(s, b.data, b.len, e);
	} else if (mine.code == ERR_NOENT) {
		r = 0;
		s->tag.text[0] = '\0';
	} else {
		*e = mine;
	}
	buf_free(&b);
	buf_init(&b, REMOTE_RECORD_MAX);
	for (size_t i = 0; r == 0 && i < s->n_records; i++) {
		r = read_record(&b, t, kept, &s->record[i].id, e);
		if (r == 0)
			r = remote_state_apply(s, b.data, b.len, e);
	}
	buf_free(&b);
	if (r < 0) {
		remote_state_recheck(s, t, e);
		remote_state_release(s);
	}
	return r;
}

void
remote_state_release(struct remote_state *s)
{
	for (size_t i = 0; i < s->n_chains; i++)
		buf_free(&s->chain[i].lines);
	if (s->names) {
		intern_free(s->names);
		intern_free(s->memos);
	}
	arena_free(&s->arena);
	*s = (struct remote_state){ .n_refs = 0 };
}

/* The lines of one record that are wanted. */
static int
add_lines(struct buf *out, const struct buf *record, remote_keep_fn *keep,
    void *ctx, struct err *e)
{
	const char *p = record->data, *end = p + record->len, *stop;

	for (; p < end; p = stop + 1) {
		struct arena a = { NULL, 0 };
		struct err mine = ERR_INIT;
		struct json *j;

		stop = memchr(p, '\n', (size_t)(end - p));
		if (stop == NULL)
			return refuse("a record is not JSON Lines", e);
		if (json_parse(&j, &a, p, (size_t)(stop - p), 0, &mine) < 0 ||
		    keep(ctx, j))
			buf_add(out, p, (size_t)(stop + 1 - p));
		arena_free(&a);
	}
	return buf_check(out, e);
}

int
remote_state_text(struct buf *out, const struct remote_state *s,
    struct transport *t, const char *kept, remote_keep_fn *keep, void *ctx,
    struct err *e)
{
	struct buf b;
	int r = 0;

	buf_init(&b, REMOTE_RECORD_MAX);
	for (size_t i = 0; r == 0 && i < s->n_records; i++) {
		r = read_record(&b, t, kept, &s->record[i].id, e);
		if (r == 0 && keep)
			r = add_lines(out, &b, keep, ctx, e);
		else if (r == 0)
			buf_add(out, b.data, b.len);
	}
	buf_free(&b);
	return r < 0 ? -1 : buf_check(out, e);
}

void
remote_state_fold(struct remote_state *s, const struct oid *one,
    int64_t now_s)
{
	for (size_t i = 0; s->collected && i < s->n_records; i++)
		if (!oid_eq(&s->record[i].id, one))
			leaving_add(&s->leaving, &s->arena,
			    &(struct leaving_file){ .folder = "records",
			    .name = s->record[i].id, .since_s = now_s,
			    .bytes = s->record[i].bytes });
	s->n_records = 0;
	leaving_take_back(&s->leaving, "records", one);
}

static void
put_file(struct buf *out, const struct remote_file *f)
{
	char hex[OID_HEX + 1];

	buf_addf(out, "\n{\"id\":\"%s\",\"bytes\":%llu}", oid_hex(hex, &f->id),
	    (unsigned long long)f->bytes);
}

void
remote_state_head(struct buf *out, const struct remote_state *s,
    const struct remote_file *more)
{
	buf_addf(out, "{\"schema\":\"%s\"", s->collected ?
	    COLLECTED_SCHEMA : HEAD_SCHEMA);
	if (s->collected)
		leaving_print(out, &s->leaving);
	buf_adds(out, ",\"records\":[");
	for (size_t i = 0; i < s->n_records; i++) {
		put_file(out, &s->record[i]);
		buf_addc(out, ',');
	}
	put_file(out, more);
	buf_adds(out, "\n]}\n");
}
