/*
 * codec/tensorboard/events.h - TensorBoard's event files: TFRecords of Event
 * messages, and the scalars in them.
 *
 * A record is a length (8 bytes), its checksum (4), the message, its checksum
 * (4), little-endian; the checksum is CRC-32C, rotated and moved (TensorFlow's
 * lib/hash/crc32c.h).
 *
 *	tb_init(&t);
 *	while ((used = tb_record(&t, &m, &n, p, left)) > 0) {
 *		tb_event(&event, m, n);
 *		while (tb_value(&value, &event.summary))
 *			...
 *	}
 */
#ifndef CODEC_TENSORBOARD_EVENTS_H
#define CODEC_TENSORBOARD_EVENTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "codec/pb.h"

#define TB_RECORD_MAX ((size_t)1 << 30)

struct tb {
	uint32_t table[256];		/* of the checksum */
};

struct tb_event {
	int64_t us;			/* since 1970 */
	int64_t step;
	struct pb summary;		/* its values; empty without */
};

struct tb_value {
	const uint8_t *tag;		/* n bytes, borrowed */
	size_t n;
	bool scalar;			/* it is one: */
	double value;
	struct pb_field metadata;	/* of a plugin; s NULL: none */
};

void tb_init(struct tb *t);
/* Do these bytes (12 at least) begin an event file? */
bool tb_begins(const struct tb *t, const uint8_t *p);
/* The message of the record at p; bytes the record takes, 0 when it is cut
 * short, -1 when it is damaged. */
int64_t tb_record(const struct tb *t, const uint8_t **message, size_t *n,
    const uint8_t *p, size_t left);
/* False: damaged. */
bool tb_event(struct tb_event *event, const uint8_t *message, size_t n);
/* The next value of a summary that has a tag; false: no more. */
bool tb_value(struct tb_value *value, struct pb *summary);

#endif
