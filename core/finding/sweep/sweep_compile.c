/* Makes the set of a list: patterns, the tree of keys, the bitmaps. */
#include "base/buf.h"
#include "base/err.h"
#include "finding/sweep/sweep_private.h"

#include <arpa/inet.h>
#include <stdlib.h>

#define CROWD   8   /* patterns under one key before the bytes further left choose again */
#define DEEPEST 512 /* bytes to the right of a node: what is still crowded there is a list */

struct compiling {
	struct sweep_set *set;
	struct buf text;
	size_t pattern_cap;
	size_t network_cap;
	size_t node_cap;
	size_t slot_count;
	size_t order_count;
	size_t order_cap;
};

struct keyed_pattern {
	uint64_t key;
	uint32_t pattern;
	uint8_t length;
};

/* ---- patterns */

static unsigned form_of_type(const char *type, const char *value)
{
	static const struct {
		const char *type;
		unsigned form;
	} forms[] = {{"domain", SWEEP_FORM_DOMAIN},       {"url", SWEEP_FORM_URL},        {"email", SWEEP_FORM_EMAIL},
	             {"file_name", SWEEP_FORM_FILE_NAME}, {"file_path", SWEEP_FORM_PATH}, {"registry", SWEEP_FORM_PATH},
	             {"md5", SWEEP_FORM_DIGEST},          {"sha1", SWEEP_FORM_DIGEST},    {"sha256", SWEEP_FORM_DIGEST},
	             {"sha512", SWEEP_FORM_DIGEST}};
	if (strcmp(type, "ip") == 0)
		return strchr(value, ':') ? SWEEP_FORM_IP6 : SWEEP_FORM_IP4;
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++)
		if (strcmp(forms[i].type, type) == 0)
			return forms[i].form;
	return SWEEP_FORM_WORD;
}

/* Takes what a path begins with off it. */
static const char *cut_root(const char *value, const char *type, struct sweep_pattern *p)
{
	size_t n = 0;
	if (strcmp(type, "registry") == 0) {
		int hive = sweep_hive_of(value, &n);
		if (hive < 0)
			return value;
		p->root = SWEEP_ROOT_HIVE;
		p->drive = (uint8_t)hive;
		return value + n;
	}
	const char *path = strncmp(value, "\\??\\", 4) == 0 ? value + 4 : value;
	if ((sweep_class((unsigned char)path[0]) & (SWEEP_CLASS_LETTER | SWEEP_CLASS_HEX_LETTER)) && path[1] == ':' &&
	    (path[2] == '\\' || path[2] == '/') && path[3]) {
		p->root = SWEEP_ROOT_DRIVE;
		p->drive = sweep_fold((unsigned char)path[0]);
		return path + 2;
	}
	static const char device[] = "/device/harddiskvolume";
	size_t i = 0;
	while (device[i] && sweep_fold_path((unsigned char)value[i]) == (unsigned char)device[i])
		i++;
	if (device[i])
		return value;
	size_t digits = strspn(value + i, "0123456789");
	if (!digits || (value[i + digits] != '\\' && value[i + digits] != '/') || !value[i + digits + 1])
		return value;
	p->root = SWEEP_ROOT_DEVICE;
	return value + i + digits;
}

static void add_pattern(struct compiling *c, struct sweep_pattern p, const char *text, size_t n)
{
	struct sweep_set *set = c->set;
	if (n == 0)
		return;
	if (set->count == c->pattern_cap) {
		c->pattern_cap = c->pattern_cap ? c->pattern_cap * 2 : 256;
		set->patterns = xrealloc(set->patterns, c->pattern_cap * sizeof *set->patterns);
	}
	size_t head = n;
	while (head > 0 && !(sweep_class((unsigned char)text[head - 1]) & SWEEP_CLASS_ALNUM))
		head--;
	p.text = (uint32_t)c->text.len;
	p.head = (uint16_t)head;
	p.tail = (uint16_t)(n - head);
	for (size_t i = 0; i < n; i++) {
		unsigned char b = (unsigned char)text[i];
		b = p.form == SWEEP_FORM_PATH ? sweep_fold_path(b) : sweep_fold(b);
		set->occurs[b] = 1;
		buf_addc(&c->text, (char)b);
	}
	size_t reach = n + (p.root ? 32 : 0);
	if (reach > set->longest)
		set->longest = reach;
	set->has_ip |= p.form == SWEEP_FORM_IP4;
	set->has_digest |= p.form == SWEEP_FORM_DIGEST;
	set->patterns[set->count++] = p;
}

