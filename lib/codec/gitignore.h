/*
 * codec/gitignore.h - lists of patterns by the rules of gitignore(5).
 *
 * A list belongs to the folder that its file lies in; of all its patterns
 * the last that matches decides.  What is inside an ignored folder is not
 * asked about.  Names are bytes.  Matching takes time linear in the pattern's
 * length for each byte of the path, whatever the pattern.
 */
#ifndef CODEC_GITIGNORE_H
#define CODEC_GITIGNORE_H

#include <stdbool.h>
#include <stddef.h>

struct gitignore;

/* Of the text of such a file.  Lines beyond 4096 bytes match nothing. */
struct gitignore *gitignore_new(const char *text, size_t n);
void gitignore_free(struct gitignore *g);

enum gitignore_verdict { GITIGNORE_NONE, GITIGNORE_YES, GITIGNORE_NO };
/* `path` from the list's folder: "a/b.txt".  NO: a pattern with "!" says that
 * it is not ignored. */
enum gitignore_verdict gitignore_match(const struct gitignore *g,
    const char *path, bool is_folder);

#endif
