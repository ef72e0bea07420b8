/*
 * Reports on the incident, for whoever reads them: management, regulator, police, others to be warned.
 *
 *     struct release *r = release_open(c, &wish, &err);              // the gate, or --internal
 *     struct document d;
 *     if (report_make(r, REPORT_INCIDENT, &d, &err) == 0)
 *         document_html(&d, &out);
 *
 * A report says what is on record and leaves the gate (release/release.h), in the interface's language; what is not known is
 * 不明, and a section that has nothing says so, as does one from which records were left out. It is a draft: genba sends nothing.
 *
 * Sections of the incident report bear the subcategories of the Cybersecurity Framework 2.0 as in NIST SP 800-61r3. The
 * preliminary and the final report have the nine items of the rules of Japan's personal information law (article 8), with the
 * clock that runs from case.known. The alert is the technical part alone, apart from the victim's (guidance of 2023).
 */
#ifndef GENBA_OUTWARD_INCIDENT_REPORT_H
#define GENBA_OUTWARD_INCIDENT_REPORT_H

#include "outward/incident/document.h"
#include "outward/release/release.h"

enum report_kind { REPORT_INCIDENT, REPORT_PRELIMINARY, REPORT_FINAL, REPORT_ALERT };

/* By its name: "incident", "preliminary", "final", "alert". -1 with ERR_USAGE. */
int report_find(const char *name, enum report_kind *kind, struct err *err);
const char *report_name(enum report_kind kind);

/* Makes the document. Release it in any case. */
int report_make(struct release *r, enum report_kind kind, struct document *d, struct err *err);

#endif
