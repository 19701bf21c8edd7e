/* Text in other encodings, through iconv. */
#include "codec/charset.h"

#include <errno.h>
#include <iconv.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/mem.h"

struct charset_in {
	iconv_t to_utf8;
};

struct charset_in *
charset_in_new(const char *encoding)
{
	iconv_t to = iconv_open("UTF-8", encoding);
	struct charset_in *c;

	if (to == (iconv_t)-1)
		return NULL;
	c = xalloc(1, sizeof(*c));
	c->to_utf8 = to;
	return c;
}

void
charset_in_free(struct charset_in *c)
{
	if (c == NULL)
		return;
	iconv_close(c->to_utf8);
	free(c);
}

bool
charset_known(const char *encoding)
{
	struct charset_in *c = charset_in_new(encoding);

	charset_in_free(c);
	return c != NULL;
}

int
charset_step(struct charset_in *c, void *out, size_t cap, size_t *made,
    const void *in, size_t n, size_t *used, bool last, struct err *e)
{
	char *from = (char *)(uintptr_t)in, *to = out;
	size_t left = n, room = cap;
	size_t r = iconv(c->to_utf8, &from, &left, &to, &room);

	*used = n - left;
	*made = cap - room;
	if (r != (size_t)-1 || errno == E2BIG || (errno == EINVAL && !last))
		return 0;
	return err_set(e, ERR_FORMAT, "a character that the encoding does not "
	    "have");
}