static void add_network(struct compiling *c, const char *value, uint32_t indicator)
{
	struct sweep_set *set = c->set;
	struct in_addr address;
	char text[32] = "";
	size_t n = strcspn(value, "/");
	memcpy(text, value, n < sizeof text ? n : sizeof text - 1);
	if (inet_pton(AF_INET, text, &address) != 1)
		return;
	unsigned long bits = strtoul(value + n + 1, NULL, 10);
	uint32_t mask = (uint32_t)(UINT64_C(0xFFFFFFFF) << (32 - (bits > 32 ? 32 : bits)));
	if (set->network_count == c->network_cap) {
		c->network_cap = c->network_cap ? c->network_cap * 2 : 16;
		set->networks = xrealloc(set->networks, c->network_cap * sizeof *set->networks);
	}
	set->networks[set->network_count++] = (struct sweep_network){ntohl(address.s_addr) & mask, mask, indicator, 0};
	for (const char *p = "0123456789."; *p; p++)
		set->occurs[(unsigned char)*p] = 1;
	if (set->longest < 15)
		set->longest = 15;
	set->has_ip = 1;
}

/* A URL without a path is the same with "/" behind it, and the other way round. */
static void add_url(struct compiling *c, const struct sweep_pattern *p, const char *value, size_t n, int with_host)
{
	const char *host = strstr(value, "://");
	size_t rest = host ? strcspn(host + 3, "/?#") : 0;
	add_pattern(c, *p, value, n);
	if (host && !host[3 + rest]) {
		char *longer = xasprintf("%s/", value);
		add_pattern(c, *p, longer, n + 1);
		free(longer);
	} else if (host && strcmp(host + 3 + rest, "/") == 0) {
		add_pattern(c, *p, value, n - 1);
	}
	if (!host || !with_host)
		return;
	char *name = xstrndup(host + 3, rest);
	char *begin = strrchr(name, '@') ? strrchr(name, '@') + 1 : name;
	int is_six = *begin == '[';
	char *end = is_six ? strchr(begin, ']') : strchr(begin, ':');
	if (end)
		*end = '\0';
	begin += is_six;
	struct in_addr four;
	struct sweep_pattern part = {.indicator = p->indicator,
	                             .match = SWEEP_HOST,
	                             .form = is_six                                  ? SWEEP_FORM_IP6
	                                     : inet_pton(AF_INET, begin, &four) == 1 ? SWEEP_FORM_IP4
	                                                                             : SWEEP_FORM_DOMAIN};
	if (strlen(begin) >= SWEEP_SHORTEST)
		add_pattern(c, part, begin, strlen(begin));
	free(name);
}

static void add_indicator(struct compiling *c, const struct sweep_indicator *indicator, uint32_t number, unsigned flags)
{
	const char *value = indicator->value;
	struct sweep_pattern p = {.indicator = number, .form = (uint8_t)form_of_type(indicator->type, value)};
	size_t n = strlen(value);
	if (n > SWEEP_LONGEST)
		return;
	if (p.form == SWEEP_FORM_IP4 && strchr(value, '/')) {
		add_network(c, value, number);
	} else if (p.form == SWEEP_FORM_URL) {
		add_url(c, &p, value, n, flags & SWEEP_HOSTS_OF_URLS);
	} else {
		if (p.form == SWEEP_FORM_DOMAIN && strncmp(value, "*.", 2) == 0) {
			p.below = 1;
			value += 2;
		}
		if (p.form == SWEEP_FORM_PATH)
			value = cut_root(value, indicator->type, &p);
		add_pattern(c, p, value, strlen(value));
	}
}

/* ---- the tree of keys */

uint64_t sweep_key_deep(const unsigned char *end, unsigned length)
{
	uint64_t key = 0;
	for (unsigned i = 0; i < length; i++)
		key = key << 8 | sweep_fold_path(end[-(int)length + (int)i]);
	return key;
}

static size_t slot_place(const struct sweep_set *set, uint32_t node, unsigned length, uint64_t key)
{
	uint64_t h = sweep_hash(key ^ ((uint64_t)node << 8 | length) * 0xD6E8FEB86659FD93U);
	size_t i = (h >> 32) & set->slot_mask;
	for (; set->slots[i].used; i = (i + 1) & set->slot_mask)
		if (set->slots[i].key == key && set->slots[i].node == node && set->slots[i].length == length)
			break;
	return i;
}

const struct sweep_slot *sweep_slot_find(const struct sweep_set *set, uint32_t node, unsigned length, uint64_t key)
{
	const struct sweep_slot *slot = &set->slots[slot_place(set, node, length, key)];
	return slot->used ? slot : NULL;
}

