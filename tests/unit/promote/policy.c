/* Policies parsed: what is none is refused by line, a near miss named. */
#include "promote/policy.h"
#include "../tap.h"

static void
test_refused(void)
{
	static const char *const bad[] = {
		"", "rules: []\n", "rule:\n  - a > 1\n", "rules:\n  - a >\n",
		"rules:\n  - name: x\n", "rules:\n  - {expr: a > 1, nam: b}\n",
		"champion: '7'\nrules:\n  - a > 1\n", "- a > 1\n",
	};
	struct err e = ERR_INIT;
	struct policy p;
	size_t accepted = 0;

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		if (policy_parse(&p, bad[i], strlen(bad[i]), &e) == 0) {
			printf("# accepted: %s\n", bad[i]);
			accepted++;
			policy_release(&p);
		}
	is_int(accepted, 0, "policies that are none are refused");
	ok(policy_parse(&p, bad[2], strlen(bad[2]), &e) < 0 &&
	    strstr(e.msg, "rules"), "a misspelt member is answered with the right one");
}

static void
test_accepted(void)
{
	static const char text[] =
	    "champion: best\n"
	    "rules:\n"
	    "  - test.auc > 0.8\n"
	    "  - {name: small, expr: size < 1000}\n";
	struct err e = ERR_INIT;
	struct policy p;

	is_int(policy_parse(&p, text, strlen(text), &e), 0, "a policy of two rules is read");
	is_int(p.n, 2, "it has both rules");
	is_text(p.champion, "best", "it says which alias is the champion");
	is_text(p.rule[0].name, "test.auc > 0.8", "a rule without a name is called by its text");
	is_text(p.rule[1].name, "small", "a rule keeps its name");
	policy_release(&p);
}

int
main(void)
{
	test_refused();
	test_accepted();
	return tap_done();
}
