/* MLflow's filter strings parsed and asked. */
#include "track/filter.h"

#include <string.h>
#include <strings.h>

#include "base/num.h"

#define CLAUSES_MAX 1000

struct filter_text {
	struct arena *a;
	const char *start, *at;
	struct err *e;
};

static const char *const op_words[] = {
	"=", "!=", "<", "<=", ">", ">=", "LIKE", "ILIKE", "IN", "NOT IN"
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static void
skip_space(struct filter_text *t)
{
	while (is_space(*t->at))
		t->at++;
}

static int
refuse(struct filter_text *t, const char *what)
{
	return err_set(t->e, ERR_USAGE, "Invalid clause(s) in filter string: "
	    "%s at '%.60s'", what, t->at);
}

/* Take a word in any case, one that ends there. */
static bool
take_word(struct filter_text *t, const char *word)
{
	size_t n = strlen(word);
	char next;

	if (strncasecmp(t->at, word, n) != 0)
		return false;
	next = t->at[n];
	if (next && !is_space(next) && next != '(' && next != '\'' &&
	    next != '"')
		return false;
	t->at += n;
	skip_space(t);
	return true;
}

/* To the closing quote; NULL: there is none. */
static const char *
take_quoted(struct filter_text *t)
{
	char quote = *t->at;
	const char *end = strchr(t->at + 1, quote), *s;

	if (end == NULL)
		return NULL;
	s = arena_strndup(t->a, t->at + 1, (size_t)(end - t->at - 1));
	t->at = end + 1;
	return s;
}

static const char *
take_bare(struct filter_text *t)
{
	size_t n = 0;

	while (t->at[n] && !is_space(t->at[n]) &&
	    strchr("=!<>'\"`(),", t->at[n]) == NULL)
		n++;
	t->at += n;
	return n ? arena_strndup(t->a, t->at - n, n) : NULL;
}

/* ---- names ---- */

static bool
entity_of(enum filter_entity *entity, const char *s, size_t n)
{
	static const struct {
		const char *word;
		enum filter_entity entity;
	} words[] = {
		{ "metric", FILTER_METRIC }, { "metrics", FILTER_METRIC },
		{ "param", FILTER_PARAM }, { "params", FILTER_PARAM },
		{ "parameter", FILTER_PARAM }, { "parameters", FILTER_PARAM },
		{ "tag", FILTER_TAG }, { "tags", FILTER_TAG },
		{ "attribute", FILTER_ATTRIBUTE },
		{ "attributes", FILTER_ATTRIBUTE },
		{ "attr", FILTER_ATTRIBUTE }, { "run", FILTER_ATTRIBUTE },
		{ "dataset", FILTER_DATASET }, { "datasets", FILTER_DATASET },
	};

	for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strlen(words[i].word) == n &&
		    strncasecmp(words[i].word, s, n) == 0) {
			*entity = words[i].entity;
			return true;
		}
	return false;
}

static int
take_name(struct filter_text *t, enum filter_entity *entity, const char **key)
{
	size_t n = strcspn(t->at, ".=!<>'\"`() \t\n");

	*entity = FILTER_ATTRIBUTE;
	if (t->at[n] == '.') {
		if (!entity_of(entity, t->at, n))
			return err_set(t->e, ERR_USAGE, "Invalid entity type "
			    "'%.*s'. Valid values are metric, parameter, tag, "
			    "attribute, dataset", (int)(n < 60 ? n : 60),
			    t->at);
		t->at += n + 1;
	}
	*key = *t->at == '"' || *t->at == '`' ? take_quoted(t) : take_bare(t);
	if (*key == NULL || **key == '\0')
		return refuse(t, "a name is missing");
	skip_space(t);
	return 0;
}

/* ---- clauses ---- */

static int
take_op(struct filter_text *t, enum filter_op *op)
{
	static const struct {
		const char *word;
		enum filter_op op;
	} signs[] = {
		{ "!=", FILTER_NE }, { "<>", FILTER_NE }, { "<=", FILTER_LE },
		{ ">=", FILTER_GE }, { "==", FILTER_EQ }, { "=", FILTER_EQ },
		{ "<", FILTER_LT }, { ">", FILTER_GT },
	};

	for (size_t i = 0; i < sizeof(signs) / sizeof(*signs); i++) {
		size_t n = strlen(signs[i].word);

		if (strncmp(t->at, signs[i].word, n) == 0) {
			*op = signs[i].op;
			t->at += n;
			skip_space(t);
			return 0;
		}
	}
	if (take_word(t, "NOT")) {
		*op = FILTER_NOT_IN;
		return take_word(t, "IN") ? 0 : refuse(t, "IN is missing");
	}
	for (int i = FILTER_LIKE; i <= FILTER_IN; i++)
		if (take_word(t, op_words[i])) {
			*op = (enum filter_op)i;
			return 0;
		}
	return refuse(t, "a comparison is missing");
}

static int
take_list(struct filter_text *t, struct filter_clause *c)
{
	size_t room = 0;

	if (*t->at != '(')
		return refuse(t, "a list in parentheses is missing");
	do {
		t->at++;
		skip_space(t);
		if (*t->at != '\'' && *t->at != '"')
			return refuse(t, "a text in quotes is missing");
		c->list = arena_grow(t->a, c->list, c->n, &room,
		    sizeof(*c->list));
		c->list[c->n] = take_quoted(t);
		if (c->list[c->n++] == NULL)
			return refuse(t, "a quote does not end");
		skip_space(t);
	} while (*t->at == ',');
	if (*t->at != ')')
		return refuse(t, "a parenthesis does not end");
	t->at++;
	return 0;
}

