/* What is a hit: the comparison of one indicator with a place in a text, and the table of borders. */
#include "finding/sweep/sweep_private.h"

#include <strings.h>

/* ---- characters */

unsigned sweep_class(int c)
{
	if (c < 0)
		return 0;
	if (c >= '0' && c <= '9')
		return SWEEP_CLASS_DIGIT;
	if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z')
		return (c | 0x20) <= 'f' ? SWEEP_CLASS_HEX_LETTER : SWEEP_CLASS_LETTER;
	switch (c) {
	case '_':
		return SWEEP_CLASS_UNDER;
	case '-':
		return SWEEP_CLASS_DASH;
	case '.':
		return SWEEP_CLASS_DOT;
	case '%':
		return SWEEP_CLASS_PERCENT;
	case '+':
		return SWEEP_CLASS_PLUS;
	case '/':
		return SWEEP_CLASS_SLASH;
	case '~':
		return SWEEP_CLASS_TILDE;
	case ':':
		return SWEEP_CLASS_COLON;
	default:
		return c >= 0x80 ? SWEEP_CLASS_HIGH : 0;
	}
}

unsigned char sweep_fold(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

unsigned char sweep_fold_path(unsigned char c)
{
	return c == '\\' ? '/' : sweep_fold(c);
}

int sweep_hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* An escape of three bytes stands at `at`: its byte, or -1. */
static int escape_at(const struct sweep_text *t, size_t at)
{
	if (!t->raw || t->p[at] != '%' || at + 2 >= t->n)
		return -1;
	int high = sweep_hex(t->p[at + 1]);
	int low = sweep_hex(t->p[at + 2]);
	return high < 0 || low < 0 ? -1 : high << 4 | low;
}

/* The character at *at, which moves behind it; -1 at the end. */
static int char_after(const struct sweep_text *t, size_t *at)
{
	if (*at >= t->n)
		return -1;
	int c = escape_at(t, *at);
	if (c >= 0) {
		*at += 3;
		return c;
	}
	return t->p[(*at)++];
}

/* The character before *at, which moves before it; -1 at the beginning. */
static int char_before(const struct sweep_text *t, size_t *at)
{
	if (*at == 0)
		return -1;
	int c = *at >= 3 ? escape_at(t, *at - 3) : -1;
	if (c >= 0) {
		*at -= 3;
		return c;
	}
	return t->p[--*at];
}

/* `at` lies within an escape. */
static int is_inside_escape(const struct sweep_text *t, size_t at)
{
	return (at >= 1 && escape_at(t, at - 1) >= 0) || (at >= 2 && escape_at(t, at - 2) >= 0);
}

/* ---- the table of borders */

struct sweep_border {
	unsigned before;         /* none of these before it */
	unsigned before_sign;    /* nor this sign, */
	unsigned before_sign_of; /* if one of these stands before the sign */
	unsigned after;
	unsigned after_sign;
	unsigned after_sign_of;
};

#define FILE_CHARS (SWEEP_CLASS_LABEL | SWEEP_CLASS_HIGH)

static const struct sweep_border borders[SWEEP_FORM_COUNT] = {
    [SWEEP_FORM_DOMAIN] = {SWEEP_CLASS_LABEL, 0, 0, SWEEP_CLASS_LABEL, SWEEP_CLASS_DOT, SWEEP_CLASS_ALNUM},
    [SWEEP_FORM_IP4] = {SWEEP_CLASS_DIGIT, SWEEP_CLASS_DOT, SWEEP_CLASS_DIGIT, SWEEP_CLASS_DIGIT, SWEEP_CLASS_DOT,
                        SWEEP_CLASS_DIGIT},
    [SWEEP_FORM_IP6] = {SWEEP_CLASS_HEX | SWEEP_CLASS_COLON, 0, 0, SWEEP_CLASS_HEX, SWEEP_CLASS_COLON,
                        SWEEP_CLASS_HEX | SWEEP_CLASS_COLON},
    [SWEEP_FORM_DIGEST] = {SWEEP_CLASS_HEX, 0, 0, SWEEP_CLASS_HEX, 0, 0},
    [SWEEP_FORM_URL] = {SWEEP_CLASS_ALNUM, 0, 0,
                        SWEEP_CLASS_ALNUM | SWEEP_CLASS_UNDER | SWEEP_CLASS_TILDE | SWEEP_CLASS_PERCENT |
                            SWEEP_CLASS_SLASH | SWEEP_CLASS_DASH,
                        SWEEP_CLASS_DOT, SWEEP_CLASS_ALNUM},
    [SWEEP_FORM_EMAIL] = {SWEEP_CLASS_LABEL | SWEEP_CLASS_DOT | SWEEP_CLASS_PERCENT | SWEEP_CLASS_PLUS, 0, 0,
                          SWEEP_CLASS_LABEL, SWEEP_CLASS_DOT, SWEEP_CLASS_ALNUM},
    [SWEEP_FORM_FILE_NAME] = {FILE_CHARS | SWEEP_CLASS_DOT, 0, 0, FILE_CHARS, SWEEP_CLASS_DOT, SWEEP_CLASS_ALNUM},
    [SWEEP_FORM_PATH] = {SWEEP_CLASS_ALNUM, 0, 0, FILE_CHARS, SWEEP_CLASS_DOT, SWEEP_CLASS_ALNUM},
    [SWEEP_FORM_WORD] = {SWEEP_CLASS_ALNUM, 0, 0, SWEEP_CLASS_ALNUM, 0, 0},
};

static int is_border_before(const struct sweep_text *t, unsigned form, size_t at)
{
	const struct sweep_border *b = &borders[form];
	unsigned class = sweep_class(char_before(t, &at));
	if (class & b->before)
		return 0;
	return !(class & b->before_sign) || !(sweep_class(char_before(t, &at)) & b->before_sign_of);
}

static int is_border_after(const struct sweep_text *t, unsigned form, size_t end)
{
	const struct sweep_border *b = &borders[form];
	unsigned class = sweep_class(char_after(t, &end));
	if (class & b->after)
		return 0;
	return !(class & b->after_sign) || !(sweep_class(char_after(t, &end)) & b->after_sign_of);
}

/* evil.test in www.evil.test. */
static int is_subdomain(const struct sweep_text *t, size_t at)
{
	return char_before(t, &at) == '.' && (sweep_class(char_before(t, &at)) & SWEEP_CLASS_LABEL);
}

/* ---- beginnings of paths */

static const struct {
	const char *names[3]; /* folded; \ as / */
} hives[] = {
    {{"hklm", "hkey_local_machine", "/registry/machine"}},
    {{"hku", "hkey_users", "/registry/user"}},
    {{"hkcu", "hkey_current_user", NULL}},
    {{"hkcr", "hkey_classes_root", NULL}},
    {{"hkcc", "hkey_current_config", NULL}},
};

static int is_same_path(const unsigned char *p, const char *folded, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sweep_fold_path(p[i]) != (unsigned char)folded[i])
			return 0;
	return 1;
}

