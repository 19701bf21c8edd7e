/* The endpoints of a server: a list that is replaced as a whole, and entries
 * counted by who holds them. */
#include "deploy/fleet.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

/* --- entries -------------------------------------------------------------- */

struct fleet_entry *
fleet_entry_new(struct endpoint *p, const char *label)
{
	struct fleet_entry *t = xalloc(1, sizeof(*t));

	t->endpoint = p;
	t->label = label ? xstrdup(label) : NULL;
	return t;
}

bool
fleet_entry_is_unused(struct fleet_entry *t)
{
	return atomic_load(&t->users) == 0;
}

void
fleet_entry_free(struct fleet_entry *t)
{
	if (t == NULL)
		return;
	endpoint_close(t->endpoint);
	free(t->label);
	free(t);
}

static struct fleet_entry *
hold(struct fleet_entry *t)
{
	if (t)
		atomic_fetch_add(&t->users, 1);
	return t;
}

void
fleet_let_go(struct fleet_entry *t)
{
	if (t)
		atomic_fetch_sub(&t->users, 1);
}

/* --- the list ------------------------------------------------------------- */

void
fleet_init(struct fleet *f)
{
	memset(f, 0, sizeof(*f));
	brlock_init(&f->lock);
}

void
fleet_release(struct fleet *f)
{
	for (size_t i = 0; i < f->n; i++)
		fleet_entry_free(f->entry[i]);
	free(f->entry);
	brlock_release(&f->lock);
}

void
fleet_list(struct fleet *f, struct fleet_entry *const *entry, size_t n,
    struct fleet_entry *standard)
{
	struct fleet_entry **fresh = xalloc(n + 1, sizeof(*fresh)), **old;

	for (size_t i = 0; i < n; i++)
		fresh[i] = entry[i];
	brlock_write_enter(&f->lock);
	old = f->entry;
	f->entry = fresh;
	f->n = n;
	f->standard = standard;
	brlock_write_leave(&f->lock);
	free(old);
}

/* --- looking up ----------------------------------------------------------- */

static bool
is_text(const char *s, const char *text, size_t n)
{
	return strlen(s) == n && memcmp(s, text, n) == 0;
}

/* Under the lock.  label NULL: the one without any. */
static struct fleet_entry *
find_entry(struct fleet *f, const char *name, size_t n, const char *label,
    size_t n_label)
{
	for (size_t i = 0; i < f->n; i++) {
		struct fleet_entry *t = f->entry[i];

		if ((label == NULL) == (t->label == NULL) &&
		    is_text(endpoint_name(t->endpoint), name, n) &&
		    (label == NULL || is_text(t->label, label, n_label)))
			return t;
	}
	return NULL;
}

struct fleet_entry *
fleet_find(struct fleet *f, const char *name, size_t n)
{
	return fleet_find_label(f, name, n, NULL, 0);
}

struct fleet_entry *
fleet_find_label(struct fleet *f, const char *name, size_t n,
    const char *label, size_t n_label)
{
	int slot = brlock_read_enter(&f->lock);
	struct fleet_entry *t = hold(find_entry(f, name, n, label, n_label));

	brlock_read_leave(&f->lock, slot);
	return t;
}

struct fleet_entry *
fleet_standard(struct fleet *f)
{
	int slot = brlock_read_enter(&f->lock);
	struct fleet_entry *t = hold(f->standard);

	brlock_read_leave(&f->lock, slot);
	return t;
}

struct fleet_entry *
fleet_at(struct fleet *f, size_t i)
{
	int slot = brlock_read_enter(&f->lock);
	struct fleet_entry *t = hold(i < f->n ? f->entry[i] : NULL);

	brlock_read_leave(&f->lock, slot);
	return t;
}

struct version *
fleet_find_version(struct fleet *f, const char *name, size_t n,
    const char *number, size_t n_number)
{
	struct version *v = NULL;
	int slot = brlock_read_enter(&f->lock);

	/* an endpoint's canary may have a name of its own */
	for (size_t i = 0; i < f->n && v == NULL; i++)
		v = endpoint_find(f->entry[i]->endpoint, name, n, number,
		    n_number);
	brlock_read_leave(&f->lock, slot);
	return v;
}

bool
fleet_is_loaded(struct fleet *f)
{
	int slot = brlock_read_enter(&f->lock);
	bool loaded = f->n > 0;

	for (size_t i = 0; i < f->n && loaded; i++)
		loaded = endpoint_is_loaded(f->entry[i]->endpoint);
	brlock_read_leave(&f->lock, slot);
	return loaded;
}
