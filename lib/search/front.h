/*
 * search/front.h - the trials of a study that no other one beats.
 */
#ifndef SEARCH_FRONT_H
#define SEARCH_FRONT_H

#include "base/arena.h"
#include "search/study/study.h"

/* Numbers of the complete trials that break no constraint and that no such
 * trial beats in every direction; of one direction the best alone, the first
 * of equals.  In the arena, by number. */
size_t study_front(const size_t **number, struct arena *a,
    const struct study *s);

#endif
