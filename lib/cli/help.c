#include "cli/help.h"

#include <string.h>

#include "cli/opt.h"

void
help_tool(struct out *o, const struct tool *t)
{
	out_line(o, "%s - %s", t->name, t->summary);
	out_line(o, "\nusage: %s VERB [options] [arguments]\n", t->name);
	for (size_t i = 0; t->verbs[i]; i++)
		out_line(o, "  %-10s %s", t->verbs[i]->name,
		    t->verbs[i]->summary);
	out_line(o, "\n'%s VERB --help' explains one; '%s --version' tells the "
	    "version.", t->name, t->name);
}

static void
help_option(struct out *o, const struct opt *p)
{
	char left[64];
	size_t n;

	buf_adds(&o->buf, p->letter ? "  -" : "      --");
	if (p->letter)
		buf_addf(&o->buf, "%c, --", p->letter);
	n = strlen(p->name);
	memset(left, ' ', sizeof(left));
	buf_add(&o->buf, p->name, n);
	if (p->value) {
		buf_addf(&o->buf, " %s", p->value);
		n += 1 + strlen(p->value);
	}
	buf_add(&o->buf, left, n < 22 ? 24 - n : 2);
	out_line(o, "%s", p->help);
}

void
help_verb(struct out *o, const struct tool *t, const struct verb *v)
{
	const char *s = v->synopsis, *head = "usage:";

	do {
		size_t n = strcspn(s, "\n");

		out_line(o, "%s %s %s %.*s", head, t->name, v->name, (int)n, s);
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
