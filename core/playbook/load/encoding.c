/* The bytes of a playbook before they are read: encoding, and the limits of JSON that jansson does not know. */
#include "base/err.h"
#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"
#include "playbook/load/yaml_reader.h"
#include "playbook/load/yaml_reader_private.h"

#include <stdint.h>
#include <string.h>

static struct place place_of_byte(const char *text, size_t at)
{
	struct place place = {1, 1};
	for (size_t i = 0; i < at; i++) {
		if (text[i] == '\n')
			place = (struct place){place.line + 1, 1};
		else if (((unsigned char)text[i] & 0xC0) != 0x80)
			place.column++;
	}
	return place;
}

/* The length of the valid character at `text`, or 0. Source: Unicode 15, table 3-7. */
static size_t encoding_character(const unsigned char *p, size_t n)
{
	if (p[0] < 0x80)
		return 1;
	size_t length = p[0] >= 0xC2 && p[0] <= 0xDF   ? 2
	                : (p[0] & 0xF0) == 0xE0        ? 3
	                : p[0] >= 0xF0 && p[0] <= 0xF4 ? 4
	                                               : 0;
	if (length == 0 || length > n)
		return 0;
	for (size_t i = 1; i < length; i++)
		if ((p[i] & 0xC0) != 0x80)
			return 0;
	if ((p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xED && p[1] > 0x9F) || (p[0] == 0xF0 && p[1] < 0x90) ||
	    (p[0] == 0xF4 && p[1] > 0x8F))
		return 0;
	return length;
}

/* Two bytes that are a character of Shift_JIS, as Japanese editors still write. */
static int looks_like_shift_jis(const unsigned char *p, size_t n)
{
	return n >= 2 && ((p[0] >= 0x81 && p[0] <= 0x9F) || (p[0] >= 0xE0 && p[0] <= 0xEF)) && p[1] >= 0x40 &&
	       p[1] != 0x7F && p[1] <= 0xFC;
}

int playbook_check_encoding(const char *file, const char *text, size_t n, struct err *err)
{
	const unsigned char *p = (const unsigned char *)text;
	if (n >= 2 && ((p[0] == 0xFF && p[1] == 0xFE) || (p[0] == 0xFE && p[1] == 0xFF)))
		return err_set(err, ERR_INVALID, _("%s:1:1: this is UTF-16: save the file as UTF-8"), file);
	for (size_t i = 0; i < n;) {
		size_t length = p[i] ? encoding_character(p + i, n - i) : 0;
		if (length == 0) {
			struct place at = place_of_byte(text, i);
			const char *what = !p[i] ? _("a NUL byte: this is not a text file in UTF-8")
			                   : looks_like_shift_jis(p + i, n - i)
			                       ? _("not UTF-8, it looks like Shift_JIS: save the file as UTF-8")
			                       : _("not UTF-8: save the file as UTF-8");
			err_set(err, ERR_INVALID, "%s", what);
			return err_place(err, file, at.line, at.column);
		}
		i += length;
	}
	return 0;
}

/* Keys and values of a JSON text, before any memory is spent on them. */
static size_t count_nodes(const char *text, size_t n)
{
	size_t nodes = 1;
	int in_string = 0;
	for (size_t i = 0; i < n; i++) {
		if (in_string) {
			if (text[i] == '\\')
				i++;
			else if (text[i] == '"')
				in_string = 0;
		} else if (text[i] == '"') {
			in_string = 1;
		} else {
			nodes += text[i] == ',' || text[i] == ':' || text[i] == '[' || text[i] == '{';
		}
	}
	return nodes;
}

static int check_keys(const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;
	json_array_foreach(value, i, member)
		if (check_keys(member) < 0)
			return -1;
	json_object_foreach((json_t *)(uintptr_t)value, key, member)
		if (strlen(key) > PLAYBOOK_KEY || check_keys(member) < 0)
			return -1;
	return 0;
}

json_t *yaml_reader_load_json(const char *file, const char *text, size_t n, struct err *err)
{
	if (count_nodes(text, n) > PLAYBOOK_NODES * 2) {
		err_set(err, ERR_INVALID, _("%s:1:1: too many values and keys (50,000 at most)"), file);
		return NULL;
	}
	struct err why = ERR_INIT;
	json_t *tree = json_parse(text, n, &why);
	if (!tree) {
		int placed = why.message[0] >= '0' && why.message[0] <= '9';
		err_set(err, ERR_INVALID, "%s:%s%s", file, placed ? "" : "1:1: ", why.message);
	} else if (check_keys(tree) < 0) {
		err_set(err, ERR_INVALID, _("%s:1:1: a key is at most 250 bytes"), file);
		json_decref(tree);
		tree = NULL;
	}
	return tree;
}
