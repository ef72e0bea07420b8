#include "case/trust/known.h"

#include "base/file/paths.h"
#include "case/store/case_internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { KNOWN_LIMIT = 65536 };

static char *known_path(const unsigned char raw[VAULT_HEADER])
{
	unsigned char mark[VAULT_MARK];
	struct buf name = BUF_INIT;
	char *home = path_data_home();
	vault_header_mark(raw, mark);
	buf_addhex(&name, mark, sizeof mark);
	char *path = xasprintf("%s/known/%s", home, name.data);
	buf_release(&name);
	free(home);
	return path;
}

static void identity_line(const struct identity *id, struct buf *line)
{
	buf_addhex(line, id->public_key, sizeof id->public_key);
	buf_addc(line, '\n');
}

int known_check(const unsigned char raw[VAULT_HEADER], const struct identity *id)
{
	struct buf text = BUF_INIT;
	struct buf line = BUF_INIT;
	char *path = known_path(raw);
	int known = access(path, F_OK) == 0 && buf_read_file(&text, path, KNOWN_LIMIT, NULL) == 0;
	if (known && id) {
		identity_line(id, &line);
		known = strstr(text.data, line.data) != NULL;
	}
	free(path);
	buf_release(&line);
	buf_release(&text);
	return known;
}

void known_remember(const struct case_file *c)
{
	unsigned char raw[VAULT_HEADER];
	struct buf text = BUF_INIT;
	if (!c->identity)
		return;
	vault_header_copy(c->vault, raw);
	if (known_check(raw, c->identity))
		return;
	char *path = known_path(raw);
	if (access(path, F_OK) == 0)
		buf_read_file(&text, path, KNOWN_LIMIT, NULL);
	identity_line(c->identity, &text);
	if (path_make_parents(path, NULL) == 0)
		path_write_file(path, text.data, text.len, PATH_REPLACE, NULL);
	free(path);
	buf_release(&text);
}
