/*
 * codec/mediatype.h - what a file's bytes are to a browser, by the end of its
 * name.
 */
#ifndef CODEC_MEDIATYPE_H
#define CODEC_MEDIATYPE_H

/* Of a page of our own: it may do something. */
const char *media_type_of_page(const char *path);
/* Of a file that anybody may have put there: what could do something, and
 * what is not known, is bytes; tables and code are text. */
const char *media_type_of_file(const char *path);

#endif
