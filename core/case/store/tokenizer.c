#include "case/store/tokenizer.h"

#include "base/buf.h"
#include "base/err.h"
#include "base/fold.h"
#include "base/i18n.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

/* Longer words are cut into pieces of this size; the phrase of the pieces finds them. SHA-512 in hexadecimal fits. */
#define WORD_LIMIT  128
#define POINT_BYTES 4

typedef int (*token_fn)(void *ctx, int flags, const char *token, int n, int start, int end);

enum shape { SHAPE_NONE, SHAPE_WORD, SHAPE_CJK, SHAPE_SYMBOL, SHAPE_MARK };

/* One pass over one text. In `run` is the word so far, or the last character of a run of Han or kana. */
struct pass {
	token_fn fn;
	void *ctx;
	int is_query;
	int rc;
	enum shape shape; /* of the run */
	char run[WORD_LIMIT + POINT_BYTES];
	size_t run_len;
	size_t run_start; /* bytes of the source */
	size_t run_end;
	int has_bigram; /* the character in `run` was already the second of a bigram */
};

static int is_cjk(int32_t point)
{
	return (point >= 0x4E00 && point <= 0x9FFF) || (point >= 0x3041 && point <= 0x3096) ||
	       (point >= 0x30A1 && point <= 0x30FA) || (point >= 0x30FC && point <= 0x30FF) ||
	       (point >= 0x309D && point <= 0x309F) || (point >= 0x3005 && point <= 0x3007) ||
	       (point >= 0x3021 && point <= 0x3029) || (point >= 0x3038 && point <= 0x303C) ||
	       (point >= 0x3105 && point <= 0x312F) || (point >= 0x31A0 && point <= 0x31BF) ||
	       (point >= 0x31F0 && point <= 0x31FF) || (point >= 0x3400 && point <= 0x4DBF) ||
	       (point >= 0xF900 && point <= 0xFAFF) || (point >= 0x1AFF0 && point <= 0x1B16F) ||
	       (point >= 0x20000 && point <= 0x3FFFF);
}

static enum shape shape_of(int32_t point)
{
	if (point < 0x80)
		return (point >= 'a' && point <= 'z') || (point >= '0' && point <= '9') ? SHAPE_WORD : SHAPE_NONE;
	if (is_cjk(point))
		return SHAPE_CJK;
	switch (utf8proc_category(point)) {
	case UTF8PROC_CATEGORY_LU:
	case UTF8PROC_CATEGORY_LL:
	case UTF8PROC_CATEGORY_LT:
	case UTF8PROC_CATEGORY_LM:
	case UTF8PROC_CATEGORY_LO:
	case UTF8PROC_CATEGORY_ND:
	case UTF8PROC_CATEGORY_NL:
	case UTF8PROC_CATEGORY_NO:
		return SHAPE_WORD;
	case UTF8PROC_CATEGORY_MN:
	case UTF8PROC_CATEGORY_MC:
	case UTF8PROC_CATEGORY_ME:
		return SHAPE_MARK;
	case UTF8PROC_CATEGORY_SO:
		return point == 0xFFFD ? SHAPE_NONE : SHAPE_SYMBOL;
	default:
		return SHAPE_NONE;
	}
}

static void tokenizer_emit(struct pass *pass, int flags, const char *token, size_t n, size_t start, size_t end)
{
	if (pass->rc == 0)
		pass->rc = pass->fn(pass->ctx, flags, token, (int)n, (int)start, (int)end);
}

/* Ends the run. */
static void tokenizer_flush(struct pass *pass)
{
	int is_tail = pass->shape == SHAPE_CJK && pass->has_bigram;
	if (pass->run_len && !is_tail)
		tokenizer_emit(pass, 0, pass->run, pass->run_len, pass->run_start, pass->run_end);
	else if (pass->run_len && !pass->is_query)
		tokenizer_emit(pass, FTS5_TOKEN_COLOCATED, pass->run, pass->run_len, pass->run_start, pass->run_end);
	pass->run_len = 0;
	pass->has_bigram = 0;
	pass->shape = SHAPE_NONE;
}

