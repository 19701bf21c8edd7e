/*
 * cli/help.h - help and listings, made from the tables.  Private to lib/cli.
 */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/cli.h"

/* `group` NULL: every verb; else those whose first word it is. */
void help_tool(struct out *o, const struct tool *t, const char *group);
void help_verb(struct out *o, const struct tool *t, const struct verb *v);
/* For completions and lint: VERB TAB OPTION TAB LETTER TAB VALUE TAB HELP,
 * after one line VERB TAB - TAB TAB TAB SUMMARY for each verb. */
void help_list(struct out *o, const struct tool *t);

#endif