/* Whether the bytes that end at `end` are one of the names of the hive: their length or 0. */
static size_t hive_before(unsigned row, const unsigned char *begin, const unsigned char *end)
{
	for (size_t i = 0; i < 3 && hives[row].names[i]; i++) {
		size_t n = strlen(hives[row].names[i]);
		if ((size_t)(end - begin) >= n && is_same_path(end - n, hives[row].names[i], n))
			return n;
	}
	return 0;
}

int sweep_hive_of(const char *text, size_t *length)
{
	size_t have = strlen(text);
	for (size_t row = 0; row < sizeof hives / sizeof *hives; row++)
		for (size_t i = 0; i < 3 && hives[row].names[i]; i++) {
			size_t n = strlen(hives[row].names[i]);
			if (have > n && (text[n] == '\\' || text[n] == '/') &&
			    is_same_path((const unsigned char *)text, hives[row].names[i], n)) {
				*length = n;
				return (int)row;
			}
		}
	return -1;
}

/* "/Device/HarddiskVolumeN" before `at`: its length, or 0. */
static size_t device_before(const struct sweep_text *t, size_t at)
{
	static const char name[] = "/device/harddiskvolume";
	size_t digits = 0;
	while (digits < 6 && digits < at && sweep_class(t->p[at - digits - 1]) == SWEEP_CLASS_DIGIT)
		digits++;
	if (!digits || at - digits < sizeof name - 1 ||
	    !is_same_path(t->p + at - digits - (sizeof name - 1), name, sizeof name - 1))
		return 0;
	return digits + sizeof name - 1;
}

/* Where the path begins whose rest stands at `at`, or -1 cast: it begins otherwise. */
static int find_root(const struct sweep_text *t, const struct sweep_pattern *pattern, size_t *at)
{
	size_t n = 0;
	if (pattern->root == SWEEP_ROOT_NONE)
		return 1;
	if (pattern->root == SWEEP_ROOT_HIVE) {
		n = hive_before(pattern->drive, t->p, t->p + *at);
	} else {
		n = device_before(t, *at);
		if (!n && *at >= 2 && t->p[*at - 1] == ':' &&
		    (sweep_class(t->p[*at - 2]) & (SWEEP_CLASS_LETTER | SWEEP_CLASS_HEX_LETTER)) &&
		    (pattern->root == SWEEP_ROOT_DEVICE || sweep_fold(t->p[*at - 2]) == pattern->drive))
			n = 2;
	}
	*at -= n;
	return n > 0;
}

