/*
 * flow/serve/pages.h - what a server tells of itself and of its models:
 * handlers of routes (flow/serve/route.h).
 */
#ifndef FLOW_SERVE_PAGES_H
#define FLOW_SERVE_PAGES_H

#include "flow/serve/exchange.h"

/* The answer's body, of that Content-Type. */
struct buf *page_begin(struct exchange *x, const char *type);

void show_ping(struct exchange *x);
void show_live(struct exchange *x);
void show_ready(struct exchange *x);
void show_program_version(struct exchange *x);
void show_metrics(struct exchange *x);
void show_server(struct exchange *x);
void list_models(struct exchange *x);
void show_index(struct exchange *x);
void show_model_ready(struct exchange *x);
void show_model(struct exchange *x);
void show_status(struct exchange *x);

#endif
