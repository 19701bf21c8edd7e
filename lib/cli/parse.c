/* The words after a verb, parsed by its option table; names from a pipe. */
#include "cli/parse.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/mem.h"
#include "base/nearest.h"
#include "base/num.h"

const struct opt opt_shared[] = {
	{ OPT_FLAG, 0, "json", offsetof(struct cli, json), NULL,
	    "print JSON Lines" },
	{ OPT_FLAG, 'z', "nul", offsetof(struct cli, nul), NULL,
	    "records end in NUL, paths are raw" },
	{ OPT_FLAG, 0, "stdin", offsetof(struct cli, from_stdin), NULL,
	    "take the first field of each record on standard input" },
	{ OPT_FLAG, 'q', "quiet", offsetof(struct cli, quiet), NULL,
	    "no warnings" },
	{ OPT_FLAG, 'h', "help", 0, NULL, "show this help" },
	OPT_END
};

bool
opt_applies(const struct verb *v, const struct opt *shared)
{
	switch (shared->name[0]) {
	case 'j':
		return v->flags & VERB_JSON;
	case 'n':
		return v->flags & VERB_NUL;
	case 's':
		return v->flags & VERB_STDIN;
	default:
		return true;
	}
}

/* Where an option's value is stored. */
struct place {
	const struct opt *opt;
	void *base;
};

static bool
option_matches(const struct opt *o, const char *name, size_t n, char letter)
{
	if (letter)
		return o->letter == letter;
	return strlen(o->name) == n && memcmp(o->name, name, n) == 0;
}

static struct place
option_find(struct cli *c, void *opts, const char *name, size_t n, char letter)
{
	const struct opt *o;

	for (o = c->verb->options; o && o->name; o++)
		if (option_matches(o, name, n, letter))
			return (struct place){ o, opts };
	for (o = opt_shared; o->name; o++)
		if (opt_applies(c->verb, o) && option_matches(o, name, n, letter))
			return (struct place){ o, c };
	return (struct place){ NULL, NULL };
}

static int
refuse_unknown(struct cli *c, const char *name, size_t n, char letter,
    struct err *e)
{
	const char *known[OPT_MAX], *near;
	size_t k = 0;
	char *word;

	if (letter)
		return err_set(e, ERR_USAGE, "unknown option '-%c' of '%s'",
		    letter, c->verb->name);
	for (const struct opt *o = c->verb->options; o && o->name && k < OPT_MAX; o++)
		known[k++] = o->name;
	for (const struct opt *o = opt_shared; o->name && k < OPT_MAX; o++)
		if (opt_applies(c->verb, o))
			known[k++] = o->name;
	word = xstrndup(name, n);
	near = nearest_word(word, known, k);
	if (near)
		err_set(e, ERR_USAGE, "unknown option '--%s' of '%s'; did you "
		    "mean '--%s'?", word, c->verb->name, near);
	else
		err_set(e, ERR_USAGE, "unknown option '--%s' of '%s'", word,
		    c->verb->name);
	free(word);
	return -1;
}

static void
texts_append(struct cli *c, struct texts *t, const char *s)
{
	/* full at every power of two: then it doubles */
	if ((t->n & (t->n - 1)) == 0) {
		const char **v = arena_alloc(&c->arena,
		    (t->n ? t->n * 2 : 1) * sizeof(*v));

		if (t->n)
			memcpy(v, t->v, t->n * sizeof(*v));
		t->v = v;
	}
	t->v[t->n++] = s;
}

/* A name in quotes as in CSV, where it holds a comma or an equals sign: its
 * text, and where it ends; NULL: s begins no such name. */
static char *
quoted_name(struct cli *c, const char *s, const char *enders,
    const char **end)
{
	char *out;
	size_t n = 0;

	if (*s != '"')
		return NULL;
	out = arena_alloc(&c->arena, strlen(s) + 1);
	for (s++; *s != '\0'; s++) {
		if (*s == '"' && *++s != '"') {
			*end = s;
			return *s == '\0' || strchr(enders, *s) ? out : NULL;
		}
		out[n++] = *s;
	}
	return NULL;
}

static void
texts_append_list(struct cli *c, struct texts *t, const char *s)
{
	for (;;) {
		const char *end;
		char *name = quoted_name(c, s, ",", &end);

		if (name == NULL) {
			end = s + strcspn(s, ",");
			name = arena_strndup(&c->arena, s, (size_t)(end - s));
		}
		texts_append(c, t, name);
		if (*end == '\0')
			return;
		s = end + 1;
	}
}

/* "--task is binary, multiclass or regression, not 'x'". */
static int
refuse_word(const struct opt *o, const char *value, struct err *e)
{
	const struct opt_word *w = o->words;
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	for (; w->word; w++)
		buf_addf(&b, "%s%s", w == o->words ? "" : w[1].word ? ", " :
		    " or ", w->word);
	buf_addc(&b, '\0');
	err_set(e, ERR_USAGE, "--%s is %s, not '%s'", o->name, b.data, value);
	buf_free(&b);
	return -1;
}

