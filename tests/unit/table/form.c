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
	plain(FORM_MONEY, "\xe2\x88\x92" "5", "-5");
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
	plain(FORM_DMY, "1/2/12", "2012-02-01");
	plain(FORM_MDY, "12/31/99", "1999-12-31");
	plain(FORM_YMD, "12/1/2", "no");
	plain(FORM_DMY, "1/2/123", "no");
	plain(FORM_DMY, "8-Jul-24", "2024-07-08");
	plain(FORM_DMY, "08 July 2024", "2024-07-08");
	plain(FORM_DMY, "8-Jul/2024", "2024-07-08");
	plain(FORM_MDY, "Jul 8, 2024", "2024-07-08");
	plain(FORM_MDY, "SEPT. 8, 2024 3:45 PM", "2024-09-08 15:45");
	plain(FORM_YMD, "2024-Jul-08", "2024-07-08");
	plain(FORM_DMY, "Jul 8, 2024", "no");
	plain(FORM_DMY, "8 Jux 2024", "no");
	plain(FORM_DMY, "8 7 2024", "no");
	plain(FORM_MDY, "1/2/2024 12:05 am", "2024-01-02 00:05");
	plain(FORM_MDY, "1/2/2024 12:05:06PM", "2024-01-02 12:05:06");
	plain(FORM_MDY, "1/2/2024 9:05", "2024-01-02 09:05");
	plain(FORM_MDY, "1/2/2024 13:05 PM", "2024-01-02 13:05 PM");
	plain(FORM_DMY, "1/2.2012", "no");
	plain(FORM_DMY, "1/2/20120", "no");
	plain(FORM_DMY, "1/2/2012x", "no");
	plain(FORM_YMD, "2012/1", "no");
}

static void
suggests(const char *const *text, size_t n, int want, enum cell_form first,
    const char *missing, const char *what)
{
	struct intern *texts = intern_new();
	struct form_guess g;
	bool yes;

	for (size_t i = 0; i < n; i++)
		intern_add(texts, text[i], strlen(text[i]));
	yes = form_suggest(&g, texts);
	ok(yes == (want > 0 || missing != NULL) && (!yes || (g.n == want &&
	    g.fit[0] == first && strcmp(g.missing, missing ? missing : "") ==
	    0)), "%s",
	    what);
	intern_free(texts);
}

static void
suggestions(void)
{
	static const char *const money[] = { "$1.50", "2", "(3)" },
	    *const either[] = { "1,234", "2,345" }, *const codes[] = { "007",
	    "012" }, *const day[] = { "13/02/2024", "01/02/2024" },
	    *const mixed[] = { "$1", "x" }, *const names[] = { "8-Jul-24",
	    "19-Aug-24" }, *const american[] = { "Jul 8, 2024",
	    "Aug 19, 2024" }, *const versions[] = { "3.11.12", "3.9.10" },
	    *const holes[] = { "1.5", "?", "2" }, *const paid[] = { "$1.5",
	    "N/a", "2" }, *const two[] = { "1", "?", "-" }, *const zip[] = {
	    "007", "?", "012" }, *const words[] = { "?", "x" };

	suggests(money, 3, 1, FORM_MONEY, NULL,
	    "money, some of it plain");
	suggests(either, 2, 2, FORM_MONEY, NULL,
	    "thousands or decimals");
	suggests(codes, 2, 0, FORM_PLAIN, NULL,
	    "codes of digits are text");
	suggests(day, 2, 1, FORM_DMY, NULL,
	    "a day beyond 12 settles it");
	suggests(mixed, 2, 0, FORM_PLAIN, NULL,
	    "a word among them");
	suggests(names, 2, 1, FORM_DMY, NULL,
	    "months by name");
	suggests(american, 2, 1, FORM_MDY, NULL,
	    "months by name, first");
	suggests(versions, 2, 0, FORM_PLAIN, NULL,
	    "versions of programs");
	suggests(holes, 3, 0, FORM_PLAIN, "?",
	    "numbers, and a word for missing");
	suggests(paid, 3, 1, FORM_MONEY, "N/a",
	    "money, and a word for missing");
	suggests(two, 3, 0, FORM_PLAIN, NULL, "two such words");
	suggests(zip, 3, 0, FORM_PLAIN, NULL, "codes, and such a word");
	suggests(words, 2, 0, FORM_PLAIN, NULL, "only such a word and texts");
	suggests(NULL, 0, 0, FORM_PLAIN, NULL,
	    "nothing");
}

int
main(void)
{
	numbers();
	dates();
	suggestions();
	return tap_done();
}
