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
	size_t entry_cap;
	size_t key_count;
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

static void add_indicator(struct compiling *c, const char *type, const char *value, uint32_t number, unsigned flags)
{
	struct sweep_pattern p = {.indicator = number, .form = (uint8_t)form_of_type(type, value)};
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
			value = cut_root(value, type, &p);
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

static size_t index_place(const struct sweep_set *set, uint32_t place, uint64_t key)
{
	uint64_t h = sweep_hash(key ^ place * 0xD6E8FEB86659FD93U);
	size_t i = (h >> 32) & set->index_mask;
	for (; set->index[i]; i = (i + 1) & set->index_mask) {
		const struct sweep_entry *e = &set->entries[set->index[i] - 1];
		if (e->key == key && (e->place & ~SWEEP_CHILD) == place)
			break;
	}
	return i;
}

const struct sweep_entry *sweep_entry_find(const struct sweep_set *set, uint32_t node, unsigned length, uint64_t key)
{
	uint32_t number = set->index[index_place(set, sweep_place(node, length), key)];
	return number ? &set->entries[number - 1] : NULL;
}

/* Puts the first entry of a key into the index. */
static void add_to_index(struct compiling *c, size_t number)
{
	struct sweep_set *set = c->set;
	const struct sweep_entry *e = &set->entries[number];
	if (c->key_count * 2 >= set->index_mask) {
		uint32_t *before = set->index;
		size_t size = before ? set->index_mask + 1 : 0;
		set->index_mask = size ? size * 2 - 1 : 1023;
		set->index = xcalloc(set->index_mask + 1, sizeof *set->index);
		for (size_t i = 0; i < size; i++)
			if (before[i]) {
				const struct sweep_entry *known = &set->entries[before[i] - 1];
				set->index[index_place(set, known->place & ~SWEEP_CHILD, known->key)] = before[i];
			}
		free(before);
	}
	set->index[index_place(set, e->place & ~SWEEP_CHILD, e->key)] = (uint32_t)number + 1;
	c->key_count++;
}

/* Room for `more` entries. */
static struct sweep_entry *more_entries(struct compiling *c, size_t more)
{
	struct sweep_set *set = c->set;
	if (set->entry_count + more > c->entry_cap) {
		c->entry_cap = (set->entry_count + more) * 2;
		set->entries = xrealloc(set->entries, c->entry_cap * sizeof *set->entries);
	}
	return set->entries + set->entry_count;
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

static int compare_entries(const void *a, const void *b)
{
	const struct sweep_entry *x = a;
	const struct sweep_entry *y = b;
	if (x->place != y->place)
		return x->place < y->place ? -1 : 1;
	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return (x->pattern > y->pattern) - (x->pattern < y->pattern);
}

static unsigned heap_of(const struct sweep_entry *e)
{
	return (unsigned)(sweep_hash(e->key) >> 56);
}

/* Those of one key one behind the other, in the order of their patterns. Many are first thrown into 256 heaps in their own room:
 * qsort() takes as much memory again as it sorts. */
static void sort_entries(struct sweep_entry *all, size_t n)
{
	size_t begin[257] = {0};
	size_t next[256];
	if (n < 65536) {
		qsort(all, n, sizeof *all, compare_entries);
		return;
	}
	for (size_t i = 0; i < n; i++)
		begin[heap_of(&all[i]) + 1]++;
	for (unsigned heap = 0; heap < 256; heap++) {
		begin[heap + 1] += begin[heap];
		next[heap] = begin[heap];
	}
	for (unsigned heap = 0; heap < 256; heap++)
		while (next[heap] < begin[heap + 1]) {
			struct sweep_entry *e = &all[next[heap]];
			unsigned own = heap_of(e);
			struct sweep_entry other = all[next[own]];
			all[next[own]++] = *e;
			if (own != heap)
				*e = other;
		}
	for (unsigned heap = 0; heap < 256; heap++)
		qsort(all + begin[heap], begin[heap + 1] - begin[heap], sizeof *all, compare_entries);
}

static void build_node(struct compiling *c, uint32_t node, size_t first, size_t n);

/* The patterns of one key: a list, or a child that looks further left. */
static void build_key(struct compiling *c, uint32_t node, size_t first, size_t n)
{
	struct sweep_set *set = c->set;
	const struct sweep_entry key = set->entries[first];
	unsigned length = key.place & 15;
	uint32_t depth = set->depths[node] + length;
	set->lengths[node] |= (uint16_t)(1U << length);
	if (n <= CROWD || length == 0 || depth >= DEEPEST) {
		add_to_index(c, first);
		return;
	}
	uint32_t child = add_node(c, depth);
	for (size_t i = first; i < first + n; i++) {
		struct sweep_entry *e = &set->entries[i];
		const struct sweep_pattern *p = &set->patterns[e->pattern];
		unsigned left = p->head - depth > 8 ? 8 : (unsigned)(p->head - depth);
		e->key = sweep_key_deep((const unsigned char *)set->text + p->text + p->head - depth, left);
		e->place = sweep_place(child, left);
	}
	build_node(c, child, first, n);
	*more_entries(c, 1) = (struct sweep_entry){.key = key.key, .place = key.place | SWEEP_CHILD, .pattern = child};
	add_to_index(c, set->entry_count++);
}

static void build_node(struct compiling *c, uint32_t node, size_t first, size_t n)
{
	const struct sweep_set *set = c->set;
	sort_entries(set->entries + first, n);
	for (size_t i = first, next; i < first + n; i = next) {
		for (next = i + 1; next < first + n && set->entries[next].place == set->entries[i].place &&
		                   set->entries[next].key == set->entries[i].key;)
			next++;
		build_key(c, node, i, next - i);
	}
}

/* ---- the first keys, and the bitmaps */

/* The keys of a pattern's last bytes: of a path two for each separator in them, and what lies left of them says nothing, since
 * separators there are of two kinds, too. */
static void add_first_keys(struct compiling *c, uint32_t number)
{
	struct sweep_set *set = c->set;
	struct sweep_entry *out = more_entries(c, 256);
	const struct sweep_pattern *p = &set->patterns[number];
	const unsigned char *end = (const unsigned char *)set->text + p->text + p->head;
	int is_path = p->form == SWEEP_FORM_PATH;
	unsigned length = p->head >= 8 ? 8 : p->head;
	unsigned char bytes[8] = {0};
	unsigned separators[8] = {0};
	unsigned count = 0;
	memcpy(bytes + 8 - length, end - length, length);
	for (unsigned i = 8 - length; i < 8 && is_path; i++)
		if (bytes[i] == '/')
			separators[count++] = i;
	for (unsigned which = 0; which < 1U << count; which++) {
		for (unsigned i = 0; i < count; i++)
			bytes[separators[i]] = which >> i & 1 ? '\\' : '/';
		out[which] = (struct sweep_entry){.key = sweep_key(bytes + 8, length),
		                                  .place = sweep_place(0, length),
		                                  .pattern = number,
		                                  .left = p->head >= 12 && !is_path ? sweep_left(end, 8) : 0,
		                                  .further = p->head >= 16 && !is_path ? sweep_left(end, 12) : 0};
	}
	set->entry_count += (size_t)1 << count;
}

static void set_bit(uint64_t *bitmap, uint64_t key, unsigned shift)
{
	uint64_t bit = sweep_hash(key) >> shift;
	bitmap[bit >> 6] |= (uint64_t)1 << (bit & 63);
}

static void build_table(struct compiling *c)
{
	struct sweep_set *set = c->set;
	set->strays = xcalloc(set->count + 1, sizeof *set->strays);
	for (size_t i = 0; i < set->count; i++)
		if (set->patterns[i].head < SWEEP_SHORTEST)
			set->strays[set->stray_count++] = (uint32_t)i;
		else
			add_first_keys(c, (uint32_t)i);
	size_t n = set->entry_count;
	unsigned bits = 18;
	while (bits < 24 && n > (size_t)1 << (bits - 5))
		bits++;
	set->shift = 64 - bits;
	size_t words = (size_t)1 << (bits - 6);
	set->bitmap = xcalloc(words, sizeof *set->bitmap);
	set->left_bitmap = xcalloc(words, sizeof *set->left_bitmap);
	set->short_bitmap = NULL;
	set->shortest = 8;
	size_t short_count = 0;
	for (size_t i = 0; i < n; i++) {
		short_count += set->entries[i].place < 8;
		if (set->entries[i].place < set->shortest)
			set->shortest = set->entries[i].place;
	}
	unsigned short_bits = 14;
	while (short_bits < bits && short_count > (size_t)1 << (short_bits - 5))
		short_bits++;
	set->short_shift = 64 - short_bits;
	for (size_t i = 0; i < n; i++) {
		const struct sweep_entry *e = &set->entries[i];
		unsigned length = e->place; /* of the first node */
		if (length == 8) {
			set_bit(set->bitmap, e->key, set->shift);
			set_bit(set->left_bitmap, sweep_key_left(e->key, e->left, e->further), set->shift);
		} else {
			if (!set->short_bitmap)
				set->short_bitmap = xcalloc((size_t)1 << (short_bits - 6), sizeof *set->short_bitmap);
			set_bit(set->short_bitmap, e->key >> 8 * (length - set->shortest), set->short_shift);
			uint64_t tail = e->key >> 8 * (length - 2);
			set->tails[tail >> 6] |= (uint64_t)1 << (tail & 63);
			set_bit(set->left_bitmap, e->key, set->shift);
		}
	}
	add_node(c, 0);
	*more_entries(c, 1) = (struct sweep_entry){.place = sweep_place(1U << 26, 0)}; /* so that there is an index */
	add_to_index(c, set->entry_count++);
	build_node(c, 0, 0, n);
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

static struct sweep_set *finish(struct compiling *c)
{
	c->set->text = buf_take(&c->text, NULL);
	build_table(c);
	sort_networks(c->set);
	return c->set;
}

struct sweep_set *sweep_compile(struct buf *written, unsigned flags, size_t *count, struct err *err)
{
	struct compiling c = {.set = xcalloc(1, sizeof *c.set), .text = BUF_INIT};
	struct buf value = BUF_INIT;
	const char *at = written->data;
	const char *end = at + written->len;
	*count = 0;
	while (at < end) {
		const char *type = sweep_list_next(&at, end, &value, err);
		if (!type)
			break;
		add_indicator(&c, type, value.data, (uint32_t)(*count)++, flags);
	}
	int is_whole = at == end;
	buf_release(&value);
	buf_release(written);
	struct sweep_set *set = finish(&c);
	if (is_whole)
		return set;
	sweep_set_free(set);
	return NULL;
}

void sweep_set_free(struct sweep_set *set)
{
	if (!set)
		return;
	free(set->patterns);
	free(set->text);
	free(set->entries);
	free(set->index);
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
