/*
 * flow/tracking/pages.h - the files of a web interface, as the one inside the
 * wheel of MLflow (mlflow/server/js/build).
 */
#ifndef FLOW_TRACKING_PAGES_H
#define FLOW_TRACKING_PAGES_H

#include <stdbool.h>

#include "base/err.h"
#include "codec/http.h"

/* Is there such an interface in the folder? */
int pages_check(const char *folder, struct err *e);
/* "/" is index.html, "/static-files/PATH" a file below; false: neither. */
bool pages_answer(const char *folder, const char *path,
    struct http_response *response);

#endif
