#include "finding/mail/look/rules.h"

#include "base/i18n.h"
#include "finding/mail/look/rules_private.h"

#include <string.h>

static const struct mail_rule rules[] = {
    {"sender.free_names_org", RULE_HIGH, "T1656@17",
     N_("the name is an organisation's, the address is of a free mail service"), rule_free_names_org},
    {"sender.reply_to_differs", RULE_MEDIUM, "", N_("answers go to another domain than the sender's"),
     rule_reply_to_differs},
    {"sender.envelope_differs", RULE_LOW, "", N_("the envelope is from another domain than the sender's"),
     rule_envelope_differs},
    {"sender.several", RULE_MEDIUM, "", N_("it has several senders, and programs show one or the other"), rule_several},
    {"sender.address_in_name", RULE_HIGH, "T1672@17", N_("the name shows another address than the real one"),
     rule_address_in_name},
    {"sender.lookalike", RULE_HIGH, "T1656@17", N_("the domain looks like one that is known"), rule_lookalike},
    {"sender.mixed_script", RULE_HIGH, "T1656@17", N_("letters of two scripts that look the same are mixed"),
     rule_mixed_script},
    {"sender.own_from_outside", RULE_HIGH, "T1656@17", N_("it says it is from your own domain, and came from outside"),
     rule_own_from_outside},
    {"auth.fail", RULE_HIGH, "", N_("sender authentication failed"), rule_auth_fail},
    {"auth.none", RULE_LOW, "", N_("no sender authentication speaks for it"), rule_auth_none},
    {"auth.untrusted", RULE_LOW, "", N_("results of authentication are by a host that is not among those to trust"),
     rule_auth_untrusted},
    {"route.backwards", RULE_LOW, "", N_("times run backwards on its way"), rule_backwards},
    {"route.date_far", RULE_LOW, "", N_("its date is days from when it was sent on"), rule_date_far},
    {"route.zone_odd", RULE_LOW, "", N_("the time zone is not that of a Japanese sender"), rule_zone_odd},
    {"link.text_differs", RULE_HIGH, "T1566.002@17", N_("a link shows another address than it leads to"), rule_links},
    {"link.ip", RULE_MEDIUM, "T1566.002@17", N_("a link leads to a bare IP address"), NULL},
    {"link.userinfo", RULE_HIGH, "T1566.002@17", N_("a link hides where it leads behind a name and @"), NULL},
    {"link.punycode", RULE_MEDIUM, "T1566.002@17", N_("a link leads to a domain with letters of other scripts"), NULL},
    {"link.data", RULE_MEDIUM, "T1566.002@17", N_("a link carries its page or program in itself"), NULL},
    {"name.double_extension", RULE_HIGH, "T1036.007@17", N_("a document's extension stands before a program's"),
     rule_double_extension},
    {"name.rlo", RULE_HIGH, "T1036.002@17", N_("the name turns the writing direction, so that its end seems another"),
     rule_rlo},
    {"name.padded", RULE_HIGH, "T1036.006@17", N_("blanks push the extension out of sight"), rule_padded},
    {"name.extension_differs", RULE_MEDIUM, "T1036.008@17", N_("the content is of another kind than the name says"),
     rule_extension_differs},
    {"name.long", RULE_MEDIUM, "T1036@17", N_("a program's name is so long that its end is cut off on screens"),
     rule_long_name},
    {"file.program", RULE_HIGH, "T1204.002@17", N_("it carries a program"), rule_program},
    {"file.script", RULE_HIGH, "T1204.002@17", N_("it carries a script that Windows runs"), rule_script},
    {"file.shortcut", RULE_HIGH, "T1204.002@17", N_("it carries a shortcut, which can start anything"), rule_shortcut},
    {"file.disk_image", RULE_MEDIUM, "T1553.005@17",
     N_("it carries a disk image: what is inside loses the mark of the web"), rule_disk_image},
    {"file.chm", RULE_MEDIUM, "T1218.001@17", N_("it carries a compiled help file, which can run programs"), rule_chm},
    {"file.cpl", RULE_HIGH, "T1218.002@17", N_("it carries a control panel item, which is a program"), rule_cpl},
    {"file.macro", RULE_HIGH, "T1059.005@17", N_("a document holds macros"), rule_seen},
    {"file.stomped", RULE_HIGH, "T1564.007@17",
     N_("macros run that are not those of the source: it was put away or exchanged"), NULL},
    {"file.icon", RULE_HIGH, "T1036@17", N_("a program shows itself as a document or a folder"), NULL},
    {"file.lnk_icon", RULE_HIGH, "T1027.012@17", N_("a shortcut has the picture of a document"), NULL},
    {"file.dde", RULE_HIGH, "T1559.002@17", N_("a document starts a program by DDE"), NULL},
    {"file.template", RULE_HIGH, "T1221@17", N_("a document loads its template from elsewhere"), NULL},
    {"file.encrypted", RULE_MEDIUM, "T1027.013@17", N_("a document is encrypted: its content could not be looked at"),
     NULL},
    {"file.html_smuggling", RULE_HIGH, "T1027.006@17", N_("a page builds a file when it is opened"), NULL},
    {"file.svg_script", RULE_HIGH, "T1027.017@17", N_("a picture (SVG) holds a script"), NULL},
    {"archive.locked", RULE_MEDIUM, "T1027.013@17", N_("an archive is locked: its content could not be looked at"),
     rule_archive},
    {"archive.names_hidden", RULE_MEDIUM, "T1027.013@17", N_("an archive hides even the names in it"), NULL},
    {"archive.two_names", RULE_HIGH, "T1036@17",
     N_("an entry of an archive has two names; programs show one or the other"), NULL},
    {"archive.nested", RULE_LOW, "", N_("an archive holds another archive"), NULL},
    {"archive.bomb", RULE_MEDIUM, "", N_("an archive would be far larger unpacked"), NULL},
    {"archive.unread", RULE_LOW, "", N_("an archive's content could not be listed"), NULL},
    {"archive.password_in_mail", RULE_MEDIUM, "T1027.013@17",
     N_("an archive is locked and the mail gives the password"), rule_password},
    {"text.password_notice", RULE_LOW, "", N_("it announces or gives a password for another mail"), NULL},
    {"text.odd_japanese", RULE_MEDIUM, "", N_("its Japanese holds characters that only Chinese has"),
     rule_odd_japanese},
    {"text.theme", RULE_LOW, "", N_("its theme is one that targeted mails have had"), rule_theme},
    {"mime.holds_mail", RULE_LOW, "",
     N_("it carries only mails: the mail that is meant may be inside (--forwarded yes)"), rule_holds_mail},
    {"mime.charset_lie", RULE_LOW, "", N_("the text is in another character set than it says"), NULL},
    {"limit.mail", RULE_LOW, "", N_("it is too long; its end was not read"), NULL},
    {"limit.header", RULE_LOW, "", N_("its header is too long; the rest of it was not read"), NULL},
    {"limit.addresses", RULE_LOW, "", N_("it has more addresses than are read"), NULL},
    {"limit.depth", RULE_LOW, "", N_("its parts are nested deeper than is read"), NULL},
    {"limit.parts", RULE_LOW, "", N_("it has more parts than are read"), NULL},
    {"limit.text", RULE_LOW, "", N_("its text is too long; only its beginning was looked at"), NULL},
    {"limit.links", RULE_LOW, "", N_("it has more links than are read"), NULL},
    {"limit.macros", RULE_MEDIUM, "",
     N_("its macros are too large to compare what runs with their source: whether they are the same is not known"),
     NULL},
    {"limit.archive", RULE_LOW, "", N_("an archive is too large to be looked at whole"), NULL},
    {"limit.output", RULE_LOW, "", N_("there is more in it than can be told"), NULL},
    {"limit.crash", RULE_MEDIUM, "", N_("reading it ended badly; nothing of it is known"), NULL},
    {"damaged.header", RULE_LOW, "", N_("its header holds a line that is no field"), NULL},
    {"damaged.parts", RULE_LOW, "", N_("parts that are announced are missing"), NULL},
    {"damaged.encoding", RULE_LOW, "", N_("the encoding of a part is damaged"), NULL},
    {"damaged.charset", RULE_LOW, "", N_("the character set of its text is not known"), NULL},
    {"damaged.uuencode", RULE_LOW, "", N_("a uuencoded file is damaged"), NULL},
    {"damaged.outlook", RULE_LOW, "", N_("a file of Outlook (.msg, winmail.dat) is damaged"), NULL},
    {"damaged.archive", RULE_LOW, "", N_("an archive is damaged"), NULL},
};

#define RULES (sizeof rules / sizeof *rules)

const struct mail_rule *mail_rule_at(size_t i)
{
	return i < RULES ? &rules[i] : NULL;
}

const struct mail_rule *mail_rule_find(const char *id)
{
	for (size_t i = 0; i < RULES; i++)
		if (strcmp(rules[i].id, id) == 0)
			return &rules[i];
	return NULL;
}

const char *mail_rule_weight(enum rule_weight weight)
{
	return weight == RULE_HIGH ? "high" : weight == RULE_MEDIUM ? "medium" : "low";
}

const char *mail_weight_shown(const char *weight)
{
	if (strcmp(weight, "high") == 0)
		return C_("weight", "high");
	return strcmp(weight, "medium") == 0 ? C_("weight", "medium") : C_("weight", "low");
}

void look_rules(struct look *l)
{
	for (size_t i = 0; i < RULES; i++)
		if (rules[i].run)
			rules[i].run(l);
}
