/* Table 1 (figure A-1): what kind of mail it is. The first that fits. */
#include "finding/mail/look/look_private.h"

#include <string.h>
#include <strings.h>

/* A link that a click or a form follows: pictures, namespaces and mail addresses are none. */
static int is_followed(const struct look_link *link)
{
	return link->sort != HTML_SOURCE &&
	       (strncasecmp(link->url, "http:", 5) == 0 || strncasecmp(link->url, "https:", 6) == 0 ||
	        strncasecmp(link->url, "ftp:", 4) == 0 || strncasecmp(link->url, "www.", 4) == 0 ||
	        strncmp(link->url, "//", 2) == 0);
}

void look_class(struct look *l)
{
	int counted = 0;
	int archive = 0;
	int linked = 0;
	l->class_basis = "content";
	for (size_t i = 0; i < l->file_count; i++) {
		const struct look_file *f = &l->files[i];
		if (!f->counted)
			continue;
		counted = 1;
		if (file_format_archive(f->format) && !archive) {
			archive = 1;
			l->class_basis = f->by_content ? "content" : "name";
		}
	}
	for (size_t i = 0; i < l->link_count && !linked; i++)
		linked = is_followed(&l->links[i]);
	int holds_nothing = !l->has_body && !counted && l->file_count <= 1;
	int only_header =
	    holds_nothing && l->mime.parts[0].body == l->bytes + l->n &&
	    (l->n == 0 || (l->n > 1 && !(l->bytes[l->n - 1] == '\n' &&
	                                 (l->bytes[l->n - 2] == '\n' || (l->n > 2 && l->bytes[l->n - 3] == '\n')))));
	l->class = archive                                                                            ? "compressed"
	           : counted                                                                          ? "uncompressed"
	           : (l->mime.flags & MIME_NEVER_CAME) || only_header || strcmp(l->parsed, "no") == 0 ? "other"
	           : linked                                                                           ? "url"
	                                                                                              : "neither";
}
