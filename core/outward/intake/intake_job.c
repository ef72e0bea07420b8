/* The readers of formats that come in, and the job that runs one of them in the cage. */
#include "outward/intake/intake_format.h"

#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"

#include <string.h>

static const struct intake_format intake_formats[] = {
    {"stix", 0, intake_stix},
    {"misp", 0, intake_misp},
    {"timesketch", 1, intake_timesketch},
    {"l2t", 1, intake_l2t},
    {"iris", 0, intake_iris},
    {"thehive", 0, intake_thehive},
    {"hayabusa", 1, intake_hayabusa},
    {"velociraptor", 1, intake_velociraptor},
};

const struct intake_format *intake_format_find(const char *name)
{
	for (size_t i = 0; i < sizeof intake_formats / sizeof *intake_formats; i++)
		if (strcmp(intake_formats[i].name, name) == 0)
			return &intake_formats[i];
	return NULL;
}

static int intake_emit(void *ctx, json_t *line, struct err *err)
{
	return worker_emit_take(ctx, line, err);
}

static int intake_emit_raw(void *ctx, const void *bytes, size_t n, struct err *err)
{
	return worker_emit_raw(ctx, bytes, n, err);
}

static int run_intake(struct worker *w, struct err *err)
{
	const char *name = json_get_string(worker_request(w), "format");
	const struct intake_format *format = name ? intake_format_find(name) : NULL;
	if (!format)
		return err_set(err, ERR_USAGE, _("nobody said how to read it"));
	struct intake_out out = {
	    .to = {intake_emit, intake_emit_raw, w}, .request = worker_request(w), .packed = BUF_INIT};
	struct intake_source source = {.fd = worker_input(w), .limit = format->timeline ? 0 : INTAKE_LIMIT};
	int rc = format->read(&out, &source, err);
	if (rc == 0)
		rc = intake_finish(&out, err);
	intake_release(&out);
	return rc;
}

const struct worker_job intake_job = {.name = "intake", .run = run_intake};