static int
word_store(int *at, const struct opt *o, const char *value, struct err *e)
{
	for (const struct opt_word *w = o->words; w->word; w++)
		if (strcmp(w->word, value) == 0) {
			*at = w->value;
			return 0;
		}
	return refuse_word(o, value, e);
}

/* "--threads is 1 to 1024, not 0", "--skip-lines is 0 or more, not -1". */
static int
check_range(const struct opt *o, double v, const char *value, struct err *e)
{
	if ((o->low == 0 && o->high == 0) || (v >= o->low && v <= o->high))
		return 0;
	if (isinf(o->high))
		return err_set(e, ERR_USAGE, "--%s is %.12g or more, not %s",
		    o->name, o->low, value);
	return err_set(e, ERR_USAGE, "--%s is %.12g to %.12g, not %s", o->name,
	    o->low, o->high, value);
}

static int
number_store(void *at, const struct opt *o, const char *value, struct err *e)
{
	bool whole = o->type == OPT_INT;

	if (!(whole ? num_parse_i64(value, strlen(value), at) :
	    num_parse_f64(value, strlen(value), at)))
		return err_set(e, ERR_USAGE, "option '--%s' takes a%s number, "
		    "not '%s'", o->name, whole ? " whole" : "", value);
	return check_range(o, whole ? (double)*(int64_t *)at : *(double *)at,
	    value, e);
}

/* `value` NULL: a flag that is set; a flag with one is unset. */
static int
value_store(struct parsed *out, struct cli *c, struct place p,
    const char *value, struct err *e)
{
	void *at = (char *)p.base + p.opt->at;

	if (p.base != c)
		out->given |= UINT64_C(1) << (p.opt - c->verb->options);
	switch (p.opt->type) {
	case OPT_FLAG:
		*(bool *)at = value == NULL;
		return 0;
	case OPT_TEXT:
		*(const char **)at = value;
		return 0;
	case OPT_TEXTS:
		texts_append(c, at, value);
		return 0;
	case OPT_LIST:
		texts_append_list(c, at, value);
		return 0;
	case OPT_WORD:
		return word_store(at, p.opt, value, e);
	default:
		return number_store(at, p.opt, value, e);
	}
}

static bool
was_given(const struct parsed *out, const struct opt *all, const char *name)
{
	for (size_t i = 0; all[i].name; i++)
		if (strcmp(all[i].name, name) == 0)
			return out->given >> i & 1;
	return false;
}

/* What must be given was, nothing beside what it excludes, and nothing that
 * would have no effect. */
static int
check_given(const struct parsed *out, const struct opt *all, struct err *e)
{
	for (size_t i = 0; all && all[i].name; i++) {
		bool given = out->given >> i & 1;

		if (all[i].needed && !given)
			return err_set(e, ERR_USAGE, "%s", all[i].needed);
		if (given && all[i].excludes && was_given(out, all,
		    all[i].excludes))
			return err_set(e, ERR_USAGE, "--%s and --%s exclude "
			    "each other", all[i].name, all[i].excludes);
		if (given && all[i].with && !was_given(out, all, all[i].with))
			return err_set(e, ERR_USAGE, "--%s means nothing "
			    "without --%s", all[i].name, all[i].with);
	}
	return 0;
}

/* "--name", "--name=value", "--no-name".  Returns how many further words
 * were used, or -1. */
static int
long_option(struct parsed *out, struct cli *c, const char *word,
    const char *next, struct err *e)
{
	size_t n = strcspn(word, "=");
	const char *value = word[n] ? word + n + 1 : NULL;
	struct place p = option_find(c, out->opts, word, n, 0);

	if (p.opt == NULL && strncmp(word, "no-", 3) == 0 && value == NULL) {
		p = option_find(c, out->opts, word + 3, n - 3, 0);
		if (p.opt && p.opt->type == OPT_FLAG)
			return value_store(out, c, p, "", e);
		p.opt = NULL;
	}
	if (p.opt == NULL)
		return refuse_unknown(c, word, n, 0, e);
	if (p.base == c && strcmp(p.opt->name, "help") == 0) {
		out->help = true;
		return 0;
	}
	if (p.opt->type == OPT_FLAG) {
		if (value)
			return err_set(e, ERR_USAGE,
			    "option '--%s' takes no value", p.opt->name);
		return value_store(out, c, p, NULL, e);
	}
	if (value)
		return value_store(out, c, p, value, e);
	if (next == NULL)
		return err_set(e, ERR_USAGE, "option '--%s' needs a %s",
		    p.opt->name, p.opt->value);
	return value_store(out, c, p, next, e) < 0 ? -1 : 1;
}

