/* Routes of models. */
#include "tracking/internal.h"

const struct tracking_route model_routes[] = { { NULL, NULL, NULL, NULL } };
