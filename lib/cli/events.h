/*
 * cli/events.h - what a verb makes, told as OpenLineage events where the
 * environment names a place for them.  Private to lib/cli, but for
 * cli->event.
 */
#ifndef CLI_EVENTS_H
#define CLI_EVENTS_H

struct cli;

/* Before the verb runs, with the catalog open: START, whose inputs are the
 * versions that its words name, but for what it is to make.  Nothing without
 * OPENLINEAGE_URL, OPENLINEAGE_CONFIG or OPENLINEAGE__TRANSPORT__TYPE. */
void events_begin(struct cli *c, const void *opts, int argc, char **argv);
/* After it: COMPLETE or FAIL.  What cannot be delivered is a warning. */
void events_end(struct cli *c, int status);

#endif
