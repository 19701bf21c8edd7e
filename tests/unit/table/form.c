/* Numbers and dates as people write them: turned plain, and suggested. */
#include "table/form.h"

#include <string.h>

#include "../tap.h"

static void
plain(enum cell_form form, const char *s, const char *want)
{
	char text[FORM_TEXT_MAX];
	size_t n = 0;
	bool yes = form_plain(text, &n, form, s, strlen(s));

	text[yes ? n : 0] = '\0';
	is_text(yes ? text : "no", want, "%s as %s", s, form_name(form));
}

static void
numbers(void)
{
	plain(FORM_MONEY, "$1,234.50", "1234.50");
	plain(FORM_MONEY, "-$5", "-5");
	plain(FORM_MONEY, "$-5", "-5");
	plain(FORM_MONEY, "(1,234.00)", "-1234.00");
	plain(FORM_MONEY, "12 EUR", "12");
	plain(FORM_MONEY, "CHF 1'234.05", "1234.05");
	plain(FORM_MONEY, "1,234,567", "1234567");
	plain(FORM_MONEY, "1,23", "no");
	plain(FORM_MONEY, "1234,567", "no");
	plain(FORM_MONEY, ",123", "no");
	plain(FORM_MONEY, "$", "no");
	plain(FORM_MONEY, "EUR", "no");
	plain(FORM_MONEY, "1.2.3", "no");
	plain(FORM_COMMA, "1.234,50", "1234.50");
	plain(FORM_COMMA, "1,5", "1.5");
	plain(FORM_COMMA, "-1 234,5 \xe2\x82\xac", "-1234.5");
	plain(FORM_COMMA, "1,234.5", "no");
	plain(FORM_PERCENT, "27.2%", "27.2e-2");
	plain(FORM_PERCENT, "-3 %", "-3e-2");
	plain(FORM_PERCENT, "27.2", "no");
	plain(FORM_PERCENT_COMMA, "27,2 %", "27.2e-2");
}

static void
dates(void)
{
	plain(FORM_YMD, "2012/1/31", "2012-01-31");
	plain(FORM_DMY, "31.01.2012", "2012-01-31");
	plain(FORM_MDY, "01/31/2012 10:30", "2012-01-31 10:30");
	plain(FORM_DMY, "01/31/2012", "no");
	plain(FORM_DMY, "1/2/12", "no");
	plain(FORM_DMY, "1/2.2012", "no");
	plain(FORM_DMY, "1/2/20120", "no");
	plain(FORM_DMY, "1/2/2012x", "no");
	plain(FORM_YMD, "2012/1", "no");
}

static void
suggests(const char *const *text, size_t n, int want, enum cell_form first,
    const char *what)
{
	struct intern *texts = intern_new();
	enum cell_form fit[2] = { FORM_PLAIN, FORM_PLAIN };
	int found;

	for (size_t i = 0; i < n; i++)
		intern_add(texts, text[i], strlen(text[i]));
	found = form_suggest(fit, texts);
	ok(found == want && fit[0] == first, "%s", what);
	intern_free(texts);
}

static void
suggestions(void)
{
	static const char *const money[] = { "$1.50", "2", "(3)" },
	    *const either[] = { "1,234", "2,345" }, *const codes[] = { "007",
	    "012" }, *const day[] = { "13/02/2024", "01/02/2024" },
	    *const mixed[] = { "$1", "x" };

	suggests(money, 3, 1, FORM_MONEY, "money, some of it plain");
	suggests(either, 2, 2, FORM_MONEY, "thousands or decimals");
	suggests(codes, 2, 0, FORM_PLAIN, "codes of digits are text");
	suggests(day, 2, 1, FORM_DMY, "a day beyond 12 settles it");
	suggests(mixed, 2, 0, FORM_PLAIN, "a word among them");
	suggests(NULL, 0, 0, FORM_PLAIN, "nothing");
}

int
main(void)
{
	numbers();
	dates();
	suggestions();
	return tap_done();
}
