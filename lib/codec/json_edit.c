/* Changing a JSON tree: values copied, replaced, taken away. */
#include "codec/json_edit.h"

#include <string.h>

struct json *
json_copy(struct arena *a, const struct json *from)
{
	struct json *to = arena_alloc(a, sizeof(*to));

	*to = *from;
	to->next = to->child = to->last = NULL;
	to->key = NULL;
	if (from->type == JSON_TEXT)
		to->s = arena_strndup(a, from->s, from->n);
	if (from->type != JSON_LIST && from->type != JSON_MAP)
		return to;
	to->n = 0;
	for (const struct json *c = from->child; c; c = c->next)
		json_add(a, to, c->key, json_copy(a, c));
	return to;
}

void
json_set(struct arena *a, struct json *map, const char *key,
    const struct json *value)
{
	for (struct json *old = map->child; old; old = old->next) {
		struct json *next = old->next;
		const char *name = old->key;

		if (strcmp(name, key) != 0)
			continue;
		*old = *json_copy(a, value);
		old->next = next;
		old->key = name;
		return;
	}
	json_add(a, map, key, json_copy(a, value));
}

void
json_remove(struct json *map, const char *key)
{
	struct json **at = &map->child, *before = NULL;

	for (; *at; before = *at, at = &(*at)->next)
		if (strcmp((*at)->key, key) == 0)
			break;
	if (*at == NULL)
		return;
	if (map->last == *at)
		map->last = before;
	*at = (*at)->next;
	map->n--;
}

/* Of maps far down, too; the depth is that of a tree that was read. */
void
json_merge(struct arena *a, struct json *map, const struct json *patch)
{
	for (const struct json *c = patch->child; c; c = c->next) {
		struct json *old = NULL;

		for (old = map->child; old; old = old->next)
			if (strcmp(old->key, c->key) == 0)
				break;
		if (c->type == JSON_NULL) {
			json_remove(map, c->key);
		} else if (c->type == JSON_MAP) {
			if (old == NULL || old->type != JSON_MAP) {
				json_remove(map, c->key);
				old = json_add_map(a, map, c->key);
			}
			json_merge(a, old, c);
		} else {
			json_set(a, map, c->key, c);
		}
	}
}
