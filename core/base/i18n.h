/*
 * The interface's languages.
 *
 * Every string a person sees is written in English inside _() and looked up in
 * the catalogue of the chosen language. Catalogues are ordinary gettext .mo
 * files made by msgfmt from po/, embedded in the program: one binary on a stick
 * speaks both languages, also where the ja_JP locale is not installed, which
 * the C library's gettext() cannot do.
 *
 * Source of the format: GNU gettext manual, "The Format of GNU MO Files".
 */
#ifndef GENBA_BASE_I18N_H
#define GENBA_BASE_I18N_H

#include <stddef.h>

#define _(text)           i18n_text(text)
#define N_(text)          (text)                                  /* marks a string that is looked up later */
#define C_(context, text) i18n_text_in(context "\004" text, text) /* same English word, two meanings */
#define P_(one, many, n)  i18n_plural(one, many, n)               /* "%zu file", "%zu files": by the number */

/* The translation of `text`, or `text` itself. Never NULL; borrowed for the life of the process. */
const char *i18n_text(const char *text) __attribute__((format_arg(1)));
const char *i18n_text_in(const char *key, const char *text) __attribute__((format_arg(2)));

/* The English text of what i18n_text() and its sisters returned, told by its address; any other text is returned as it is.
 * What goes on record is not to depend on the interface's language. Of two forms that of the plural. */
const char *i18n_english(const char *text) __attribute__((format_arg(1)));

/* `one` or `many` in English, as `n` is 1 or not. Catalogues have one form: Japanese knows no plural. */
const char *i18n_plural(const char *one, const char *many, unsigned long long n)
    __attribute__((format_arg(1), format_arg(2)));

/* Hands over a catalogue, a .mo file in memory that stays readable for the life of the process (NULL: English).
 * -1 if it is not a .mo file of this machine's byte order; the old catalogue stays then. */
int i18n_use(const void *mo, size_t size);

/* "en" or "ja": the language that is spoken, from now on, with the catalogue that was handed over, which is of Japanese, and that
 * of display names in data (kinds, playbooks). A process that works for several people (the open workbench, for other
 * shells) answers each in theirs; texts that were returned before stay valid. */
const char *i18n_language(void);
void i18n_set_language(const char *language);

/* The language asked for by LC_ALL, LC_MESSAGES, LANG ("ja…" means Japanese): "en" or "ja". */
const char *i18n_language_from_environment(void);

#endif
