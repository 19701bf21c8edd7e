/* The objects that a remote has, by the indexes of its packs. */
#include "remote/known.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/path.h"
#include "remote/internal.h"

#define INDEX_MAX ((size_t)1 << 32)

static const char pack_head[PACK_HEAD] = { 'M', 'L', 'V', 'P', 1, 0, 0, 0 };

static int
write_at(int fd, uint64_t at, const void *p, size_t n, const char *path,
    struct err *e)
{
	if (lseek(fd, (off_t)at, SEEK_SET) < 0)
		return err_sys(e, "cannot write '%s'", path);
	return file_write_fd(os_real(), fd, p, n, path, e);
}

/* A cache: whole or not there, but not synced. */
static int
keep_index(const char *path, const struct remote_pack *p, const char *index,
    struct err *e)
{
	char *temp = xprintf("%s.new", path);
	int fd, r = -1;

	(void)unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0666);
	if (fd < 0) {
		err_sys(e, "cannot create '%s'", temp);
		free(temp);
		return -1;
	}
	if (write_at(fd, 0, pack_head, PACK_HEAD, temp, e) == 0 &&
	    write_at(fd, p->index, index, (size_t)(p->bytes - p->index), temp,
	    e) == 0)
		r = 0;
	close(fd);
	if (r == 0 && rename(temp, path) < 0)
		r = err_sys(e, "cannot create '%s'", path);
	if (r < 0)
		(void)unlink(temp);
	free(temp);
	return r;
}

static int
fetch_index(const char *path, const struct remote_pack *p,
    struct transport *t, struct err *e)
{
	uint64_t n = p->bytes - p->index;
	char *key = remote_key("packs", &p->name);
	struct buf b;
	int r;

	buf_init(&b, n < INDEX_MAX ? (size_t)n : INDEX_MAX);
	r = transport_get_range(&b, t, key, p->index, n, e);
	if (r < 0 && e->code == ERR_NOENT)
		err_set(e, ERR_CORRUPT, "a pack that its head lists is not "
		    "there: %s", key);
	else if (r == 0 && b.len != n)
		r = err_set(e, ERR_CORRUPT, "a pack is cut short: %s", key);
	if (r == 0)
		r = keep_index(path, p, b.data, e);
	buf_free(&b);
	free(key);
	return r;
}

static int
open_index(struct known_pack *k, struct transport *t, const char *kept,
    struct err *e)
{
	char hex[OID_HEX + 1];
	char *path = xprintf("%s/%s" PACK_SUFFIX, kept,
	    oid_hex(hex, &k->of.name));
	struct err mine = ERR_INIT;
	int r = pack_open(&k->index, path, &mine);

	if (r == 0 && (r = pack_check_index(k->index, &mine)) < 0) {
		pack_close(k->index);
		k->index = NULL;
	}
	if (r < 0 && (r = fetch_index(path, &k->of, t, e)) == 0 &&
	    (r = pack_open(&k->index, path, e)) == 0)
		r = pack_check_index(k->index, e);
	free(path);
	return r;
}

int
known_keep(const char *kept, const struct remote_pack *p, const char *index,
    struct err *e)
{
	char hex[OID_HEX + 1];
	char *path = xprintf("%s/%s" PACK_SUFFIX, kept, oid_hex(hex,
	    &p->name));
	int r = keep_index(path, p, index, e);

	free(path);
	return r;
}

int
known_read(struct known *k, const struct remote_state *s,
    struct transport *t, const char *kept, struct err *e)
{
	int r = 0;

	*k = (struct known){ .n = 0 };
	k->pack = xalloc(s->n_packs + 1, sizeof(*k->pack));
	for (size_t i = 0; r == 0 && i < s->n_packs; i++) {
		k->pack[i].of = s->pack[i];
		k->pack[i].dead = remote_state_dead(s, &s->pack[i].name);
		k->n++;
		r = open_index(&k->pack[i], t, kept, e);
	}
	if (r < 0)
		known_release(k);
	return r;
}

void
known_release(struct known *k)
{
	for (size_t i = 0; i < k->n; i++)
		pack_close(k->pack[i].index);
	free(k->pack);
	*k = (struct known){ .n = 0 };
}

bool
known_lives(const struct known_pack *k, uint64_t i)
{
	return k->dead == NULL || i / 8 >= k->dead->n ||
	    (k->dead->bits[i / 8] >> (i % 8) & 1) == 0;
}

bool
known_find(size_t *pack, struct pack_entry *entry, const struct known *k,
    const struct oid *id)
{
	for (size_t i = k->n; i-- > 0;)
		if (!k->pack[i].hidden &&
		    pack_find(entry, k->pack[i].index, id) &&
		    (k->pack[i].dead == NULL || known_lives(&k->pack[i],
		    pack_lower_bound(k->pack[i].index, id)))) {
			*pack = i;
			return true;
		}
	return false;
}
