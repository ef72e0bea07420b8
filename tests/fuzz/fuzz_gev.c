/*
 * A sealed container altered by somebody without its key: nothing of it may be
 * believed. The first byte of the input chooses where a valid container is cut,
 * the rest is laid over it.
 */
#include "base/buf.h"
#include "base/secret.h"
#include "evidence/image/gev.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char text[] = "the bytes that were sealed";

static ssize_t read_buf(void *ctx, void *bytes, size_t n, uint64_t offset)
{
	const struct buf *b = ctx;
	if (offset >= b->len)
		return 0;
	if (n > b->len - offset)
		n = b->len - (size_t)offset;
	memcpy(bytes, b->data + offset, n);
	return (ssize_t)n;
}

static void make(struct buf *container, const unsigned char key[GEV_KEY])
{
	/* written once through a pipe, as `--to -` does */
	static struct buf made;
	if (!made.len) {
		int fds[2];
		struct gev_writer w;
		struct digest_result r = {.size = 0};
		char bytes[4096];
		if (secret_setup(NULL) < 0 || pipe(fds) < 0)
			abort();
		buf_init(&made);
		if (gev_writer_begin(&w, NULL, fds[1], key, "11111111-2222-4333-8444-555555555555", NULL) < 0 ||
		    gev_writer_add(&w, text, sizeof text, NULL) < 0 || gev_writer_finish(&w, &r, NULL) < 0)
			abort();
		gev_writer_release(&w);
		close(fds[1]);
		for (ssize_t n; (n = read(fds[0], bytes, sizeof bytes)) > 0;)
			buf_add(&made, bytes, (size_t)n);
		close(fds[0]);
	}
	buf_add(container, made.data, made.len);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char key[GEV_KEY] = {7};
	struct buf container = BUF_INIT;
	struct buf original = BUF_INIT;
	struct gev g;
	make(&original, key);
	buf_add(&container, original.data, original.len);
	size_t at = size ? data[0] * (container.len + 1) / 256 : 0;
	for (size_t i = 1; i < size; i++) {
		if (at + i - 1 < container.len)
			container.data[at + i - 1] = (char)data[i];
		else
			buf_addc(&container, (char)data[i]);
	}
	if (gev_open(&g, read_buf, &container, container.len, key, "11111111-2222-4333-8444-555555555555", NULL) == 0) {
		unsigned char *bytes = malloc(DIGEST_PIECE);
		size_t n;
		if (gev_check(&g, NULL, NULL, NULL, NULL) == 0 &&
		    (container.len != original.len || memcmp(container.data, original.data, original.len) != 0))
			abort(); /* an alteration that was not found */
		if (bytes && g.count > 0 && gev_piece(&g, 0, bytes, &n, NULL) == 0 &&
		    (n != sizeof text || memcmp(bytes, text, n) != 0))
			abort();
		free(bytes);
		gev_close(&g);
	}
	buf_release(&container);
	buf_release(&original);
	return 0;
}
