#include "tui/list/list_purpose.h"

#include "base/buf.h"
#include "base/i18n.h"
#include "base/printable.h"

#include <string.h>

char *list_purpose(const struct kind *kind, int filtered, int columns)
{
	static const struct {
		const char *kind, *purpose;
	} purposes[] = {
	    {"asset", N_("Machines, servers and exits of the network: what was found of each, and whether it is cut "
	                 "off. a adds one; I takes in a list (CSV).")},
	    {"evidence", N_("What was preserved, with its digests and who holds it. P preserves a file, a folder or a "
	                    "disk; a adds an "
	                    "item that is no file.")},
	    {"note", N_("What was seen, heard, supposed or asked. n writes one, on what is under the cursor.")},
	    {"indicator",
	     N_("Addresses, names and digests to look for. p pastes a text and offers what it holds; a adds one.")},
	    {"measure", N_("What is to be done, by whom and by when, on the four tracks. a adds one.")},
	    {"event", N_("What happened when, of the attack and of the response. a adds one.")},
	    {"decision", N_("Who decided what, and why. a adds one.")},
	    {"contact", N_("Who was told what, and when. a adds one.")},
	    {"party", N_("People and organisations, and what they are to this case. a adds one.")},
	};
	const char *purpose = NULL;
	struct buf text = BUF_INIT;
	struct buf lines = BUF_INIT;
	for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++)
		if (strcmp(purposes[i].kind, kind->name) == 0)
			purpose = i18n_text(purposes[i].purpose);
	if (filtered)
		buf_adds(&text, _("Nothing passes this filter. Esc shows all again, f changes it."));
	else if (purpose)
		buf_adds(&text, purpose);
	else
		buf_addf(&text, _("Nothing of this kind is on record yet: %s. a adds one."), kind_label(kind));
	int cells = columns - 4 < 86 ? columns - 4 : 86;
	text_wrap(&lines, text.data, cells > 10 ? (size_t)cells : 10, 0);
	buf_clear(&text);
	for (const char *line = lines.data; *line; line += strcspn(line, "\n"), line += *line == '\n')
		buf_addf(&text, "   %.*s\n", (int)strcspn(line, "\n"), line);
	buf_release(&lines);
	return buf_take(&text, NULL);
}
