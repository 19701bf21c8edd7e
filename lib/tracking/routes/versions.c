/* Routes of versions. */
#include "tracking/internal.h"

const struct tracking_route version_routes[] = { { NULL, NULL, NULL, NULL } };
