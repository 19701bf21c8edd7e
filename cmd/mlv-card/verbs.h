/*
 * verbs.h - the verbs of mlv-card, one file each.
 */
#ifndef MLV_CARD_VERBS_H
#define MLV_CARD_VERBS_H

struct verb;

extern const struct verb verb_new;

#endif
