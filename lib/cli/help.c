/* Help and listings, made from the tables of verbs and options. */
#include "cli/help.h"

#include <string.h>

#include "cli/parse.h"

#define WIDE 80
#define HELP_AT 32		/* column of what an option does */

void
help_tool(struct out *o, const struct tool *t, const char *group)
{
	size_t n = group ? strlen(group) : 0;

	out_line(o, "%s - %s", t->name, t->summary);
	out_line(o, "\nusage: %s VERB [options] [arguments]\n", t->name);
	for (size_t i = 0; t->verbs[i]; i++)
		if (n == 0 || (strncmp(t->verbs[i]->name, group, n) == 0 &&
		    t->verbs[i]->name[n] == ' '))
			out_line(o, "  %-14s %s", t->verbs[i]->name,
			    t->verbs[i]->summary);
	out_line(o, "\n'%s VERB --help' explains one, '%s --version' its "
	    "version.", t->name, t->name);
}

/* The word of s to its next space that is in no brackets. */
static size_t
word_length(const char *s, size_t n)
{
	size_t i = 0;

	for (int deep = 0; i < n && (deep > 0 || s[i] != ' '); i++)
		deep += s[i] == '[' ? 1 : s[i] == ']' ? -1 : 0;
	return i;
}

/* n bytes of words from column `at` on; lines that follow begin at
 * `indent`. */
static void
put_words(struct out *o, const char *s, size_t n, size_t at, size_t indent)
{
	bool first = true;

	while (n) {
		size_t len = word_length(s, n);

		if (!first && at + 1 + len > WIDE) {
			buf_addf(&o->buf, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			buf_addc(&o->buf, ' ');
			at++;
		}
		buf_add(&o->buf, s, len);
		at += len;
		first = false;
		len += len < n;		/* the space */
		s += len;
		n -= len;
	}
	out_line(o, "%s", "");
}

static void
help_option(struct out *o, const struct opt *p)
{
	size_t n;

	buf_adds(&o->buf, p->letter ? "  -" : "      --");
	if (p->letter)
		buf_addf(&o->buf, "%c, --", p->letter);
	n = strlen(p->name);
	buf_add(&o->buf, p->name, n);
	if (p->value) {
		buf_addf(&o->buf, " %s", p->value);
		n += 1 + strlen(p->value);
	}
	n = n < HELP_AT - 10 ? HELP_AT - 8 - n : 2;
	buf_addf(&o->buf, "%*s", (int)n, "");
	n += 8 + strlen(p->name) + (p->value ? 1 + strlen(p->value) : 0);
	put_words(o, p->help, strlen(p->help), n, HELP_AT);
}

void
help_verb(struct out *o, const struct tool *t, const struct verb *v)
{
	const char *s = v->synopsis, *head = "usage:";
	size_t start = strlen(head) + strlen(t->name) + strlen(v->name) + 3;

	do {
		size_t n = strcspn(s, "\n");

		buf_addf(&o->buf, "%s %s %s ", head, t->name, v->name);
		put_words(o, s, n, start, start);
		s += n + (s[n] == '\n');
		head = "      ";
	} while (*s);
	out_line(o, "\n%s\noptions:", v->about);
	for (const struct opt *p = v->options; p && p->name; p++)
		help_option(o, p);
	for (const struct opt *p = opt_shared; p->name; p++)
		if (opt_applies(v, p))
			help_option(o, p);
}

static void
list_option(struct out *o, const struct verb *v, const struct opt *p)
{
	char letter[2] = { p->letter, '\0' };

	out_line(o, "%s\t--%s\t%s\t%s\t%s", v->name, p->name, letter,
	    p->value ? p->value : "", p->help);
}

void
help_list(struct out *o, const struct tool *t)
{
	for (size_t i = 0; t->verbs[i]; i++) {
		const struct verb *v = t->verbs[i];

		out_line(o, "%s\t-\t\t\t%s", v->name, v->summary);
		for (const struct opt *p = v->options; p && p->name; p++)
			list_option(o, v, p);
		for (const struct opt *p = opt_shared; p->name; p++)
			if (opt_applies(v, p))
				list_option(o, v, p);
	}
}
