/*
 * From the bytes of a playbook to a JSON tree: YAML by libyaml's events, JSON
 * by jansson. libyaml scans; what is allowed is decided here: UTF-8, at most
 * PLAYBOOK_DEPTH levels and PLAYBOOK_NODES keys and values, keys of at most
 * PLAYBOOK_KEY bytes, no aliases, anchors, tags or duplicate keys, one document.
 *
 * Errors read `file:line:column: message`, columns in characters from 1.
 */
#ifndef GENBA_PLAYBOOK_LOAD_YAML_READER_H
#define GENBA_PLAYBOOK_LOAD_YAML_READER_H

#include "playbook/load/playbook.h"
#include "playbook/load/source_map.h"

/* Says where the first byte that is not UTF-8 stands, and guesses what the text is instead. 0 or -1. */
int playbook_check_encoding(const char *file, const char *text, size_t n, struct err *err);

/* A text that begins with `{` is JSON, anything else YAML. New reference, or NULL with ERR_INVALID; `places` is
 * filled for YAML. *is_json may be NULL. */
json_t *yaml_reader_load(const char *file, const char *text, size_t n, struct source_map *places, int *is_json,
                         struct err *err);

#endif
