/* Media types by names, of our pages and of anybody's files. */
#include <string.h>

#include "codec/mediatype.h"
#include "../tap.h"

int
main(void)
{
	ok(strcmp(media_type_of_page("a/x.js"),
	    "text/javascript; charset=utf-8") == 0, "a page runs scripts");
	ok(strcmp(media_type_of_file("a/x.js"),
	    "application/octet-stream") == 0, "a file does not");
	ok(strcmp(media_type_of_file("x.html"),
	    "application/octet-stream") == 0 &&
	    strcmp(media_type_of_file("x.svg"),
	    "application/octet-stream") == 0, "nor is it a page");
	ok(strcmp(media_type_of_file("a.b/x.png"), "image/png") == 0 &&
	    strcmp(media_type_of_page("x.png"), "image/png") == 0,
	    "pictures are shown");
	ok(strcmp(media_type_of_file("m/MLmodel"), "text/plain") == 0 &&
	    strcmp(media_type_of_file("x.yaml"), "text/plain") == 0,
	    "so is text");
	ok(strcmp(media_type_of_file("x"), "application/octet-stream") == 0 &&
	    strcmp(media_type_of_file(""), "application/octet-stream") == 0,
	    "what is not known is bytes");
	return tap_done();
}
