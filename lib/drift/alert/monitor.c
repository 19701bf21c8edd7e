/* What Nagios reads: a line with performance data. */
#include <math.h>
#include <string.h>

#include "base/num.h"
#include "drift/alert/alert.h"

/* No quote, no '=' and no line's end in a label; all else is quoted. */
static void
put_label(struct buf *out, const char *s)
{
	buf_addc(out, '\'');
	for (; *s != '\0'; s++)
		buf_addc(out, *s == '\'' || *s == '=' || *s == '|' ||
		    (unsigned char)*s < ' ' ? '_' : *s);
	buf_addc(out, '\'');
}

/* What a person reads: the pipe begins the numbers. */
static void
put_words(struct buf *out, const char *s)
{
	for (; *s != '\0'; s++)
		buf_addc(out, *s == '|' || (unsigned char)*s < ' ' ? '_' :
		    *s);
}

static void
put_number(struct buf *out, double v)
{
	char text[NUM_TEXT_MAX];

	num_print_f64(text, v);
	buf_adds(out, text);
}

static void
put_data(struct buf *out, const struct alert_rule *r, const struct alarm *a)
{
	put_label(out, r->name);
	buf_addc(out, '=');
	if (a->known)
		put_number(out, a->value);
	else
		buf_addc(out, 'U');
	/* "10" is bad from 10 on, "10:" is bad below 10 */
	buf_addc(out, ';');
	put_number(out, r->clear);
	buf_adds(out, r->below ? ":;" : ";");
	put_number(out, r->raise);
	buf_adds(out, r->below ? ":" : "");
}

int
alert_nagios(struct buf *out, const struct alert_memory *m,
    const struct alert_config *c)
{
	static const char *const word[] = {
		"OK", "WARNING", "CRITICAL", "UNKNOWN"
	};
	size_t count[4] = { 0 }, unknown = 0, told = 0;
	int status;

	for (size_t i = 0; i < c->n; i++) {
		count[m->alarm[i].state]++;
		unknown += !m->alarm[i].known;
	}
	status = count[ALARM_FIRING] + count[ALARM_RESOLVING] > 0 ? 2 :
	    count[ALARM_PENDING] > 0 ? 1 : unknown > 0 ? 3 : 0;
	buf_adds(out, "DRIFT ");
	buf_adds(out, word[status]);
	buf_adds(out, " - ");
	put_words(out, c->name);
	buf_adds(out, ": ");
	for (size_t i = 0; i < c->n; i++) {
		const struct alarm *a = &m->alarm[i];

		if (a->state == ALARM_OK && a->known)
			continue;
		buf_adds(out, told++ > 0 ? ", " : "");
		put_words(out, c->rule[i].name);
		buf_addc(out, ' ');
		buf_adds(out, a->known || a->state != ALARM_OK ?
		    alarm_state_name(a->state) : "not known");
	}
	if (told == 0)
		buf_addf(out, "%zu rule%s ok", c->n, c->n == 1 ? "" : "s");
	buf_adds(out, " |");
	for (size_t i = 0; i < c->n; i++) {
		buf_addc(out, ' ');
		put_data(out, &c->rule[i], &m->alarm[i]);
	}
	buf_addc(out, '\n');
	return status;
}
