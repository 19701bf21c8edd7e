/* What a specification of features knows: its views and services by name. */
#include "feature/spec.h"

#include <string.h>

#include "base/nearest.h"

const struct feature_view *
feature_view_find(const struct feature_spec *s, const char *name)
{
	for (size_t i = 0; i < s->views; i++)
		if (strcmp(s->view[i].name, name) == 0)
			return &s->view[i];
	return NULL;
}

static int
unknown(const char *what, const char *word, const char *const *known,
    size_t n, struct err *e)
{
	const char *near = nearest_word(word, known, n);

	return near ? err_set(e, ERR_NOENT, "there is no %s '%.100s'; is it "
	    "'%.100s'?", what, word, near) : err_set(e, ERR_NOENT, "there is "
	    "no %s '%.100s'", what, word);
}

int
feature_service_find(const struct feature_service **out,
    const struct feature_spec *s, const char *name, struct err *e)
{
	struct arena a = { NULL, 0 };
	const char **known;
	int r;

	for (size_t i = 0; i < s->services; i++)
		if (strcmp(s->service[i].name, name) == 0) {
			*out = &s->service[i];
			return 0;
		}
	known = arena_alloc(&a, (s->services + 1) * sizeof(*known));
	for (size_t i = 0; i < s->services; i++)
		known[i] = s->service[i].name;
	r = unknown("service", name, known, s->services, e);
	arena_free(&a);
	return r;
}

static int
unknown_view(const struct feature_spec *s, const char *name, struct arena *a,
    struct err *e)
{
	const char **known = arena_alloc(a, (s->views + 1) * sizeof(*known));

	for (size_t i = 0; i < s->views; i++)
		known[i] = s->view[i].name;
	return unknown("view", name, known, s->views, e);
}

static bool
is_full_name(const struct feature_ref *r, const char *column)
{
	const char *view = r->view->name;
	size_t n = strlen(view);

	return strncmp(column, view, n) == 0 && column[n] == '_' &&
	    column[n + 1] == '_' && strcmp(column + n + 2,
	    r->view->feature[r->feature].name) == 0;
}

size_t
feature_service_column(const struct feature_service *s, const char *column)
{
	size_t found = s->refs, same = 0;

	for (size_t i = 0; i < s->refs; i++) {
		const struct feature_ref *r = &s->ref[i];

		if (is_full_name(r, column))
			return i;
		if (strcmp(r->view->feature[r->feature].name, column) == 0) {
			found = i;
			same++;
		}
	}
	return same == 1 ? found : s->refs;
}

static int
add_ref(struct feature_ref **ref, size_t *refs, struct arena *a,
    const struct feature_view *v, size_t which, struct err *e)
{
	struct feature_ref *more;

	for (size_t i = 0; i < *refs; i++)
		if ((*ref)[i].view == v && (*ref)[i].feature == which)
			return err_set(e, ERR_FORMAT, "'%.100s:%.100s' is asked "
			    "for twice", v->name, v->feature[which].name);
	if ((*refs & (*refs + 1)) == 0) {
		more = arena_alloc(a, (2 * *refs + 2) * sizeof(*more));
		if (*refs > 0)
			memcpy(more, *ref, *refs * sizeof(*more));
		*ref = more;
	}
	(*ref)[(*refs)++] = (struct feature_ref){ v, which };
	return 0;
}

int
feature_refs_add(struct feature_ref **ref, size_t *refs, struct arena *a,
    const struct feature_spec *s, const char *text, struct err *e)
{
	const char *colon = strchr(text, ':');
	char *name = colon ? arena_strndup(a, text, (size_t)(colon - text)) :
	    arena_strdup(a, text);
	const struct feature_view *v = feature_view_find(s, name);
	const char **known;

	if (v == NULL)
		return unknown_view(s, name, a, e);
	known = arena_alloc(a, (v->features + 1) * sizeof(*known));
	for (size_t i = 0; i < v->features; i++) {
		known[i] = v->feature[i].name;
		if ((colon == NULL || strcmp(colon + 1, known[i]) == 0) &&
		    add_ref(ref, refs, a, v, i, e) < 0)
			return -1;
		if (colon != NULL && strcmp(colon + 1, known[i]) == 0)
			return 0;
	}
	if (colon == NULL)
		return 0;
	return unknown(arena_printf(a, "feature of view '%.100s' called",
	    v->name), colon + 1, known, v->features, e);
}