static int
take_value(struct filter_text *t, struct filter_clause *c)
{
	if (c->op == FILTER_IN || c->op == FILTER_NOT_IN)
		return take_list(t, c);
	if (*t->at == '\'' || *t->at == '"') {
		c->text = take_quoted(t);
		return c->text ? 0 : refuse(t, "a quote does not end");
	}
	c->text = take_bare(t);
	if (c->text == NULL || !num_parse_f64(c->text, strlen(c->text),
	    &c->num))
		return refuse(t, "a value is missing: a number, or a text in "
		    "quotes");
	c->number = true;
	return 0;
}

static int
check_clause(struct filter_text *t, const struct filter_clause *c)
{
	if (c->entity == FILTER_METRIC && !c->number)
		return err_set(t->e, ERR_USAGE, "Expected numeric value type "
		    "for metric. Found %.100s", c->text ? c->text : "a list");
	if ((c->entity == FILTER_PARAM || c->entity == FILTER_TAG) &&
	    (c->number || c->list))
		return err_set(t->e, ERR_USAGE, "Expected a quoted string "
		    "value for %s (e.g. 'my-value'). Got value %.100s",
		    c->entity == FILTER_TAG ? "tag" : "param",
		    c->text ? c->text : "a list");
	if (c->entity == FILTER_METRIC ? c->op > FILTER_GE :
	    c->entity != FILTER_ATTRIBUTE && c->op > FILTER_NE &&
	    c->op < FILTER_LIKE)
		return err_set(t->e, ERR_USAGE, "Invalid comparator '%s' for "
		    "'%.100s'", op_words[c->op], c->key);
	return 0;
}

int
filter_parse(struct filter *f, struct arena *a, const char *s, struct err *e)
{
	struct filter_text t = { a, s, s, e };

	memset(f, 0, sizeof(*f));
	skip_space(&t);
	while (*t.at) {
		struct filter_clause *c;

		if (f->n == CLAUSES_MAX)
			return refuse(&t, "there are more than 1000 clauses");
		f->clause = arena_grow(a, f->clause, f->n, &f->room,
		    sizeof(*f->clause));
		c = &f->clause[f->n++];
		memset(c, 0, sizeof(*c));
		if (take_name(&t, &c->entity, &c->key) < 0 ||
		    take_op(&t, &c->op) < 0 || take_value(&t, c) < 0 ||
		    check_clause(&t, c) < 0)
			return -1;
		skip_space(&t);
		if (*t.at == '\0')
			return 0;
		if (!take_word(&t, "AND"))
			return refuse(&t, "AND is missing");
		if (*t.at == '\0')
			return refuse(&t, "a clause is missing");
	}
	return 0;
}

int
filter_parse_order(struct filter_order *o, struct arena *a, const char *s,
    struct err *e)
{
	struct filter_text t = { a, s, s, e };

	skip_space(&t);
	if (take_name(&t, &o->entity, &o->key) < 0)
		return -1;
	o->down = take_word(&t, "DESC");
	if (!o->down)
		(void)take_word(&t, "ASC");
	if (*t.at)
		return err_set(e, ERR_USAGE, "Invalid order_by clause "
		    "'%.200s'", s);
	return 0;
}

/* ---- holding ---- */

static char
fold(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* % is any text, _ one byte; in time of text times pattern at most. */
static bool
is_like(const char *s, const char *p, bool folds)
{
	const char *star = NULL, *from = NULL;

	while (*s) {
		if (*p == '%') {
			star = p++;
			from = s;
		} else if (*p && (*p == '_' || *p == *s ||
		    (folds && fold(*p) == fold(*s)))) {
			p++;
			s++;
		} else if (star) {
			p = star + 1;
			s = ++from;
		} else {
			return false;
		}
	}
	while (*p == '%')
		p++;
	return *p == '\0';
}

static bool
order_holds(enum filter_op op, int order)
{
	switch (op) {
	case FILTER_EQ:
		return order == 0;
	case FILTER_NE:
		return order != 0;
	case FILTER_LT:
		return order < 0;
	case FILTER_LE:
		return order <= 0;
	case FILTER_GT:
		return order > 0;
	case FILTER_GE:
		return order >= 0;
	default:
		return false;
	}
}

bool
filter_holds_text(const struct filter_clause *c, const char *value)
{
	bool in = false;

	if (c->op == FILTER_LIKE || c->op == FILTER_ILIKE)
		return is_like(value, c->text, c->op == FILTER_ILIKE);
	if (c->op < FILTER_IN)
		return order_holds(c->op, strcmp(value, c->text));
	for (size_t i = 0; i < c->n; i++)
		in |= strcmp(value, c->list[i]) == 0;
	return in == (c->op == FILTER_IN);
}

bool
filter_holds_num(const struct filter_clause *c, double value)
{
	/* NaN differs from everything and is neither above nor below */
	if (!(value == value) || !c->number)
		return c->op == FILTER_NE;
	return order_holds(c->op, (value > c->num) - (value < c->num));
}
