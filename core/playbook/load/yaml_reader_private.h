/* What yaml_reader.c (YAML) and encoding.c (bytes, JSON) share. */
#ifndef GENBA_PLAYBOOK_LOAD_YAML_READER_PRIVATE_H
#define GENBA_PLAYBOOK_LOAD_YAML_READER_PRIVATE_H

#include "playbook/load/yaml_reader.h"

/* JSON, with the limits of depth and duplicate names that YAML has. NULL with what is wrong. */
json_t *yaml_reader_load_json(const char *file, const char *text, size_t n, struct err *err);

#endif
