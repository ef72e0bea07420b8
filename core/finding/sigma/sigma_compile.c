/* A rule's tree to nodes and atoms. */
#include "finding/sigma/sigma_private.h"

#include "base/i18n.h"
#include "base/json.h"
#include "base/printable.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int sigma_needs(struct sigma_compiling *k, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	char *needs = printable_vdup(format, args);
	va_end(args);
	if (!*k->needs)
		text_copy(k->needs, sizeof k->needs, needs);
	free(needs);
	return -1;
}

uint32_t sigma_node(struct sigma *s, enum sigma_op op, const uint32_t *children, size_t count, uint32_t least)
{
	if ((op == SIGMA_AND || op == SIGMA_OR) && count == 1)
		return children[0];
	if (s->node_count % 4096 == 0)
		s->nodes = xrealloc(s->nodes, (s->node_count + 4096) * sizeof *s->nodes);
	struct sigma_node *node = &s->nodes[s->node_count];
	*node = (struct sigma_node){.op = op, .first = s->child_count, .count = (uint32_t)count, .least = least};
	if (count) {
		s->children = xrealloc(s->children, (s->child_count + count) * sizeof *s->children);
		memcpy(s->children + s->child_count, children, count * sizeof *children);
		s->child_count += (uint32_t)count;
	}
	return s->node_count++;
}

/* Names of fields are compared without case and signs: a rule's ThreatName is Defender's "Threat Name". */
static void field_key(const char *name, size_t n, char key[128])
{
	size_t k = 0;
	for (size_t i = 0; i < n && k < 127; i++) {
		unsigned char c = (unsigned char)name[i];
		if (isalnum(c) || c == '.')
			key[k++] = (char)tolower(c);
	}
	key[k] = '\0';
}

uint32_t sigma_find_field(const struct sigma *s, const char *name, size_t n)
{
	char key[128];
	field_key(name, n, key);
	n = strlen(key);
	for (uint32_t i = s->name_hash[sigma_hash(key, n, 0) % SIGMA_HASH]; i; i = s->names[i - 1].next)
		if (strcmp(s->names[i - 1].text, key) == 0)
			return i - 1;
	return UINT32_MAX;
}

uint32_t sigma_field(struct sigma *s, const char *name, size_t n)
{
	char key[128];
	uint32_t found = sigma_find_field(s, name, n);
	if (found != UINT32_MAX)
		return found;
	field_key(name, n, key);
	uint32_t h = sigma_hash(key, strlen(key), 0) % SIGMA_HASH;
	if (s->name_count % 256 == 0)
		s->names = xrealloc(s->names, (s->name_count + 256) * sizeof *s->names);
	s->names[s->name_count] = (struct sigma_name){.text = xstrdup(key), .next = s->name_hash[h]};
	s->name_hash[h] = ++s->name_count;
	return s->name_count - 1;
}

/* ---- selections */

static int map_node(struct sigma_compiling *k, const json_t *map, uint32_t *node)
{
	const char *key;
	json_t *value;
	uint32_t nodes[64];
	size_t count = 0;
	int rc = json_object_size(map) && json_object_size(map) <= 64
	             ? 0
	             : sigma_needs(k, "%s", _("a list that is empty or too long"));
	json_object_foreach((json_t *)(uintptr_t)map, key, value)
		if (rc == 0)
			rc = sigma_item(k, key, value, &nodes[count++]);
	if (rc == 0)
		*node = sigma_node(k->s, SIGMA_AND, nodes, count, 0);
	return rc;
}

static int selection_node(struct sigma_compiling *k, const json_t *selection, uint32_t *node)
{
	if (json_is_object(selection))
		return map_node(k, selection, node);
	if (!json_is_array(selection))
		return sigma_item(k, "", selection, node); /* a word to look for in all fields */
	size_t count = json_array_size(selection);
	if (count == 0 || count > 4096)
		return sigma_needs(k, "%s", _("a list that is empty or too long"));
	uint32_t *nodes = xcalloc(count, sizeof *nodes);
	int rc = 0;
	for (size_t i = 0; rc == 0 && i < count; i++) {
		const json_t *item = json_array_get(selection, i);
		rc = json_is_object(item) ? map_node(k, item, &nodes[i]) : sigma_item(k, "", item, &nodes[i]);
	}
	if (rc == 0)
		*node = sigma_node(k->s, SIGMA_OR, nodes, count, 0);
	free(nodes);
	return rc;
}

