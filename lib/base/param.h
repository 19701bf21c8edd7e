/*
 * base/param.h - a parameter as somebody typed it: NAME=VALUE, not yet read
 * as a number or a word.  Both texts are borrowed.
 */
#ifndef BASE_PARAM_H
#define BASE_PARAM_H

struct param {
	const char *name, *value;
};

#endif