static void tokenizer_begin(struct pass *pass, enum shape shape, const char *bytes, size_t n, size_t start, size_t end)
{
	memcpy(pass->run, bytes, n);
	pass->run_len = n;
	pass->run_start = start;
	pass->run_end = end;
	pass->shape = shape;
}

static void take_cjk(struct pass *pass, const char *bytes, size_t n, size_t start, size_t end)
{
	if (pass->shape != SHAPE_CJK) {
		tokenizer_flush(pass);
	} else {
		memcpy(pass->run + pass->run_len, bytes, n);
		tokenizer_emit(pass, 0, pass->run, pass->run_len + n, pass->run_start, end);
		pass->has_bigram = 1;
	}
	tokenizer_begin(pass, SHAPE_CJK, bytes, n, start, end);
}

static void take_word(struct pass *pass, const char *bytes, size_t n, size_t start, size_t end)
{
	if (pass->shape != SHAPE_WORD || pass->run_len + n > WORD_LIMIT) {
		tokenizer_flush(pass);
		tokenizer_begin(pass, SHAPE_WORD, bytes, n, start, end);
		return;
	}
	memcpy(pass->run + pass->run_len, bytes, n);
	pass->run_len += n;
	pass->run_end = end;
}

static void tokenizer_take(struct pass *pass, int32_t point, size_t start, size_t end)
{
	utf8proc_uint8_t encoded[POINT_BYTES];
	size_t n = (size_t)utf8proc_encode_char(point, encoded);
	const char *bytes = (const char *)encoded;
	switch (shape_of(point)) {
	case SHAPE_CJK:
		take_cjk(pass, bytes, n, start, end);
		break;
	case SHAPE_WORD:
		take_word(pass, bytes, n, start, end);
		break;
	case SHAPE_MARK: /* part of a word; over anything else it has no meaning for a search */
		if (pass->shape == SHAPE_WORD)
			take_word(pass, bytes, n, start, end);
		break;
	case SHAPE_SYMBOL:
		tokenizer_flush(pass);
		tokenizer_emit(pass, 0, bytes, n, start, end);
		break;
	case SHAPE_NONE:
		tokenizer_flush(pass);
		break;
	}
}

static int tokenize(const char *text, size_t n, int is_query, int version, token_fn fn, void *ctx)
{
	struct pass pass = {.fn = fn, .ctx = ctx, .is_query = is_query};
	struct fold fold;
	fold_init(&fold, text, n);
	while (pass.rc == 0 && fold_next(&fold)) {
		if (version >= 2)
			fold_for_find(&fold);
		for (int i = 0; i < fold.count; i++)
			tokenizer_take(&pass, fold.points[i], fold.start, fold.end);
	}
	tokenizer_flush(&pass);
	return pass.rc;
}

/* FTS5's side */

static int fts_create(void *ctx, const char **args, int count, Fts5Tokenizer **out)
{
	(void)args;
	if (count)
		return SQLITE_ERROR; /* there are no options */
	*out = ctx;
	return SQLITE_OK;
}

static void fts_delete(Fts5Tokenizer *tokenizer)
{
	(void)tokenizer;
}

static int fts_tokenize(Fts5Tokenizer *tokenizer, void *ctx, int flags, const char *text, int n, token_fn fn)
{
	if (!text || n <= 0)
		return SQLITE_OK;
	return tokenize(text, (size_t)n, (flags & FTS5_TOKENIZE_QUERY) != 0, *(const int *)tokenizer, fn, ctx);
}

static int register_version(sqlite3 *db, const int *version, struct err *err)
{
	fts5_api *api = NULL;
	sqlite3_stmt *statement = NULL;
	int rc = sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &statement, NULL);
	if (rc == SQLITE_OK) {
		sqlite3_bind_pointer(statement, 1, (void *)&api, "fts5_api_ptr", NULL);
		sqlite3_step(statement);
		rc = sqlite3_finalize(statement);
	}
	fts5_tokenizer methods = {fts_create, fts_delete, fts_tokenize};
	if (rc == SQLITE_OK && api)
		rc = api->xCreateTokenizer(api, "genba", (void *)(uintptr_t)version, &methods, NULL);
	if (rc != SQLITE_OK || !api)
		return err_set(err, ERR_FAILED, _("cannot set up full-text search: %s"),
		               rc != SQLITE_OK ? sqlite3_errmsg(db) : _("this SQLite has no FTS5"));
	return 0;
}