static int detection_node(struct sigma_compiling *k, uint32_t *root)
{
	const char *name;
	json_t *value;
	size_t count = 0;
	int rc = 0;
	const json_t *condition = json_object_get(k->detection, "condition");
	if (json_object_get(k->detection, "timeframe"))
		return sigma_needs(k, "%s", _("a time frame over several rows"));
	if (json_is_array(condition) && json_array_size(condition) == 1)
		condition = json_array_get(condition, 0);
	if (!json_is_string(condition))
		return sigma_needs(k, "%s", _("a condition that is one text"));
	json_object_foreach((json_t *)(uintptr_t)k->detection, name, value)
		if (rc == 0 && strcmp(name, "condition") != 0)
			rc = selection_node(k, value, &k->selections[count++]);
	return rc == 0 ? sigma_condition(k, json_string_value(condition), root) : -1;
}

/* ---- a rule */

static void take_level(struct sigma_rule *rule, const char *level)
{
	static const char *const levels[][2] = {
	    {"critical", "high"}, {"high", "high"}, {"medium", "medium"}, {"low", "low"}, {"informational", "info"}};
	snprintf(rule->level, sizeof rule->level, "medium");
	for (size_t i = 0; level && i < sizeof levels / sizeof *levels; i++)
		if (strcmp(level, levels[i][0]) == 0)
			snprintf(rule->level, sizeof rule->level, "%s", levels[i][1]);
}

static void take_technique(struct sigma_rule *rule, const json_t *tags)
{
	const json_t *tag;
	size_t i;
	json_array_foreach(tags, i, tag) {
		const char *text = json_string_value(tag);
		if (*rule->technique || !text || strncmp(text, "attack.t", 8) != 0 || !isdigit((unsigned char)text[8]))
			continue;
		snprintf(rule->technique, sizeof rule->technique, "T%.14s", text + 8);
	}
}

void sigma_compile(struct sigma *s, struct sigma_rule *rule, const json_t *tree)
{
	struct sigma_compiling k = {.s = s, .rule = rule, .detection = json_object_get(tree, "detection")};
	const char *title = json_get_string(tree, "title");
	const char *id = json_get_string(tree, "id");
	const json_t *logsource = json_object_get(tree, "logsource");
	const char *product = json_get_string(logsource, "product");
	const char *category = json_get_string(logsource, "category");
	const char *service = json_get_string(logsource, "service");
	rule->title = xstrdup(title ? title : rule->name);
	rule->id = xstrdup(id ? id : "");
	take_level(rule, json_get_string(tree, "level"));
	take_technique(rule, json_object_get(tree, "tags"));
	int source = sigma_source_of(logsource);
	const char *named = service ? service : category ? category : "?"; /* told where nothing here is read of it */
	rule->foreign = product ? strcmp(product, "windows") != 0 : source < 0;
	if (json_object_get(tree, "correlation"))
		sigma_needs(&k, "%s", _("a correlation over several rows"));
	else if (!json_is_object(k.detection))
		sigma_needs(&k, "%s", _("a detection"));
	else if (rule->foreign)
		sigma_needs(&k, _("logs of %.*s"), product ? text_cut(product, 40) : 1, product ? product : "?");
	else if (source < 0)
		sigma_needs(&k, _("the log source %.*s"), text_cut(named, 40), named);
	if (!*k.needs) {
		k.selections = xcalloc(json_object_size(k.detection), sizeof *k.selections);
		detection_node(&k, &rule->root);
		free(k.selections);
	}
	if (*k.needs) {
		rule->needs = xstrdup(k.needs);
		return;
	}
	rule->source = (size_t)source;
	rule->next = s->of_source[source];
	s->of_source[source] = (uint32_t)(rule - s->rules) + 1;
}
