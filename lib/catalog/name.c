/* Names parsed, and spelled as labels and refs. */
#include "catalog/name.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/clock.h"
#include "base/nearest.h"
#include "base/num.h"
#include "base/path.h"
#include "store/oid.h"
#include "store/ref.h"

static const char *const kinds[] = {
	"data", "run", "model", "profile", "card", "report", "feature"
};
#define N_KINDS (sizeof(kinds) / sizeof(*kinds))

const char *
name_kind_text(enum name_kind kind)
{
	switch (kind) {
	case NAME_PATH:
		return "path";
	case NAME_STDIO:
		return "-";
	case NAME_OBJECT:
		return "sha256";
	default:
		return kinds[kind - NAME_DATA];
	}
}

bool
name_is_ref(const struct name *n)
{
	return n->kind >= NAME_DATA;
}

bool
name_base_ok(const char *base)
{
	return ref_part_ok(base, strlen(base));
}

static bool
has_letter(const char *s)
{
	for (; *s; s++)
		if (*s >= 'a' && *s <= 'z')
			return true;
	return false;
}

bool
name_alias_ok(const char *alias)
{
	return name_base_ok(alias) && has_letter(alias);
}

char *
name_from_path(const char *path)
{
	char *stem = path_stem(path), *to = stem;

	for (char *s = stem; *s; s++) {
		char c = *s >= 'A' && *s <= 'Z' ? (char)(*s - 'A' + 'a') : *s;
		bool word = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');

		if (!word && c != '_' && c != '.')
			c = '-';
		/* begins with a word, no ".." */
		if ((to == stem && !word) || (c == '.' && to[-1] == '.'))
			continue;
		*to++ = c;
	}
	*to = '\0';
	if (to - stem > REF_NAME_MAX)
		stem[REF_NAME_MAX] = '\0';
	return stem;
}

void
name_free(struct name *n)
{
	free((char *)n->base);
	free((char *)n->alias);
	free((char *)n->path);
	memset(n, 0, sizeof(*n));
}

static int
parse_label(struct name *n, const char *label, struct err *e)
{
	uint64_t v;

	if (num_parse_u64(label, strlen(label), &v) && label[0] != '+') {
		if (v == 0 || v >= UINT32_MAX)
			return err_set(e, ERR_USAGE, "'%.200s': versions are "
			    "numbered from 1", n->text);
		n->version = (uint32_t)v;
		return 0;
	}
	if (!name_alias_ok(label))
		return err_set(e, ERR_USAGE, "'%.200s': '%.100s' is neither a "
		    "version number nor an alias", n->text, label);
	n->alias = xstrdup(label);
	return 0;
}

/* "{2026-11-01}", "{2026-11-01 12:00}" */
static int
parse_moment(struct name *n, const char *label, struct err *e)
{
	size_t len = strlen(label);

	if (len < 3 || label[len - 1] != '}' || !clock_parse(label + 1, len - 2,
	    &n->moment_us) || n->moment_us <= 0)
		return err_set(e, ERR_USAGE, "'%.200s': '%.100s' is no moment: "
		    "write @{2026-11-01} or @{2026-11-01T12:00:00Z}", n->text,
		    label);
	/* a day as a whole is over at its end */
	if (len - 2 == strlen("2026-11-01"))
		n->moment_us += INT64_C(86400000000) - 1;
	return 0;
}

static int
parse_ref(struct name *n, const char *rest, struct err *e)
{
	const char *brace = strstr(rest, "@{");
	size_t len = strcspn(rest, ":");
	char *mid, *at;
	int r = 0;

	/* a moment may hold colons */
	if (brace && brace < rest + len)
		len = (size_t)(brace - rest) + strcspn(brace, "}") +
		    strcspn(brace + strcspn(brace, "}"), ":");
	mid = xstrndup(rest, len);
	at = strchr(mid, '@');

	if (rest[len] == ':')
		n->path = xstrdup(rest + len + 1);
	if (at)
		*at++ = '\0';
	n->base = mid;
	if (!name_base_ok(mid))
		r = err_set(e, ERR_USAGE, "'%.200s': a name is lower-case "
		    "letters, digits, '.', '_' and '-', and begins with a "
		    "letter or digit", n->text);
	else if (at)
		r = *at == '{' ? parse_moment(n, at, e) :
		    parse_label(n, at, e);
	if (r == 0 && n->path && !path_is_below(n->path))
		r = err_set(e, ERR_USAGE, "'%.200s': what follows the second "
		    "':' is a path below it", n->text);
	return r;
}

static int
parse_kind(struct name *n, const char *text, size_t len, struct err *e)
{
	char *word = xstrndup(text, len);
	const char *near;
	int r = 0;

	for (size_t i = 0; i < N_KINDS; i++) {
		if (strcmp(word, kinds[i]) == 0) {
			n->kind = NAME_DATA + (enum name_kind)i;
			free(word);
			return parse_ref(n, text + len + 1, e);
		}
	}
	near = nearest_word(word, kinds, N_KINDS);
	r = near ? err_set(e, ERR_USAGE, "'%.200s': no kind '%s' (did you mean "
	    "%s:?); a file called that is './%.200s'", text, word, near, text) :
	    err_set(e, ERR_USAGE, "'%.200s': no kind '%s'; a file called that "
	    "is './%.200s'", text, word, text);
	free(word);
	return r;
}

static int
parse_object(struct name *n, const char *digits, struct err *e)
{
	size_t len = strlen(digits);

	if (len < OID_PREFIX_MIN || len > OID_HEX ||
	    strspn(digits, "0123456789abcdef") != len)
		return err_set(e, ERR_USAGE, "'%.200s': an object is sha256: "
		    "and %d to %d lower-case hex digits", n->text,
		    OID_PREFIX_MIN, OID_HEX);
	n->kind = NAME_OBJECT;
	n->base = xstrdup(digits);
	return 0;
}

int
name_parse(struct name *n, const char *text, struct err *e)
{
	size_t len = strspn(text, "abcdefghijklmnopqrstuvwxyz");
	int r = 0;

	memset(n, 0, sizeof(*n));
	n->text = text;
	if (*text == '\0')
		return err_set(e, ERR_USAGE, "a name is empty");
	if (strcmp(text, "-") == 0) {
		n->kind = NAME_STDIO;
		n->base = xstrdup(text);
	} else if (strncmp(text, "sha256:", 7) == 0) {
		r = parse_object(n, text + 7, e);
	} else if (len > 0 && text[len] == ':') {
		r = parse_kind(n, text, len, e);
	} else {
		n->kind = NAME_PATH;
		n->base = xstrdup(text);
	}
	if (r < 0)
		name_free(n);
	return r;
}

char *
name_label(const struct name *n)
{
	const char *kind = name_kind_text(n->kind);

	if (n->alias)
		return xprintf("%s:%s@%s", kind, n->base, n->alias);
	if (n->version)
		return xprintf("%s:%s@%u", kind, n->base, n->version);
	return xprintf("%s:%s", kind, n->base);
}

char *
name_ref(const struct name *n)
{
	const char *kind = name_kind_text(n->kind);

	return n->alias ? xprintf("%s/%s@%s", kind, n->base, n->alias) :
	    xprintf("%s/%s", kind, n->base);
}
