/* Messages of the Open Inference Protocol as gRPC has them, from words and to
 * words, written and read apart from the server:
 *
 *	oip_message name MODEL [VERSION]	a call about a model
 *	oip_message ask MODEL [-v VERSION] [-i ID] [-r] [-o OUTPUT] [-p KEY=N]
 *	    NAME:DATATYPE:SHAPE:VALUE,... ...	a ModelInferRequest; -r: raw
 *	oip_message show			a ModelInferResponse, as lines
 *	oip_message texts			texts of a message, a line each
 *
 * A message goes to standard output, or comes from standard input, with its
 * prefix. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "codec/pb.h"
#include "grpc/oip.h"
#include "grpc/wire.h"

static void
put_value(struct buf *raw, struct buf *packed, struct buf *contents,
    const struct oip_type *t, const char *s, size_t n)
{
	int64_t i = 0;
	double d = 0;
	float f;

	if (t->contents == OIP_BYTES) {
		pb_put_bytes(contents, OIP_BYTES, s, n);
		buf_le32(raw, (uint32_t)n);
		buf_add(raw, s, n);
		return;
	}
	(void)num_parse_i64(s, n, &i);
	(void)num_parse_f64(s, n, &d);
	f = (float)d;
	if (t->contents == OIP_FP32)
		buf_add(raw, &f, 4);
	else if (t->contents == OIP_FP64)
		buf_add(raw, &d, 8);
	else
		for (size_t k = 0; k < t->size; k++)
			buf_addc(raw, (char)((uint64_t)i >> 8 * k));
	if (t->contents != OIP_FP32 && t->contents != OIP_FP64)
		pb_add_varint(packed, (uint64_t)i);
}

/* An input; its bytes as field 7 into `raws`, when there is one. */
static void
put_input(struct buf *out, struct buf *raws, char *words)
{
	char *type = strchr(words, ':'), *shape = strchr(type + 1, ':');
	char *values = strchr(shape + 1, ':');
	struct buf b, raw, packed, contents;
	const struct oip_type *t;

	*type++ = *shape++ = *values++ = '\0';
	t = oip_type_find(type, strlen(type));
	buf_init(&b, BUF_CAP_DOC);
	buf_init(&raw, BUF_CAP_DOC);
	buf_init(&packed, BUF_CAP_DOC);
	buf_init(&contents, BUF_CAP_DOC);
	pb_put_text(&b, 1, words);
	pb_put_text(&b, 2, type);
	for (char *s = strtok_r(shape, "x", &shape); s; s = strtok_r(NULL, "x",
	    &shape)) {
		int64_t i = 0;

		(void)num_parse_i64(s, strlen(s), &i);
		pb_put_varint(&b, 3, (uint64_t)i);
	}
	while (t && *values) {
		size_t n = strcspn(values, ",");

		put_value(&raw, &packed, &contents, t, values, n);
		values += n + (values[n] == ',');
	}
	if (t && t->contents != OIP_BYTES)
		pb_put_bytes(&contents, t->contents ? t->contents : OIP_FP32,
		    packed.len ? packed.data : raw.data, packed.len ?
		    packed.len : raw.len);
	if (raws)
		pb_put_bytes(raws, 7, raw.data, raw.len);
	else
		pb_put_bytes(&b, 5, contents.data, contents.len);
	pb_put_bytes(out, 5, b.data, b.len);
	buf_free(&b);
	buf_free(&raw);
	buf_free(&packed);
	buf_free(&contents);
}

static void
put_parameter(struct buf *out, const char *words)
{
	const char *eq = strchr(words, '=');
	struct buf entry, value;
	int64_t i = 0;

	buf_init(&entry, BUF_CAP_SMALL);
	buf_init(&value, BUF_CAP_SMALL);
	(void)num_parse_i64(eq + 1, strlen(eq + 1), &i);
	pb_put_bytes(&entry, 1, words, (size_t)(eq - words));
	pb_put_varint(&value, 2, (uint64_t)i);
	pb_put_bytes(&entry, 2, value.data, value.len);
	pb_put_bytes(out, 4, entry.data, entry.len);
	buf_free(&entry);
	buf_free(&value);
}

static void
put_wanted(struct buf *out, const char *name)
{
	struct buf b;

	buf_init(&b, BUF_CAP_SMALL);
	pb_put_text(&b, 1, name);
	pb_put_bytes(out, 6, b.data, b.len);
	buf_free(&b);
}

static void
ask(struct buf *out, int argc, char **argv)
{
	bool raw = false;
	struct buf raws;
	int opt;

	buf_init(&raws, BUF_CAP_DOC);
	pb_put_text(out, 1, argv[0]);
	while ((opt = getopt(argc, argv, "v:i:o:p:r")) > 0)
		switch (opt) {
		case 'v':
			pb_put_text(out, 2, optarg);
			break;
		case 'i':
			pb_put_text(out, 3, optarg);
			break;
		case 'o':
			put_wanted(out, optarg);
			break;
		case 'p':
			put_parameter(out, optarg);
			break;
		default:
			raw = true;
		}
	for (int i = optind; i < argc; i++)
		put_input(out, raw ? &raws : NULL, argv[i]);
	buf_add(out, raws.data, raws.len);
	buf_free(&raws);
}

