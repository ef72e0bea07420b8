#include "outward/report/qr.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"

#include <errno.h>
#include <qrencode.h>

#define QUIET 4 /* modules on each side */

static int is_dark(const QRcode *code, int x, int y)
{
	return code->data[y * code->width + x] & 1;
}

int qr_svg(struct buf *out, const char *text, struct err *err)
{
	QRcode *code = QRcode_encodeString8bit(text, 0, QR_ECLEVEL_M);
	if (!code)
		return err_set_errno(err, ERR_FAILED, errno, _("cannot make a QR code of '%s'"), text);
	int side = code->width + 2 * QUIET;
	buf_addf(out, "<svg class=\"qr\" viewBox=\"0 0 %d %d\" shape-rendering=\"crispEdges\"><path d=\"", side, side);
	for (int y = 0; y < code->width; y++) {
		for (int x = 0; x < code->width;) {
			int run = 0;
			while (x + run < code->width && is_dark(code, x + run, y))
				run++;
			if (run)
				buf_addf(out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
			x += run ? run : 1;
		}
	}
	buf_adds(out, "\"/></svg>");
	QRcode_free(code);
	return 0;
}