/* "-q", "-qz", "-ofile", "-o file". */
static int
short_options(struct parsed *out, struct cli *c, const char *word,
    const char *next, struct err *e)
{
	for (; *word; word++) {
		struct place p = option_find(c, out->opts, NULL, 0, *word);

		if (p.opt == NULL)
			return refuse_unknown(c, NULL, 0, *word, e);
		if (p.base == c && *word == 'h') {
			out->help = true;
			continue;
		}
		if (p.opt->type == OPT_FLAG) {
			value_store(out, c, p, NULL, e);
			continue;
		}
		if (word[1])
			return value_store(out, c, p, word + 1, e);
		if (next == NULL)
			return err_set(e, ERR_USAGE, "option '-%c' needs a %s",
			    *word, p.opt->value);
		return value_store(out, c, p, next, e) < 0 ? -1 : 1;
	}
	return 0;
}

/* "-" and "-5" are arguments. */
static bool
is_option(const char *s)
{
	return s[0] == '-' && s[1] && !(s[1] >= '0' && s[1] <= '9') &&
	    s[1] != '.';
}

int
opt_parse(struct parsed *out, struct cli *c, int argc, char **argv,
    struct err *e)
{
	int used, i, n = 0;

	memset(out, 0, sizeof(*out));
	out->opts = xalloc(1, c->verb->opts_size + 1);
	if (c->verb->defaults)
		memcpy(out->opts, c->verb->defaults, c->verb->opts_size);
	out->argv = argv + 1;
	for (i = 1; i < argc; i++) {
		const char *next = i + 1 < argc ? argv[i + 1] : NULL;

		if (strcmp(argv[i], "--") == 0) {
			i++;
			break;
		}
		if (!is_option(argv[i])) {
			if (c->verb->flags & VERB_COMMAND)
				break;
			out->argv[n++] = argv[i];
			continue;
		}
		used = argv[i][1] == '-' ?
		    long_option(out, c, argv[i] + 2, next, e) :
		    short_options(out, c, argv[i] + 1, next, e);
		if (used < 0)
			goto fail;
		i += used;
	}
	for (; i < argc; i++)
		out->argv[n++] = argv[i];
	out->argc = n;
	out->argv[n] = NULL;
	if (out->help || check_given(out, c->verb->options, e) == 0)
		return 0;
fail:
	free(out->opts);
	out->opts = NULL;
	return -1;
}

/* Undo the escapes of cli/out.h. */
static char *
field_unescape(struct cli *c, const char *s, size_t n)
{
	char *out = arena_alloc(&c->arena, n + 1), *o = out;

	for (size_t i = 0; i < n; i++) {
		if (s[i] != '\\' || i + 1 == n) {
			*o++ = s[i];
			continue;
		}
		i++;
		*o++ = (char)(s[i] == 't' ? '\t' : s[i] == 'n' ? '\n' :
		    s[i] == 'r' ? '\r' : s[i]);
	}
	*o = '\0';
	return out;
}

static int
names_from_stdin(struct cli *c, struct texts *out, struct err *e)
{
	char end = c->nul ? '\0' : '\n';
	struct buf b;
	int r = -1;

	buf_init(&b, BUF_CAP_DOC);
	if (file_read(&b, "-", e) < 0)
		goto done;
	for (size_t at = 0; at < b.len;) {
		const char *s = b.data + at;
		const char *stop = memchr(s, end, b.len - at);
		size_t n = stop ? (size_t)(stop - s) : b.len - at;
		const char *tab = memchr(s, '\t', n);

		at += n + 1;
		if (n == 0)
			continue;
		if (tab)
			n = (size_t)(tab - s);
		texts_append(c, out, c->nul ? arena_strndup(&c->arena, s, n) :
		    field_unescape(c, s, n));
	}
	r = out->n ? 0 : err_set(e, ERR_USAGE,
	    "no record came on standard input");
done:
	buf_free(&b);
	return r;
}

int
cli_names(struct cli *c, struct texts *out, int argc, char **argv,
    struct err *e)
{
	*out = (struct texts){ NULL, 0 };
	if (c->from_stdin && argc)
		return err_set(e, ERR_USAGE,
		    "give names with --stdin or as arguments, not both");
	if (c->from_stdin)
		return names_from_stdin(c, out, e);
	if (argc == 0)
		return err_set(e, ERR_USAGE, "%s takes a name or more, as "
		    "arguments or with --stdin", c->verb->name);
	for (int i = 0; i < argc; i++)
		texts_append(c, out, argv[i]);
	return 0;
}

bool
cli_key_value(struct cli *c, const char *s, const char **key,
    const char **value)
{
	const char *eq, *name = quoted_name(c, s, "=", &eq);

	if (name != NULL && *eq == '=') {
		*key = name;
		*value = eq + 1;
		return true;
	}
	if ((eq = strchr(s, '=')) == NULL || eq == s)
		return false;
	*key = arena_strndup(&c->arena, s, (size_t)(eq - s));
	*value = eq + 1;
	return true;
}

bool
cli_column_value(struct cli *c, const char *s, const char **column,
    const char **value)
{
	const char *eq = strrchr(s, '=');

	if (*s == '"' && cli_key_value(c, s, column, value))
		return true;
	if (eq == NULL || eq == s)
		return false;
	*column = arena_strndup(&c->arena, s, (size_t)(eq - s));
	*value = eq + 1;
	return true;
}
