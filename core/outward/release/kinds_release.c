/* What left the case: to whom, with whose approval, which bytes. */
#include "case/kind/kinds_table.h"

/* One value, one field a line. */
/* clang-format off */

static const struct field release_fields[] = {
	{IS("format", TEXT, "Format", "形式"), MACHINE, SHORT},
	{IS("to", REF, "To", "提供先"), TO("party"), MACHINE, SHORT},
	{IS("approved_by", REF, "Approved by", "承認した決定"), TO("decision"), MACHINE, SHORT, HELP("unset: for tools of those who hold the case")},
	{IS("file", TEXT, "File", "ファイル"), MACHINE},
	{IS("sha256", HASH, "SHA-256", "SHA-256"), MACHINE, SHORT},
	{IS("size", SIZE, "Size", "サイズ"), MACHINE},
	{IS("records", INT, "Records", "提供した記録数"), MACHINE, SHORT},
	{IS("left_out", INT, "Left out", "除外した記録数"), MACHINE, SHORT},
	{IS("commit", TEXT, "State of the case", "事案の時点"), MACHINE, HELP("the commit that was exported")},
	{IS("twin_key", SECRET, "Key of the twin", "秘匿証明の鍵"), MACHINE, HELP("from which the salts of its fields are made")},
	{IS("redacted", TRI, "Redacted", "秘匿処理"), YES_NO("unknown"), MACHINE},
};

static const char *const release_columns[] = {"when", "to", "format", "tlp", "records", "left_out", "sha256"};

const struct kind kind_release = {
	PLACE(175),
	KIND("release", "W", "Release", "提供"),
	.title_field = "format",
	TRAITS(KIND_MACHINE),
	FIELDS(release_fields),
	COLUMNS(release_columns),
};
