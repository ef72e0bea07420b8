/*
 * The alert: method, indicators, how to check, what to do. Nothing of the victim: the records of the case that would name it leave
 * as the gate lets them, and with pseudonyms.
 */
#include "outward/incident/report_private.h"

#include "base/i18n.h"

int report_alert(struct report *p, struct err *err)
{
	static const struct report_table method = {"event", "side=attacker", "stage title technique outcome confidence",
	                                           N_("nothing of the method is on record, or it may not leave")};
	static const struct report_table mails = {"mail", NULL, "subject class disguise files", NULL};
	static const struct report_table indicators = {"indicator", "role!=benign false_positive!=yes",
	                                               "type value role malware first_seen last_seen",
	                                               N_("none may leave: their providers have not approved it")};
	static const struct report_table todo = {"measure", "track=provisional|permanent status=done|verified",
	                                         "title track", N_("no measure that proved itself is on record")};
	report_heading(p, _("Method"), NULL);
	if (report_table(p, &method, err) < 0 || report_table(p, &mails, err) < 0)
		return -1;
	report_heading(p, _("Indicators"), NULL);
	document_paragraph(p->d, _("Written so that nobody clicks on them: hxxp is http, [.] is a dot."));
	if (report_table(p, &indicators, err) < 0)
		return -1;
	report_heading(p, _("How to check"), NULL);
	document_item(
	    p->d,
	    _("Look for the names and addresses in the logs of proxy, DNS and firewall, as far back as they reach."));
	document_item(
	    p->d,
	    _("Look for the digests and file names on machines, and for the subjects and senders in the mail log."));
	document_item(p->d, _("Where logs are missing the answer is: unknown, and not: no."));
	document_item(
	    p->d,
	    _("A hit: keep the machine as it is, take it off the network, and ask for help before anybody cleans it."));
	report_heading(p, _("What to do"), NULL);
	if (report_table(p, &todo, err) < 0)
		return -1;
	report_heading(p, _("Passing it on"), NULL);
	document_paragraph(
	    p->d, _("The label at the top of each page says to whom this may be passed on (TLP 2.0). The part of the "
	            "organisation that was hit is not in it."));
	return 0;
}