/* ---- the comparison */

static int is_same(const struct sweep_text *t, const struct sweep_pattern *pattern, size_t at)
{
	const unsigned char *p = t->p + at;
	const unsigned char *q = (const unsigned char *)t->set->text + pattern->text;
	size_t n = (size_t)pattern->head + pattern->tail;
	if (pattern->form == SWEEP_FORM_PATH) {
		for (size_t i = n; i-- > 0;)
			if (sweep_fold_path(p[i]) != q[i])
				return 0;
	} else {
		for (size_t i = n; i-- > 0;)
			if (sweep_fold(p[i]) != q[i])
				return 0;
	}
	return 1;
}

void sweep_judge_pattern(struct sweep_text *t, const struct sweep_pattern *pattern, size_t end)
{
	if (pattern->head > end || pattern->tail > t->n - end)
		return;
	size_t at = end - pattern->head;
	enum sweep_match match = pattern->match;
	if (!is_same(t, pattern, at))
		return;
	end += pattern->tail;
	if (is_inside_escape(t, at) || is_inside_escape(t, end) || !find_root(t, pattern, &at) ||
	    is_inside_escape(t, at) || !is_border_before(t, pattern->form, at) ||
	    !is_border_after(t, pattern->form, end))
		return;
	if (pattern->form == SWEEP_FORM_DOMAIN && is_subdomain(t, at))
		match = match == SWEEP_HOST ? SWEEP_HOST : SWEEP_SUBDOMAIN;
	else if (pattern->below)
		return;
	t->hit(t, at, end, pattern->indicator, match);
}

/* An address in dots that ends at `end`: where it begins, or 0 with *address unset: it is none. */
static int address_before(const struct sweep_text *t, size_t end, size_t *at, uint32_t *address)
{
	uint32_t sum = 0;
	size_t i = end;
	for (unsigned part = 0; part < 4; part++) {
		uint32_t value = 0;
		uint32_t unit = 1;
		size_t digits = 0;
		for (; i > 0 && digits < 3 && t->p[i - 1] >= '0' && t->p[i - 1] <= '9'; i--, digits++, unit *= 10)
			value += (uint32_t)(t->p[i - 1] - '0') * unit;
		if (!digits || value > 255)
			return 0;
		sum |= value << (8 * part);
		if (part < 3 && (i == 0 || t->p[--i] != '.'))
			return 0;
	}
	*at = i;
	*address = sum;
	return 1;
}

void sweep_judge_network(struct sweep_text *t, size_t end)
{
	size_t at;
	uint32_t address;
	const struct sweep_set *set = t->set;
	if (end == 0 || t->p[end - 1] < '0' || t->p[end - 1] > '9' || !address_before(t, end, &at, &address) ||
	    is_inside_escape(t, at) || is_inside_escape(t, end) || !is_border_before(t, SWEEP_FORM_IP4, at) ||
	    !is_border_after(t, SWEEP_FORM_IP4, end))
		return;
	for (size_t i = 0; i < set->network_count; i += set->networks[i].run) {
		size_t low = i;
		size_t high = i + set->networks[i].run;
		uint32_t net = address & set->networks[i].mask;
		while (low < high) {
			size_t middle = low + (high - low) / 2;
			if (set->networks[middle].net < net)
				low = middle + 1;
			else
				high = middle;
		}
		if (low < i + set->networks[i].run && set->networks[low].net == net)
			t->hit(t, at, end, set->networks[low].indicator, SWEEP_NETWORK);
	}
}

/* All that the keys to the left of `end` choose, in this node and those behind it. */
static void judge_node(struct sweep_text *t, uint32_t node, size_t end)
{
	const struct sweep_set *set = t->set;
	uint32_t depth = set->depths[node];
	for (unsigned length = 0; length <= 8; length++) {
		if (!(set->lengths[node] >> length & 1) || end < depth + length)
			continue;
		const unsigned char *key_end = t->p + end - depth;
		uint64_t key = node ? sweep_key_deep(key_end, length) : sweep_key(key_end, length);
		const struct sweep_entry *entry = sweep_entry_find(set, node, length, key);
		if (entry && entry->place & SWEEP_CHILD) {
			judge_node(t, entry->pattern, end);
			continue;
		}
		const struct sweep_entry *last = set->entries + set->entry_count;
		for (; entry && entry < last && entry->key == key && entry->place == sweep_place(node, length); entry++)
			if ((!entry->left || entry->left == sweep_left(t->p + end, 8)) &&
			    (!entry->further || entry->further == sweep_left(t->p + end, 12)))
				sweep_judge_pattern(t, &set->patterns[entry->pattern], end);
	}
}

void sweep_judge(struct sweep_text *t, size_t end)
{
	judge_node(t, 0, end);
}
