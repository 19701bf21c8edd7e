/* Quoting for a shell, and for the lists that options take. */
#include "base/shellword.h"

#include <string.h>

void
shellword_add(struct buf *b, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_@%+=:,./-";

	if (*s != '\0' && strspn(s, plain) == strlen(s)) {
		buf_adds(b, s);
		return;
	}
	buf_addc(b, '\'');
	for (; *s != '\0'; s++) {
		if (*s == '\'')
			buf_adds(b, "'\\''");
		else
			buf_addc(b, *s);
	}
	buf_addc(b, '\'');
}

void
shellword_add_list(struct buf *b, const char *const *names, size_t n)
{
	struct buf list;

	buf_init(&list, b->cap);
	for (size_t i = 0; i < n; i++) {
		bool quoted = strchr(names[i], ',') != NULL ||
		    names[i][0] == '"';

		if (i > 0)
			buf_addc(&list, ',');
		if (quoted)
			buf_addc(&list, '"');
		for (const char *p = names[i]; *p != '\0'; p++) {
			if (quoted && *p == '"')
				buf_addc(&list, '"');
			buf_addc(&list, *p);
		}
		if (quoted)
			buf_addc(&list, '"');
	}
	shellword_add(b, list.data);
	buf_free(&list);
}
