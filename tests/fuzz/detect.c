/*
 * A letter for the detector, then any bytes as its state: refused, or it goes
 * on; and what it saves then goes on as it does itself.
 */
#include <stdint.h>
#include <stdlib.h>

#include "drift/detect.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static enum detect_sign
add(struct detection *d, int i)
{
	enum detect_sign sign = DETECT_NONE;
	struct err e = ERR_INIT;

	if (detection_add(&sign, d, i * 7919 % 10 < (i < 200 ? 2 : 8), &e) < 0)
		abort();
	return sign;
}

/* A detector with the state j; NULL when it is refused. */
static struct detection *
load(const char *name, const struct json *j)
{
	static const struct param few[] = { { "window_size", "60" },
	    { "stat_size", "10" } };
	struct err e = ERR_INIT;
	struct detection *d;

	if (detection_new(&d, name, few, name[0] == 'k' ? 2 : 0, &e) < 0)
		abort();
	if (detection_load(d, j, &e) == 0)
		return d;
	if (e.msg[0] == '\0')
		abort();
	detection_free(d);
	return NULL;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *name = size > 0 ? detector_name(data[0] - 'a') : NULL;
	struct arena a = { NULL, 0 };
	struct err e = ERR_INIT;
	struct detection *d, *copy;
	struct json *j, *saved;

	if (name == NULL)
		return 0;
	if (json_parse(&j, &a, (const char *)data + 1, size - 1, 0, &e) == 0 &&
	    j->type == JSON_MAP && (d = load(name, j)) != NULL) {
		for (int i = 0; i < 100; i++)
			(void)add(d, i);
		saved = json_new(&a, JSON_MAP);
		detection_save(saved, &a, d);
		/* numbers of no stream may have become infinite */
		copy = load(name, saved);
		for (int i = 100; i < 400 && copy != NULL; i++)
			if (add(d, i) != add(copy, i))
				abort();
		detection_free(copy);
		detection_free(d);
	}
	arena_free(&a);
	return 0;
}
