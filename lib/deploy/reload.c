/* Loads versions into a traffic split when what they come from has changed. */
#include "deploy/reload.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/mem.h"
#include "base/num.h"
#include "catalog/name.h"
#include "catalog/resolve.h"
#include "deploy/inputs.h"
#include "deploy/load.h"
#include "model/contract.h"

#define RETRY_FIRST_MS 1000
#define RETRY_LAST_MS 60000

/* --- what a source is ----------------------------------------------------- */

static bool
take_fingerprint(struct fingerprint *f, struct reload *r,
    const struct reload_source *s)
{
	return s->named ? fingerprint_of_name(f, r->catalog, s->text) :
	    fingerprint_of_file(f, s->text);
}

static bool
name_exists(struct reload *r, const char *name, struct err *e)
{
	struct catalog_item item;

	if (catalog_resolve(&item, r->catalog, name, e) < 0)
		return false;
	catalog_item_free(&item);
	return true;
}

/* The name was dropped, as aliases are. */
static bool
name_is_gone(struct reload *r, const struct reload_source *s)
{
	struct err e = ERR_INIT;

	return !name_exists(r, s->text, &e) && e.code == ERR_NOENT;
}

/* An alias that is not set, of a model that is there: *why says so. */
static bool
alias_may_come(struct reload *r, const struct reload_source *s,
    struct err *why)
{
	struct err ignored;
	struct name n;
	char *model;
	bool may = false;

	if (!s->named || name_parse(&n, s->text, &ignored) < 0)
		return false;
	model = xprintf("%s:%s", name_kind_text(n.kind), n.base);
	if (n.alias && name_exists(r, model, &ignored))
		may = !name_exists(r, s->text, why) && why->code == ERR_NOENT;
	free(model);
	name_free(&n);
	return may;
}

/* The name moved, but to the version that answers already. */
static bool
is_served_already(struct reload *r, enum variant variant)
{
	const struct reload_source *s = &r->source[variant];
	const struct version *now = r->traffic->now[variant];
	struct err ignored;
	struct catalog_item item;
	char number[NUM_TEXT_MAX];
	bool same;

	if (!s->named || now == NULL ||
	    catalog_resolve(&item, r->catalog, s->text, &ignored) < 0)
		return false;
	num_print_u64(number, item.version);
	same = strcmp(number, now->number) == 0;
	catalog_item_free(&item);
	return same;
}

/* --- versions come and go ------------------------------------------------- */

/* What a variant of this endpoint is called. */
static enum variant
called(const struct reload *r, enum variant variant)
{
	return r->label && variant == VARIANT_STABLE ? VARIANT_LABELLED :
	    variant;
}

static void
replace_version(struct reload *r, enum variant variant, struct version *fresh)
{
	struct version *old;
	struct served now;

	if (fresh) {
		fresh->stats = server_stats_of(r->stats, called(r, variant),
		    fresh->name, fresh->number);
		inputs_name(fresh->inputs, r->stats, fresh->name);
		now.stats = fresh->stats;
		snprintf(now.number, sizeof(now.number), "%s", fresh->number);
		snprintf(now.digest, sizeof(now.digest), "%s", fresh->digest);
		server_stats_explain(r->stats, r->mine, "");
	}
	old = traffic_replace(r->traffic, variant, fresh);
	server_stats_serve(r->stats, r->mine, variant, fresh ? &now : NULL);
	version_release(old);
}

static void
set_name(struct reload *r, const char *name)
{
	if (r->name == NULL)
		r->name = xstrdup(name);
	traffic_set_name(r->traffic, r->name);
	r->mine = server_stats_open(r->stats, r->name, r->label ? r->label :
	    "");
}

/* The endpoint's name is given to every version of the stable model. */
static void
name_version(struct reload *r, enum variant variant, struct version *fresh)
{
	if (r->mine == NULL)
		set_name(r, fresh->name);
	if (variant == VARIANT_STABLE && (r->stable_name == NULL ||
	    strcmp(r->stable_name, fresh->name) != 0)) {
		free(r->stable_name);
		r->stable_name = xstrdup(fresh->name);
	}
	if (strcmp(fresh->name, r->stable_name) != 0)
		return;
	free(fresh->name);
	fresh->name = xstrdup(r->name);
}

/* Clients know the stable version that answers: the next one must keep its
 * contract. */