static struct sweep_slot *add_slot(struct compiling *c, uint32_t node, unsigned length, uint64_t key)
{
	struct sweep_set *set = c->set;
	if (c->slot_count * 2 >= set->slot_mask) {
		struct sweep_slot *before = set->slots;
		size_t size = before ? set->slot_mask + 1 : 0;
		set->slot_mask = size ? size * 2 - 1 : 1023;
		set->slots = xcalloc(set->slot_mask + 1, sizeof *set->slots);
		for (size_t i = 0; i < size; i++)
			if (before[i].used)
				set->slots[slot_place(set, before[i].node, before[i].length, before[i].key)] =
				    before[i];
		free(before);
	}
	struct sweep_slot *slot = &set->slots[slot_place(set, node, length, key)];
	*slot = (struct sweep_slot){.key = key, .node = node, .length = (uint8_t)length, .used = 1};
	c->slot_count++;
	return slot;
}

static uint32_t add_node(struct compiling *c, uint32_t depth)
{
	struct sweep_set *set = c->set;
	if (set->node_count == c->node_cap) {
		c->node_cap = c->node_cap ? c->node_cap * 2 : 64;
		set->lengths = xrealloc(set->lengths, c->node_cap * sizeof *set->lengths);
		set->depths = xrealloc(set->depths, c->node_cap * sizeof *set->depths);
	}
	set->lengths[set->node_count] = 0;
	set->depths[set->node_count] = depth;
	return (uint32_t)set->node_count++;
}

static int compare_keyed(const void *a, const void *b)
{
	const struct keyed_pattern *x = a;
	const struct keyed_pattern *y = b;
	if (x->length != y->length)
		return x->length < y->length ? -1 : 1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->pattern > y->pattern) - (x->pattern < y->pattern);
}

static void build_node(struct compiling *c, uint32_t node, struct keyed_pattern *all, size_t n);

/* Separators of paths are of two kinds: the bytes of one say nothing. */
static struct sweep_entry entry_of(const struct sweep_set *set, uint32_t pattern)
{
	const struct sweep_pattern *p = &set->patterns[pattern];
	const unsigned char *end = (const unsigned char *)set->text + p->text + p->head;
	int is_path = p->form == SWEEP_FORM_PATH;
	return (struct sweep_entry){.pattern = pattern,
	                            .left = p->head >= 12 && !is_path ? sweep_left(end, 8) : 0,
	                            .further = p->head >= 16 && !is_path ? sweep_left(end, 12) : 0};
}

/* The patterns of one key: a list, or a child that looks further left. */
static void build_slot(struct compiling *c, uint32_t node, const struct keyed_pattern *run, size_t n)
{
	struct sweep_set *set = c->set;
	uint32_t depth = set->depths[node] + run->length;
	add_slot(c, node, run->length, run->key);
	set->lengths[node] |= (uint16_t)(1U << run->length);
	size_t here = n;
	uint32_t child = 0;
	if (n > CROWD && run->length > 0 && depth < DEEPEST) {
		struct keyed_pattern *further = xcalloc(n, sizeof *further);
		child = add_node(c, depth);
		for (size_t i = 0; i < n; i++) {
			const struct sweep_pattern *p = &set->patterns[run[i].pattern];
			const unsigned char *end = (const unsigned char *)set->text + p->text + p->head - depth;
			unsigned length = p->head - depth > 8 ? 8 : (unsigned)(p->head - depth);
			further[i] =
			    (struct keyed_pattern){sweep_key_deep(end, length), run[i].pattern, (uint8_t)length};
		}
		build_node(c, child, further, n);
		free(further);
		here = 0;
	}
	if (c->order_count + here > c->order_cap) {
		c->order_cap = (c->order_count + here) * 2;
		set->order = xrealloc(set->order, c->order_cap * sizeof *set->order);
	}
	for (size_t i = 0; i < here; i++)
		set->order[c->order_count + i] = entry_of(set, run[i].pattern);
	struct sweep_slot *slot = &set->slots[slot_place(set, node, run->length, run->key)];
	slot->first = (uint32_t)c->order_count;
	slot->count = (uint32_t)here;
	slot->child = child;
	c->order_count += here;
}

static void build_node(struct compiling *c, uint32_t node, struct keyed_pattern *all, size_t n)
{
	qsort(all, n, sizeof *all, compare_keyed);
	for (size_t i = 0, next; i < n; i = next) {
		for (next = i + 1; next < n && all[next].length == all[i].length && all[next].key == all[i].key;)
			next++;
		build_slot(c, node, all + i, next - i);
	}
}

/* ---- the first keys, and the bitmaps */

/* The keys of a pattern's last bytes: of a path two for each separator in them. */
static size_t first_keys(const struct sweep_set *set, uint32_t number, struct keyed_pattern *out)
{
	const struct sweep_pattern *p = &set->patterns[number];
	unsigned length = p->head >= 8 ? 8 : p->head;
	unsigned char bytes[8] = {0};
	unsigned separators[8] = {0};
	unsigned count = 0;
	memcpy(bytes + 8 - length, set->text + p->text + p->head - length, length);
	for (unsigned i = 8 - length; i < 8 && p->form == SWEEP_FORM_PATH; i++)
		if (bytes[i] == '/')
			separators[count++] = i;
	for (unsigned which = 0; which < 1U << count; which++) {
		for (unsigned i = 0; i < count; i++)
			bytes[separators[i]] = which >> i & 1 ? '\\' : '/';
		out[which] = (struct keyed_pattern){sweep_key(bytes + 8, length), number, (uint8_t)length};
	}
	return (size_t)1 << count;
}

