#include "tui/session/version.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/i18n.h"
#include "base/printable.h"
#include "case/case.h"
#include "evidence/image/gev.h"
#include "handover/parcel/parcel.h"
#include "handover/parcel/seal.h"
#include "handover/parcel/transfer.h"
#include "tui/commit.h"
#include "vault/layout.h"

#include <curses.h>
#include <git2.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <qrencode.h>
#include <seccomp.h>
#include <sodium.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <utf8proc.h>
#include <yaml.h>
#include <zlib.h>
#include <zstd.h>

/* First and last format that is read; the last one is written. */
static const struct {
	const char *name;
	int first, last;
} formats[] = {
    {N_("case file (encryption)"), 1, LAYOUT_VERSION},
    {N_("case file (tables)"), 1, CASE_FORMAT},
    {N_("sealed evidence"), 1, GEV_VERSION},
    {N_("sealed file"), 1, SEAL_VERSION},
    {N_("parcel"), 1, PARCEL_VERSION},
    {N_("receipt"), 1, RECEIPT_VERSION},
};

static void line(FILE *out, const char *name, const char *text)
{
	struct buf padded = BUF_INIT;
	text_pad(&padded, name, 24);
	fprintf(out, "  %s %s\n", padded.data, text);
	buf_release(&padded);
}

static void print_formats(FILE *out)
{
	fprintf(out, "%s\n", _("Formats (written, read)"));
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		char *text = formats[i].first == formats[i].last
		                 ? xasprintf("%d, %d", formats[i].last, formats[i].last)
		                 : xasprintf("%d, %d-%d", formats[i].last, formats[i].first, formats[i].last);
		line(out, i18n_text(formats[i].name), text);
		free(text);
	}
	line(out, _("history"), _("git, SHA-1 objects, SSHSIG signatures"));
	line(out, _("playbooks"), _("CACAO 2.0; read: also 1.1"));
}

/* As the library that is loaded tells it, not the header it was built with. */
static void print_libraries(FILE *out)
{
	int major, minor, revision;
	char git2[48], seccomp[48];
	git_libgit2_version(&major, &minor, &revision);
	snprintf(git2, sizeof git2, "%d.%d.%d", major, minor, revision);
	const struct scmp_version *cage = seccomp_version();
	snprintf(seccomp, sizeof seccomp, "%u.%u.%u", cage->major, cage->minor, cage->micro);
	fprintf(out, "%s\n", _("Libraries in use"));
	line(out, "SQLite", sqlite3_libversion());
	line(out, "libsodium", sodium_version_string());
	line(out, "libgit2", git2);
	line(out, "OpenSSL", OpenSSL_version(OPENSSL_VERSION_STRING));
	line(out, "zstd", ZSTD_versionString());
	line(out, "zlib", zlibVersion());
	line(out, "jansson", jansson_version_str());
	line(out, "libyaml", yaml_get_version_string());
	line(out, "libseccomp", seccomp);
	line(out, "utf8proc", utf8proc_version());
	line(out, "libqrencode", QRcode_APIVersionString());
	line(out, "ncurses", curses_version());
}

void version_print(FILE *out)
{
	const char *commit = GENBA_COMMIT; /* "" where the source came without its repository */
	fprintf(out, "genba %s%s%s%s\n", GENBA_VERSION, *commit ? " (" : "", commit, *commit ? ")" : "");
	print_formats(out);
	print_libraries(out);
}
