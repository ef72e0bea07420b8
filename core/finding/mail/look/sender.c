/*
 * Figure A-2: what class of sender the address in From is of. Offline: by what the case knows of domains, by dated lists, by
 * the kind of domain under .jp, and by what can be no domain at all. Nothing is asked of a name server.
 */
#include "finding/mail/look/look_private.h"

#include <libpsl.h>
#include <string.h>
#include <strings.h>

/* Free mail services and Japanese bodies, as of 2026-11; registrable domains, in order of the alphabet within a line. */
static const char free_mail[] =
    "126.com 163.com aol.com aol.jp excite.co.jp excite.com foxmail.com fastmail.com gmail.com gmx.com gmx.net goo.jp "
    "googlemail.com hotmail.co.jp hotmail.com icloud.com inbox.com infoseek.jp infoseek.to live.com live.jp "
    "mac.com mail.com mail.goo.ne.jp mail.ru me.com msn.com nifmail.jp outlook.com outlook.jp proton.me "
    "protonmail.com qq.com rediffmail.com sina.com sina.cn sohu.com yahoo.cn yahoo.co.jp yahoo.co.kr yahoo.com "
    "yahoo.com.cn yahoo.com.tw yahoo.ne.jp yahoo.com.hk yandex.com yandex.ru ybb.ne.jp ymail.com zoho.com";
static const char ministries[] =
    "caa.go.jp cao.go.jp cas.go.jp customs.go.jp digital.go.jp env.go.jp fsa.go.jp jftc.go.jp jpo.go.jp kantei.go.jp "
    "maff.go.jp meti.go.jp mext.go.jp mhlw.go.jp mlit.go.jp mod.go.jp mof.go.jp mofa.go.jp moj.go.jp nisc.go.jp "
    "npa.go.jp nta.go.jp ppc.go.jp reconstruction.go.jp soumu.go.jp";
static const char iaas[] =
    "aist.go.jp amed.go.jp env-nies.go.jp ipa.go.jp jaea.go.jp jamstec.go.jp jaxa.jp jetro.go.jp jica.go.jp "
    "jogmec.go.jp "
    "jpf.go.jp jsps.go.jp jst.go.jp naro.go.jp nedo.go.jp nict.go.jp nies.go.jp nims.go.jp nite.go.jp pmda.go.jp "
    "qst.go.jp riken.jp smrj.go.jp";
static const char reserved[] = "example invalid localhost local test localdomain lan internal home";
static const struct {
	const char *suffix;
	const char *class;
} suffixes[] = {{"co.jp", "company"}, {"ac.jp", "university"}, {"edu", "university"}, {"or.jp", "other"},
                {"lg.jp", "other"},   {"ed.jp", "other"},      {"gr.jp", "other"}};

/* The class of an organisation of the record's kind. */
static const char *class_of_kind(const char *kind)
{
	static const struct {
		const char *kind;
		const char *class;
	} kinds[] = {{"iaa", "iaa"}, {"company", "company"}, {"ministry", "ministry"}, {"university", "university"}};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].kind, kind) == 0)
			return kinds[i].class;
	return "other";
}

static void is_of(struct look *l, const char *class, const char *basis)
{
	l->sender_class = class;
	l->sender_basis = basis;
}

static int by_record(struct look *l, const char *host)
{
	for (const char *p = host; p && *p; p = strchr(p, '.') ? strchr(p, '.') + 1 : NULL) {
		const char *kind = json_string_value(json_object_get(l->options->parties, p));
		if (kind) {
			is_of(l, class_of_kind(kind), "record");
			return 1;
		}
	}
	return 0;
}

/* Whether the last label is a top-level domain of the list that libpsl has (of the day that it was built). */
static int has_known_end(const char *host)
{
	const char *end = strrchr(host, '.');
	const psl_ctx_t *psl = psl_builtin();
	return !psl || psl_is_public_suffix2(psl, end ? end + 1 : host, PSL_TYPE_ICANN | PSL_TYPE_NO_STAR_RULE) ||
	       strncasecmp(end ? end + 1 : host, "xn--", 4) == 0;
}

void look_sender(struct look *l)
{
	const char *address = l->from.count ? l->from.all[0].address : "";
	const char *host = address_host(address);
	if (!*host || strchr(address, '*') || strstr(address, "\xE5\x89\x8A\xE9\x99\xA4") || strstr(address, "XXX")) {
		l->sender_class = l->sender_basis = "unknown"; /* none, or blotted out */
		return;
	}
	if (by_record(l, host))
		return;
	if (look_host_in(host, free_mail))
		is_of(l, "free_mail", "list");
	else if (look_host_in(host, ministries))
		is_of(l, "ministry", "list");
	else if (look_host_in(host, iaas))
		is_of(l, "iaa", "list");
	else if (*host == '[' || strspn(host, "0123456789.") == strlen(host))
		is_of(l, "unknown", "unverified");
	else if (!strchr(host, '.') || look_host_in(host, reserved) || !has_known_end(host))
		is_of(l, "no_such_domain", "syntax");
	else {
		is_of(l, "unknown", "unverified");
		for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++)
			if (look_host_in(host, suffixes[i].suffix))
				is_of(l, suffixes[i].class, "suffix");
	}
}