static int
check_contract(const struct version *stable, const struct version *fresh,
    const char *source, struct err *e)
{
	struct buf why;
	int r = 0;

	buf_init(&why, BUF_CAP_SMALL);
	if (!contract_kept(&why, stable->binding, fresh->binding))
		r = err_set(e, ERR_UNSUPPORTED, "%s: version %s would break clients: "
		    "%.600s; a new start serves it", source, fresh->number,
		    why.data);
	buf_free(&why);
	return r;
}

/* A client does not know which variant will answer: all must take what the
 * stable one takes, and answer as it does. */
static int
check_variant(const struct version *stable, const struct version *other,
    const char *source, struct err *e)
{
	char *lacks = version_lacks(stable, other);
	struct buf why;
	int r = 0;

	buf_init(&why, BUF_CAP_SMALL);
	if (lacks)
		r = err_set(e, ERR_UNSUPPORTED, "%s: it needs %s, which the stable "
		    "model does not take", source, lacks);
	else if (!contract_answers_kept(&why, stable->binding,
	    other->binding))
		r = err_set(e, ERR_UNSUPPORTED, "%s: it answers otherwise than the "
		    "stable model: %.600s", source, why.data);
	buf_free(&why);
	free(lacks);
	return r;
}

/* Count it, plan the next try, and report it unless it was reported. */
static void
note_failure(struct reload *r, enum variant variant, bool is_new,
    const struct err *why)
{
	struct reload_source *s = &r->source[variant];
	size_t n = strlen(s->text);
	const char *msg = why->msg;
	char text[sizeof(s->why)];

	atomic_fetch_add(&r->mine->reload_failures, 1);
	if (r->traffic->now[VARIANT_STABLE] == NULL)
		server_stats_explain(r->stats, r->mine, why->msg);
	s->wait_ms = is_new || !s->failed ? RETRY_FIRST_MS : s->wait_ms * 2;
	if (s->wait_ms > RETRY_LAST_MS)
		s->wait_ms = RETRY_LAST_MS;
	s->retry_us = why->code == ERR_UNSUPPORTED || why->code == ERR_TOOBIG ?
	    INT64_MAX : clock_mono_us() + s->wait_ms * 1000;
	snprintf(text, sizeof(text), "%.255s", why->msg);
	/* most reasons begin with what this line names already */
	if (strncmp(msg, s->text, n) == 0 && strncmp(msg + n, ": ", 2) == 0)
		msg += n + 2;
	if (!s->failed || strcmp(text, s->why) != 0) {
		if (r->traffic->now[variant])
			log_warn(r->log, "keeping the old version of %s: %s",
			    s->text, msg);
		else if (variant == VARIANT_STABLE)
			log_warn(r->log, "%s does not answer: %s", r->name,
			    why->msg);
		else
			log_warn(r->log, "the stable model answers all "
			    "requests: %s", why->msg);
	}
	memcpy(s->why, text, sizeof(text));
	s->failed = true;
}

/* They fitted the stable version that was there before, and are loaded again
 * for the one that is there now. */
static void
drop_others(struct reload *r)
{
	for (int v = VARIANT_STABLE + 1; v < VARIANTS; v++) {
		r->source[v].tried = false;
		if (r->traffic->now[v])
			replace_version(r, v, NULL);
	}
}

static int
load_version(struct reload *r, enum variant variant, struct err *e)
{
	const char *source = r->source[variant].text;
	const struct version *stable = r->traffic->now[VARIANT_STABLE];
	struct version *fresh;
	int fits = 0;

	r->source[variant].tried = true;
	if (version_load(&fresh, r->catalog, source, called(r, variant),
	    r->score, r->fill, &r->patience, e) < 0)
		return -1;
	if (variant != VARIANT_STABLE)
		fits = check_variant(stable, fresh, source, e);
	else if (stable && !r->source[variant].edited)
		fits = check_contract(stable, fresh, source, e);
	if (fits < 0) {
		version_release(fresh);
		return -1;
	}
	name_version(r, variant, fresh);
	replace_version(r, variant, fresh);
	if (r->source[variant].edited)
		drop_others(r);
	r->source[variant].edited = false;
	return 0;
}

/* --- polling -------------------------------------------------------------- */

/* Is there something to do about a source?  Takes its fingerprint.
 * *is_new: it is not what was acted upon last. */
