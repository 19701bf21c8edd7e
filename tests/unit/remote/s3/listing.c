/* Pages of a bucket's list. */
#include "remote/s3/listing.h"

#include <string.h>

#include "../../tap.h"

#define PAGE(more, files) "<?xml version=\"1.0\"?><ListBucketResult " \
    "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">" more files \
    "</ListBucketResult>"
#define FILE_OF(key, size) "<Contents><Key>" key "</Key><ETag>&quot;x&quot;" \
    "</ETag><Size>" size "</Size></Contents>"

static void
note(void *ctx, const char *name, uint64_t bytes)
{
	buf_addf(ctx, "%s=%llu ", name, (unsigned long long)bytes);
}

static int
take(struct buf *seen, struct listing *l, const char *page)
{
	struct err e = ERR_INIT;

	buf_clear(seen);
	return listing_take(l, page, &e);
}

static void
takes_pages(struct buf *seen, struct listing *l)
{
	ok(take(seen, l, PAGE("<IsTruncated>true</IsTruncated>"
	    "<NextContinuationToken>a&amp;b</NextContinuationToken>",
	    FILE_OF("x/packs/1", "10") FILE_OF("x/packs/2", "0"))) == 0 &&
	    strcmp(seen->data, "1=10 2=0 ") == 0,
	    "files of a page by what follows the prefix");
	ok(strcmp(l->next.data, "a&b") == 0, "a token as it is meant");
	ok(take(seen, l, PAGE("<IsTruncated>true</IsTruncated>"
	    "<NextContinuationToken>a&amp;b</NextContinuationToken>", "")) < 0,
	    "a page that is followed by itself is an error");
	ok(take(seen, l, PAGE("<IsTruncated>true</IsTruncated>", "")) < 0,
	    "so is one that does not say what follows");
	ok(take(seen, l, PAGE("<IsTruncated>false</IsTruncated>",
	    FILE_OF("y/packs/1", "10") FILE_OF("x/packs/3", "-1")
	    FILE_OF("x/packs/4", "7"))) == 0 && l->next.len == 0 &&
	    strcmp(seen->data, "4=7 ") == 0,
	    "what is elsewhere or has no size is passed over");
}

int
main(void)
{
	struct listing l;
	struct buf seen;

	buf_init(&seen, BUF_CAP_SMALL);
	listing_init(&l, "x/packs/", note, &seen);
	ok(listing_is_whole(PAGE("", "")), "a page of nothing is whole");
	ok(!listing_is_whole("<ListBucketResult><Contents><Key>x/pac"),
	    "half a page is none");
	ok(!listing_is_whole("<Error><Code>SlowDown</Code></Error>"),
	    "nor is an error");
	takes_pages(&seen, &l);
	listing_release(&l);
	buf_free(&seen);
	return tap_done();
}
