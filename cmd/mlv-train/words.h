/* words.h - words that options of several verbs of mlv-train take. */
#ifndef MLV_TRAIN_WORDS_H
#define MLV_TRAIN_WORDS_H

#include "cli/opt.h"

extern const struct opt_word task_words[];	/* values of enum task */

#endif