int tokenizer_register(sqlite3 *db, struct err *err)
{
	static const int version = TOKENIZER_VERSION;
	return register_version(db, &version, err);
}

int tokenizer_register_first(sqlite3 *db, struct err *err)
{
	static const int version = 1;
	return register_version(db, &version, err);
}

/* Queries */

struct shape_of_term {
	size_t tokens;
	int ends_in_one; /* the last token is a single character of Han or kana */
};

static int look_at_token(void *ctx, int flags, const char *token, int n, int start, int end)
{
	(void)flags;
	(void)start;
	(void)end;
	struct shape_of_term *term = ctx;
	utf8proc_int32_t point = 0;
	term->tokens++;
	term->ends_in_one = utf8proc_iterate((const utf8proc_uint8_t *)token, n, &point) == n && is_cjk(point);
	return 0;
}

/* A complete IPv4 address must not find 10.1.2.34 when 10.1.2.3 was asked for. */
static int is_whole_ipv4(const char *text, size_t n)
{
	size_t dots = 0;
	for (size_t i = 0; i < n; i++) {
		if (text[i] == '.')
			dots++;
		else if (text[i] < '0' || text[i] > '9')
			return 0;
	}
	return dots == 3 && text[n - 1] != '.';
}

/* A day begins the times of that day: 2014-07-10 finds 2014-07-10T11:24:31Z, wherever it is typed. */
static int is_day(const char *text, size_t n)
{
	static const char shape[] = "0000-00-00";
	size_t i = 0;
	for (; i < n && i < sizeof shape - 1; i++)
		if (shape[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != '-' && text[i] != '/')
			return 0;
	return n == sizeof shape - 1;
}

static void add_term(struct buf *out, size_t begin_len, const char *text, size_t n, int may_go_on)
{
	struct shape_of_term term = {0, 0};
	tokenize(text, n, 1, TOKENIZER_VERSION, look_at_token, &term);
	if (!term.tokens)
		return;
	if (out->len > begin_len)
		buf_adds(out, " AND ");
	buf_addc(out, '"');
	buf_add(out, text, n);
	buf_addc(out, '"');
	if (term.ends_in_one || is_day(text, n) || (may_go_on && !is_whole_ipv4(text, n)))
		buf_adds(out, " *");
}

/* Bytes of the quotation mark at `text` ("plain", “curly”, full-width ＂), or 0. */
static size_t quote_at(const char *text)
{
	static const char *const quotes[] = {"\"", "\xE2\x80\x9C", "\xE2\x80\x9D", "\xEF\xBC\x82"};
	for (size_t i = 0; i < sizeof quotes / sizeof *quotes; i++)
		if (strncmp(text, quotes[i], strlen(quotes[i])) == 0)
			return strlen(quotes[i]);
	return 0;
}

/* Bytes of the space at `text`, the ideographic one of Japanese input included, or 0. */
static size_t space_at(const char *text)
{
	if (*text == ' ' || (*text >= '\t' && *text <= '\r'))
		return 1;
	return strncmp(text, "\xE3\x80\x80", 3) == 0 ? 3 : 0;
}

void tokenizer_query(const char *user_text, struct buf *out)
{
	size_t begin_len = out->len;
	size_t n = strnlen(user_text, TOKENIZER_QUERY_LIMIT);
	if (n == TOKENIZER_QUERY_LIMIT) /* do not cut inside a character */
		while (n > 0 && ((unsigned char)user_text[n] & 0xC0) == 0x80)
			n--;
	char *text = xstrndup(user_text, n);
	for (size_t i = 0; i < n;) {
		size_t quote = quote_at(text + i);
		size_t skip = quote ? quote : space_at(text + i);
		if (skip && !quote) {
			i += skip;
			continue;
		}
		size_t start = i + skip;
		size_t end = start;
		while (end < n && !quote_at(text + end) && (quote || !space_at(text + end)))
			end++;
		if (end > start)
			add_term(out, begin_len, text + start, end - start, end == n);
		i = end + (quote && end < n ? quote_at(text + end) : 0);
	}
	free(text);
}
