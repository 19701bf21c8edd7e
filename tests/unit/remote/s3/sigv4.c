/*
 * Request signing, held against the published vectors: the signing test suite
 * of awslabs/aws-c-auth (Apache-2.0) and the examples of Amazon's
 * documentation of S3.
 */
#include "remote/s3/sigv4.h"

#include <string.h>

#include "base/hash.h"
#include "../../tap.h"

#define SECRET "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
#define EMPTY "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

static const struct sigv4_pair plain[] = {
	{ "host", "example.amazonaws.com" },
	{ "x-amz-date", "20150830T123600Z" },
};

static const struct sigv4_pair spaces[] = {
	{ "host", "example.amazonaws.com" },
	{ "my-header1", "value1" },
	{ "my-header2", "\"a   b   c\"" },
	{ "x-amz-date", "20150830T123600Z" },
};

static const struct sigv4_pair token[] = {
	{ "host", "example.amazonaws.com" },
	{ "x-amz-date", "20150830T123600Z" },
	{ "x-amz-security-token", "6e86291e8372ff2a2260956d9b8aae1d763fbf315f"
	    "a00fa31553b73ebf194267" },
};

static const struct sigv4_pair form[] = {
	{ "content-length", "13" },
	{ "content-type", "application/x-www-form-urlencoded" },
	{ "host", "example.amazonaws.com" },
	{ "x-amz-content-sha256", "9095672bbd1f56dfc5b65f3e153adc8731a4a6541923"
	    "29106275f4c7b24d0b6e" },
	{ "x-amz-date", "20150830T123600Z" },
};

static const struct sigv4_pair twisted[] = {
	{ "Param2", "value2" }, { "Param1", "value1" },
};

static const struct {
	const char *title, *method, *path;
	const struct sigv4_pair *header;
	size_t n_headers;
	const struct sigv4_pair *query;
	size_t n_query;
	const char *payload, *signature;
} vector[] = {
	{ "get-vanilla", "GET", "/", plain, 2, NULL, 0, EMPTY,
	    "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31" },
	{ "get-vanilla-query-order-key-case", "GET", "/", plain, 2, twisted, 2,
	    EMPTY,
	    "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500" },
	{ "get-utf8", "GET", "/\xe1\x88\xb4", plain, 2, NULL, 0, EMPTY,
	    "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85" },
	{ "get-space-normalized", "GET", "/example space/", plain, 2, NULL, 0,
	    EMPTY,
	    "652487583200325589f1fba4c7e578f72c47cb61beeca81406b39ddec1366741" },
	{ "post-vanilla", "POST", "/", plain, 2, NULL, 0, EMPTY,
	    "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b" },
	{ "get-header-value-trim", "GET", "/", spaces, 4, NULL, 0, EMPTY,
	    "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736" },
	{ "get-vanilla-with-session-token", "GET", "/", token, 3, NULL, 0,
	    EMPTY,
	    "07ec1639c89043aa0e3e2de82b96708f198cceab042d4a97044c66dd9f74e7f8" },
	{ "post-x-www-form-urlencoded", "POST", "/", form, 5, NULL, 0,
	    "9095672bbd1f56dfc5b65f3e153adc8731a4a654192329106275f4c7b24d0b6e",
	    "d3875051da38690788ef43de4db0d8f280229d82040bfac253562e56c3f20e0b" },
};

static void
test_vectors(void)
{
	for (size_t i = 0; i < sizeof(vector) / sizeof(*vector); i++) {
		struct buf path, query;
		struct sigv4_request rq = { .method = vector[i].method,
		    .header = vector[i].header,
		    .n_headers = vector[i].n_headers,
		    .payload = vector[i].payload, .time = "20150830T123600Z",
		    .region = "us-east-1", .service = "service" };
		char got[65];

		buf_init(&path, BUF_CAP_SMALL);
		buf_init(&query, BUF_CAP_SMALL);
		sigv4_encode(&path, vector[i].path, true);
		sigv4_query(&query, vector[i].query, vector[i].n_query);
		rq.path = path.data;
		rq.query = query.data;
		sigv4_sign(got, &rq, SECRET);
		ok(strcmp(got, vector[i].signature) == 0, "%s", vector[i].title);
		buf_free(&path);
		buf_free(&query);
	}
}

/* "GET Object" of the documentation of S3. */
static void
test_object(void)
{
	static const struct sigv4_pair header[] = {
		{ "host", "examplebucket.s3.amazonaws.com" },
		{ "range", "bytes=0-9" },
		{ "x-amz-content-sha256", EMPTY },
		{ "x-amz-date", "20130524T000000Z" },
	};
	struct sigv4_request rq = { .method = "GET", .path = "/test.txt",
	    .query = "", .header = header, .n_headers = 4, .payload = EMPTY,
	    .time = "20130524T000000Z", .region = "us-east-1",
	    .service = "s3" };
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	sigv4_authorization(&b, &rq, "AKIAIOSFODNN7EXAMPLE",
	    "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY");
	ok(strcmp(b.data, "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/"
	    "20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;"
	    "x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857"
	    "bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41") == 0,
	    "S3: GET with a range");
	buf_free(&b);
}

/* RFC 4231, test cases 2 and 6. */
static void
test_hmac(void)
{
	uint8_t out[SHA256_BYTES], key[131];
	char hex[SHA256_HEX + 1];
	static const char long_text[] = "Test Using Larger Than Block-Size Key "
	    "- Hash Key First";

	hmac_sha256(out, "Jefe", 4, "what do ya want for nothing?", 28);
	hex_encode(hex, out, SHA256_BYTES);
	ok(strcmp(hex, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58"
	    "b964ec3843") == 0, "HMAC with a short key");
	memset(key, 0xaa, sizeof(key));
	hmac_sha256(out, key, sizeof(key), long_text, sizeof(long_text) - 1);
	hex_encode(hex, out, SHA256_BYTES);
	ok(strcmp(hex, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f"
	    "0ee37f54") == 0, "HMAC with a key longer than a block");
}

int
main(void)
{
	test_vectors();
	test_object();
	test_hmac();
	return tap_done();
}