static bool
needs_loading(struct reload *r, enum variant variant, bool now,
    bool *is_new)
{
	struct reload_source *s = &r->source[variant];
	struct fingerprint f;
	bool settled;

	/* of what is not there the first load says so */
	if (s->text == NULL || (!take_fingerprint(&f, r, s) && s->tried &&
	    (!s->failed || r->traffic->now[variant])))
		return false;
	settled = s->named || now || fingerprint_same(&f, &s->last);
	s->last = f;
	*is_new = !s->tried || !fingerprint_same(&f, &s->taken);
	if (*is_new)
		return settled || !s->tried;
	return s->failed && (now || clock_mono_us() >= s->retry_us);
}

static void
poll_source(struct reload *r, enum variant variant, bool now)
{
	struct reload_source *s = &r->source[variant];
	struct err e = ERR_INIT;
	bool had = r->traffic->now[VARIANT_STABLE] != NULL, is_new;

	if (variant != VARIANT_STABLE && !had)
		return;		/* what it must fit is not there yet */
	if (!needs_loading(r, variant, now, &is_new))
		return;
	s->taken = s->last;
	if (!s->edited && is_served_already(r, variant)) {
		s->failed = false;
	} else if (load_version(r, variant, &e) == 0) {
		s->failed = false;
		if (had)
			atomic_fetch_add(&r->mine->reloads, 1);
	} else if (variant != VARIANT_STABLE && name_is_gone(r, s)) {
		s->failed = false;
		if (r->traffic->now[variant])
			log_warn(r->log, "there is no %s any more: the stable "
			    "model answers all requests", s->text);
		replace_version(r, variant, NULL);
	} else if (e.code != ERR_STOPPED) {
		note_failure(r, variant, is_new, &e);
	}
	atomic_store(&r->mine->held_back[variant], s->failed);
}

void
reload_poll(struct reload *r, bool now)
{
	for (int v = 0; v < VARIANTS; v++)
		poll_source(r, v, now);
}

/* --- life ----------------------------------------------------------------- */

static void
name_source(struct reload_source *s, const char *text)
{
	struct err ignored;
	struct name n;

	free(s->text);
	memset(s, 0, sizeof(*s));
	s->text = text ? xstrdup(text) : NULL;
	if (text && name_parse(&n, text, &ignored) == 0) {
		s->named = name_is_ref(&n);
		name_free(&n);
	}
}

void
reload_set_source(struct reload *r, enum variant variant, const char *text)
{
	name_source(&r->source[variant], text);
	if (r->traffic->now[variant])
		replace_version(r, variant, NULL);
	atomic_store(&r->mine->held_back[variant], false);
}

void
reload_edit_stable(struct reload *r, const char *text)
{
	struct reload_source *s = &r->source[VARIANT_STABLE];

	name_source(s, text);
	s->edited = true;
}

int
reload_init(struct reload *r, const char *folder, const char *as,
    const char *const source[VARIANTS], struct err *e)
{
	const struct repo_opts so = { .log = r->log };

	if (as)
		set_name(r, as);
	for (int v = 0; v < VARIANTS; v++)
		name_source(&r->source[v], source[v]);
	return catalog_open(&r->catalog, folder, &so, e);
}

void
reload_release(struct reload *r)
{
	catalog_close(r->catalog);
	server_stats_close(r->stats, r->mine);
	for (int v = 0; v < VARIANTS; v++)
		free(r->source[v].text);
	free(r->label);
	free(r->name);
	free(r->stable_name);
}

static void
warn_of_order(const struct reload *r, enum variant variant)
{
	if (binding_by_place(r->traffic->now[variant]->binding))
		log_warn(r->log, "%s does not name its columns: it takes them "
		    "in the order in which clients send them; --columns names "
		    "them", r->source[variant].text);
}

int
reload_first(struct reload *r, struct err *e)
{
	for (int v = 0; v < VARIANTS; v++) {
		struct reload_source *s = &r->source[v];
		struct err why = ERR_INIT;

		if (s->text == NULL)
			continue;
		/* what is seen before it is loaded counts as acted upon */
		(void)take_fingerprint(&s->taken, r, s);
		s->last = s->taken;
		if (load_version(r, v, e) == 0) {
			warn_of_order(r, v);
			continue;
		}
		if (v == VARIANT_STABLE || !alias_may_come(r, s, &why))
			return -1;
		log_warn(r->log, "there is no %s: %s; the stable model "
		    "answers all requests until it is set", variant_text(v),
		    why.msg);
	}
	return 0;
}
