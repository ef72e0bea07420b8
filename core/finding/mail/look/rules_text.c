/* What the text says: passwords, the Japanese of those who do not write it, themes that such mails have had. */
#include "finding/mail/look/password_words.h"
#include "finding/mail/look/rules_private.h"

#include <string.h>

static const char *text_of(const struct look *l)
{
	return l->text.len ? l->text.data : l->html_text.data;
}

static int says(const char *text, const char *const *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcasestr(text, words[i]))
			return 1;
	return 0;
}

static int has_locked(const struct look *l)
{
	for (size_t i = 0; i < l->file_count; i++)
		if (l->files[i].was_locked)
			return 1;
	return 0;
}

/* "パスワード: abc123", "password is abc123": a word of ASCII close behind it. */
static int gives_password(const char *text)
{
	for (const char *p = text; (p = password_announced(p)) != NULL;) {
		int english = (p[-1] & '\x80') == 0;
		const char *stop = p + strnlen(p, 40);
		size_t run = 0;
		for (const char *q = p; q < stop && *q != '\n'; q++) {
			int letter = (*q >= '0' && *q <= '9') || ((*q | 32) >= 'a' && (*q | 32) <= 'z') ||
			             strchr("!#$%&@_-", *q) != NULL;
			run = letter ? run + 1 : 0;
			if (run >= 4 && (!english || strpbrk(q - run + 1, "0123456789:")))
				return 1;
		}
	}
	return 0;
}

void rule_password(struct look *l)
{
	static const char *const notices[] = {"パスワードをお送り",  "パスワードは別",          "解凍パスワード",
	                                      "展開パスワード",      "password for the attach", "パスワードは次",
	                                      "パスワードをお知らせ"};
	const char *text = text_of(l);
	if (has_locked(l) && gives_password(text))
		look_find(l, "archive.password_in_mail", "", "");
	if (!has_locked(l) && (says(text, notices, sizeof notices / sizeof *notices) ||
	                       says(l->subject, notices, sizeof notices / sizeof *notices)))
		look_find(l, "text.password_notice", "", "");
}

/* Characters that are written so in Chinese only, among kana. */
void rule_odd_japanese(struct look *l)
{
	static const char *const chinese[] = {"们", "这", "说", "为", "从", "发", "东", "车", "门",
	                                      "问", "间", "长", "书", "见", "电", "时", "过", "还",
	                                      "让", "请", "谢", "关", "单", "应", "务", "于"};
	const char *text = text_of(l);
	int kana = 0;
	size_t found = 0;
	for (const char *p = text; (p = strchr(p, '\xE3')) != NULL && kana < 10; p++)
		kana += (unsigned char)p[1] >= 0x81 && (unsigned char)p[1] <= 0x83;
	if (kana < 10)
		return;
	for (size_t i = 0; i < sizeof chinese / sizeof *chinese; i++)
		if (strstr(text, chinese[i]) || strstr(l->subject, chinese[i])) {
			found++;
			if (found == 2) {
				look_find(l, "text.odd_japanese", "", chinese[i]);
				return;
			}
		}
}

/* Themes of targeted mails in Japan, as reports of 2012 to 2025 tell them. */
void rule_theme(struct look *l)
{
	static const char *const themes[] = {"取材",     "講演",     "履歴書",     "医療費",   "請求書",   "見積",
	                                     "議事録",   "意見交換", "アンケート", "研究会",   "人事異動", "給与",
	                                     "年金",     "荷物",     "配達",       "セミナー", "寄稿",     "調査票",
	                                     "緊急連絡", "委任状",   "訃報",       "原稿"};
	for (size_t i = 0; i < sizeof themes / sizeof *themes; i++)
		if (strstr(l->subject, themes[i])) {
			look_find(l, "text.theme", "", themes[i]);
			return;
		}
}