/* --- showing -------------------------------------------------------------- */

static void
show_values(enum oip_contents kind, const uint8_t *s, size_t n)
{
	struct pb r = pb_over(s, n);
	char text[NUM_TEXT_MAX];
	uint64_t v;
	double d;
	float f;

	for (; kind == OIP_FP32 && n >= 4; s += 4, n -= 4) {
		memcpy(&f, s, 4);
		num_print_f32(text, f);
		printf(" %s", text);
	}
	for (; kind == OIP_FP64 && n >= 8; s += 8, n -= 8) {
		memcpy(&d, s, 8);
		num_print_f64(text, d);
		printf(" %s", text);
	}
	if (kind == OIP_BYTES)
		printf(" %.*s", (int)n, (const char *)s);
	else if (kind != OIP_FP32 && kind != OIP_FP64)
		while (pb_varint(&r, &v))
			printf(" %lld", (long long)v);
}

static void
show_raw(const struct oip_type *t, const uint8_t *s, size_t n)
{
	if (t->contents == OIP_FP32 || t->contents == OIP_FP64) {
		show_values(t->contents, s, n);
		return;
	}
	while (n >= (t->size ? t->size : 4)) {
		size_t k = t->size ? t->size : 4 + get_le32(s);

		if (t->size)
			printf(" %lld", (long long)(k == 8 ? get_le64(s) :
			    k == 4 ? get_le32(s) : k == 2 ? get_le16(s) : *s));
		else
			printf(" %.*s", (int)k - 4, (const char *)s + 4);
		s += k;
		n -= k;
	}
}

static const struct oip_type *
show_output(const struct pb_field *output, const struct pb_field *raw)
{
	struct pb r = pb_over(output->s, output->n), inner;
	const struct oip_type *t = NULL;
	struct pb_field f, v;

	printf("output");
	while (pb_next(&r, &f)) {
		inner = pb_over(f.s, f.n);
		if (f.number == 2)
			t = oip_type_find((const char *)f.s, f.n);
		if (f.number <= 2)
			printf(" %.*s", (int)f.n, (const char *)f.s);
		else if (f.number == 3)
			while (pb_varint(&inner, &v.v))
				printf(" [%lld]", (long long)v.v);
		else if (f.number == 5)
			while (pb_next(&inner, &v))
				show_values((enum oip_contents)v.number, v.s,
				    v.n);
	}
	if (raw && t) {
		printf(" raw");
		show_raw(t, raw->s, raw->n);
	}
	printf("\n");
	return t;
}

static void
show(const char *s, size_t n)
{
	static const char *const words[] = { "", "model", "version", "id" };
	struct pb r = pb_over(s, n), raws = pb_over(s, n);
	struct pb_field f, raw;

	while (pb_next(&r, &f)) {
		if (f.number >= 1 && f.number <= 3)
			printf("%s %.*s\n", words[f.number], (int)f.n,
			    (const char *)f.s);
		if (f.number != 5)
			continue;
		while (pb_next(&raws, &raw) && raw.number != 6)
			;
		show_output(&f, raw.number == 6 ? &raw : NULL);
	}
}

static void
show_texts(const char *s, size_t n, int depth)
{
	struct pb r = pb_over(s, n);
	struct pb_field f;

	while (pb_next(&r, &f)) {
		printf("%*s%u", depth, "", (unsigned)f.number);
		if (f.wire == PB_VARINT)
			printf(" %llu\n", (unsigned long long)f.v);
		else
			printf(" %.*s\n", (int)f.n, (const char *)f.s);
	}
}

int
main(int argc, char **argv)
{
	struct buf message, prefix;
	size_t n;

	buf_init(&message, BUF_CAP_DOC);
	buf_init(&prefix, BUF_CAP_SMALL);
	if (argc == 2) {
		while ((n = fread(buf_reserve(&message, 65536), 1, 65536,
		    stdin)) > 0)
			buf_grew(&message, n);
		if (message.len < GRPC_PREFIX)
			return 1;
		if (strcmp(argv[1], "show") == 0)
			show(message.data + GRPC_PREFIX, message.len -
			    GRPC_PREFIX);
		else
			show_texts(message.data + GRPC_PREFIX, message.len -
			    GRPC_PREFIX, 0);
	} else {
		if (strcmp(argv[1], "ask") == 0)
			ask(&message, argc - 2, argv + 2);
		for (int i = 2; strcmp(argv[1], "name") == 0 && i < argc; i++)
			pb_put_text(&message, (uint32_t)i - 1, argv[i]);
		grpc_put_prefix(&prefix, message.len);
		fwrite(prefix.data, 1, prefix.len, stdout);
		fwrite(message.data, 1, message.len, stdout);
	}
	buf_free(&message);
	buf_free(&prefix);
	return 0;
}
