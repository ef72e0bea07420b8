/*
 * The sweep in the cage: what the parent hands over, and what comes back.
 *
 * The first file is the list (sweep_list_write); the others are read, in order. The request:
 *
 *     {"flags": n, "defanged": bool, "max": n, "ratio": n, "services": n, "uploads": [n, …],
 *      "parts": [{"from": a, "to": b, "kind": "text"}, …]}
 *
 * Lines of the list from number `services` on are no indicators: what is sent there is counted (sweep_upload.h), and to those
 * in `uploads`.
 *
 * one part for each file; `to` -1: to the end; kind "text": defanged text is looked for; "raw": not unpacked; "rows":
 * blocks of observations; "files": the files of an image, from number `from` on. Media stand behind the files. A part with
 * "map": n is an image, the map of whose files (image/image_map.h) is the n-th of the files behind those of the parts, of which
 * there are "maps". Lines that come back:
 *
 *     {"hit": number of the indicator, "part": n, "match": …, "encoding": …, "member", "offset", "line", "text",
 *      "when", "clock", "client", "method", "url", "status", "bytes", "raw": offset in the image}
 *     {"problem": reason, "part": n, "member", "offset"}
 *     {"done": n of the part, "read": bytes, "lines": n, "members": n, "from", "until": times of its lines}
 *     {"sum": number of the indicator, "part": n, "hits": n, "first", "last", "clients": [names]}   (they add up)
 *     {"upload": number, "part": n, "method", "client", "clock", "first", "last", "count", "bytes"}   (they add up)
 *     {"packed": true, "part": n}                                     nothing behind an offset of it can be read
 *
 * and raw bytes, 8: how far it has read in the part that it is at; of the files of an image, the number of the one that follows.
 */
#ifndef GENBA_FINDING_SWEEP_SWEEP_JOB_H
#define GENBA_FINDING_SWEEP_SWEEP_JOB_H

#define SWEEP_JOB     "sweep"
#define SWEEP_CLIENTS 1000 /* of an indicator in a part that are told */

/* Whether it is a mail, a note or a text document: people write in them what nobody is to click on. */
int sweep_is_text_name(const char *name);

#endif