static void set_bit(uint64_t *bitmap, uint64_t key, unsigned shift)
{
	uint64_t bit = sweep_hash(key) >> shift;
	bitmap[bit >> 6] |= (uint64_t)1 << (bit & 63);
}

static void build_table(struct compiling *c)
{
	struct sweep_set *set = c->set;
	size_t n = 0;
	size_t cap = 4096;
	struct keyed_pattern *all = xmalloc(cap * sizeof *all);
	set->strays = xcalloc(set->count + 1, sizeof *set->strays);
	for (size_t i = 0; i < set->count; i++) {
		if (set->patterns[i].head < SWEEP_SHORTEST) {
			set->strays[set->stray_count++] = (uint32_t)i;
			continue;
		}
		if (n + 256 > cap) {
			cap *= 2;
			all = xrealloc(all, cap * sizeof *all);
		}
		n += first_keys(set, (uint32_t)i, all + n);
	}
	unsigned bits = 18;
	while (bits < 22 && n > (size_t)1 << (bits - 5))
		bits++;
	set->shift = 64 - bits;
	size_t words = (size_t)1 << (bits - 6);
	set->bitmap = xcalloc(words, sizeof *set->bitmap);
	set->left_bitmap = xcalloc(words, sizeof *set->left_bitmap);
	set->short_bitmap = NULL;
	set->shortest = 8;
	size_t short_count = 0;
	for (size_t i = 0; i < n; i++) {
		short_count += all[i].length < 8;
		if (all[i].length < set->shortest)
			set->shortest = all[i].length;
	}
	unsigned short_bits = 14;
	while (short_bits < bits && short_count > (size_t)1 << (short_bits - 5))
		short_bits++;
	set->short_shift = 64 - short_bits;
	for (size_t i = 0; i < n; i++) {
		uint64_t key = all[i].key;
		if (all[i].length == 8) {
			struct sweep_entry entry = entry_of(set, all[i].pattern);
			set_bit(set->bitmap, key, set->shift);
			set_bit(set->left_bitmap, sweep_key_left(key, entry.left, entry.further), set->shift);
		} else {
			if (!set->short_bitmap)
				set->short_bitmap = xcalloc((size_t)1 << (short_bits - 6), sizeof *set->short_bitmap);
			set_bit(set->short_bitmap, key >> 8 * (all[i].length - set->shortest), set->short_shift);
			uint64_t tail = key >> 8 * (all[i].length - 2);
			set->tails[tail >> 6] |= (uint64_t)1 << (tail & 63);
			set_bit(set->left_bitmap, key, set->shift);
		}
	}
	add_node(c, 0);
	add_slot(c, UINT32_MAX, 0, 0); /* so that there is a table */
	build_node(c, 0, all, n);
	free(all);
}

static int compare_networks(const void *a, const void *b)
{
	const struct sweep_network *x = a;
	const struct sweep_network *y = b;
	if (x->mask != y->mask)
		return x->mask < y->mask ? -1 : 1;
	return (x->net > y->net) - (x->net < y->net);
}

static void sort_networks(struct sweep_set *set)
{
	if (set->network_count)
		qsort(set->networks, set->network_count, sizeof *set->networks, compare_networks);
	for (size_t i = 0; i < set->network_count; i += set->networks[i].run)
		for (size_t j = i; j < set->network_count && set->networks[j].mask == set->networks[i].mask; j++)
			set->networks[i].run++;
}

struct sweep_set *sweep_compile(const struct sweep_list *list, unsigned flags)
{
	struct compiling c = {.set = xcalloc(1, sizeof *c.set), .text = BUF_INIT};
	for (size_t i = 0; i < list->count; i++)
		add_indicator(&c, &list->all[i], (uint32_t)i, flags);
	c.set->text = buf_take(&c.text, NULL);
	build_table(&c);
	sort_networks(c.set);
	return c.set;
}

void sweep_set_free(struct sweep_set *set)
{
	if (!set)
		return;
	free(set->patterns);
	free(set->text);
	free(set->order);
	free(set->slots);
	free(set->lengths);
	free(set->depths);
	free(set->bitmap);
	free(set->left_bitmap);
	free(set->short_bitmap);
	free(set->strays);
	free(set->networks);
	free(set);
}

size_t sweep_set_reach(const struct sweep_set *set)
{
	return 6 * set->longest + 128;
}
