/*
 * Kinds of record and their fields: the one table from which validation, JSON,
 * columns, forms, `genba add`, CSV, completion and the manual follow.
 *
 * Everything here is constant data, compiled in: a colleague's case cannot
 * redefine a kind. To add a field, add a line to kinds_*.c, to add a kind
 * add its constant there; how they are written is told in kinds_table.h.
 *
 *     const struct kind *kind = kind_find("asset");
 *     for (size_t i = 0; i < kind_field_count(kind); i++)
 *         puts(field_label(kind_field_at(kind, i)));         // Name, Type, Finding, …
 *
 * A required field must be given; a required ENUM, ENUMS or TRI that is not given
 * takes its fallback. An unset field means 不明, "unknown", never "no".
 */
#ifndef GENBA_CASE_KIND_KINDS_H
#define GENBA_CASE_KIND_KINDS_H

#include <stddef.h>

enum field_type {
	FIELD_TEXT,     /* one line */
	FIELD_LONG,     /* several lines; the bytes stay out of git */
	FIELD_ENUM,     /* one of `values` */
	FIELD_ENUMS,    /* a set of `values` */
	FIELD_TRI,      /* yes, no, unknown: also in `values` */
	FIELD_INT,      /* an integer */
	FIELD_SIZE,     /* bytes */
	FIELD_DURATION, /* ISO 8601 duration */
	FIELD_TIME,     /* EDTF (base/edtf.h) */
	FIELD_HASH,     /* hexadecimal digest */
	FIELD_ADDRESS,  /* IP or mail address */
	FIELD_URL,
	FIELD_REF,    /* a record of ref_kind */
	FIELD_REFS,   /* a set of records of ref_kind */
	FIELD_TAGS,   /* a set of free words */
	FIELD_SECRET, /* masked, purgeable, only its digest is in git */
};

struct err;

struct field_value {
	const char *name; /* what is stored */
	const char *en;
	const char *ja;
};

struct field {
	const char *name;
	enum field_type type;
	const struct field_value *values; /* ENUM, ENUMS, TRI: the last one is `unknown`; else NULL */
	size_t value_count;
	const char *ref_kind; /* REF, REFS: a kind's name, or "any"; else NULL */
	const char *en;
	const char *ja;
	const char *help_en;  /* a remark, or NULL; see field_help() */
	const char *fallback; /* ENUM, ENUMS, TRI: the value if nothing is said, "unknown" mostly; else NULL */
	const char *act_en; /* TIME: what the responders did then, as the timeline says it: "isolated"; NULL: no act */
	const char *act_ja;
	const char *act_details; /* names of the fields that say how, and by whom; NULL: none */
	/* A record without that time stands where it was entered, as this: "recorded"; NULL: it has no row. */
	const char *act_else_en;
	const char *act_else_ja;
	unsigned act_is_trace : 1;  /* no act of the responders, but what came in or was found then: "mail received" */
	unsigned program_words : 1; /* text that genba puts there mostly, as its checks say it: shown translated */
	unsigned required : 1;
	unsigned short_form : 1; /* asked first; the rest under "more" */
	unsigned machine : 1;    /* written by genba only, never by `set` */
	unsigned common : 1;     /* every kind has it */
};

/* What code that serves every kind asks of one, instead of its name. */
enum kind_trait {
	KIND_MACHINE = 1,   /* made by genba only: nobody adds or sets one by hand */
	KIND_ONE = 2,       /* there is one in a case, which names itself */
	KIND_OPEN = 4,      /* what an open case says of itself follows from it: title, mark, responder */
	KIND_CUSTODY = 8,   /* hands items over: their holder follows */
	KIND_CONFLICT = 16, /* a field of another record that two sides set */
	KIND_EVIDENCE = 32, /* bytes or things that were preserved: verified, extracted, handed over beside the case */
	KIND_EVENT = 64,    /* stands on the timeline, also without a time */
	KIND_RESPONDER = 128,  /* a key that signs */
	KIND_NOTE = 256,       /* its text is what it is: shown whole */
	KIND_RUN = 512,        /* a playbook being worked through */
	KIND_ASSET = 1024,     /* a machine or service: has a finding, a containment, evidence */
	KIND_QUICK = 2048,     /* few enough that a person chooses from all of them at once */
	KIND_INDICATOR = 4096, /* what was seen and is looked for elsewhere */
	KIND_PARTY = 8192,     /* a person or an organisation: who can be named, and be "me" */
	KIND_THING = 16384,    /* is there, and does not happen: nobody asks first when */
};

struct kind {
	int place; /* among the kinds, in lists and help: the lower the earlier */
	const char *name;
	const char
	    *letters; /* of its labels (R1-A1, R1-FD1), one or two capitals; NULL: `case`, of which there is one */
	const char *en;
	const char *ja;
	const struct field *fields; /* its own, without the common ones; see kind_field_at() */
	size_t field_count;
	unsigned traits;         /* enum kind_trait */
	const char *add_verb;    /* of the action that adds one; NULL: "add" */
	const char *title_field; /* names a record in lists. Of any type: an enum or a reference for some kinds */
	const char *const *list_columns; /* field names, most telling first */
	size_t list_column_count;
	int value_of_type; /* its `value` is checked, written and compared by its `type`: case/store/indicator_value.h */
};

/* All return borrowed constants, or NULL (out of range, no such name). */
const struct kind *kind_find(const char *name);
const struct kind *kind_by_letters(const char *letters);
const struct kind *kind_of_label(const char *label); /* by the letters behind the mark: R1-FD12 */
size_t kind_count(void);
const struct kind *kind_at(size_t i);

/* 1 if the kind of that name has the trait; NULL or an unknown name has none. */
int kind_has(const char *name, enum kind_trait trait);

/* The verb of the action that adds a record of the kind. */
const char *kind_add_verb(const char *name);

/* The kind of that name, or NULL with ERR_USAGE that lists them all. */
const struct kind *kind_named(const char *name, struct err *err);

/* The fields of a kind: its own first, then the common ones that it does not replace by one of its own. */
size_t kind_field_count(const struct kind *kind);
const struct field *kind_field_at(const struct kind *kind, size_t i);
const struct field *kind_field(const struct kind *kind, const char *name);
/* As a person types it: its name, or the word that screens call it, in either language and letter case; `_` stands for a blank. */
const struct field *kind_field_called(const struct kind *kind, const char *typed);

/* Whether it is asked for and shown first, of a record of the kind; all else stands below "more". */
int kind_asks_first(const struct kind *kind, const struct field *field);

/* A common field by name, for code that serves records of every kind; NULL if `name` is not common. */
const struct field *kind_common_field(const char *name);

/* 1 if a record of `kind` may be named by the reference field `field`. */
int field_accepts_kind(const struct field *field, const struct kind *kind);

/*
 * A value of an ENUM, ENUMS or TRI field by its name or by its English or
 * Japanese label, ASCII letters in either case. A name wins over a label.
 */
const struct field_value *field_value_find(const struct field *field, const char *name_or_label);

/* Labels in the interface's language (i18n_language()). */
const char *kind_label(const struct kind *kind);
const char *field_label(const struct field *field);
const char *field_value_label(const struct field_value *value);
const char *field_act_else(const struct field *field); /* what a record without the time says; NULL: nothing */
const char *field_act(const struct field *field);      /* NULL: a time in it is no act of the response */

/* The remark on a field in the interface's language, or "". */
const char *field_help(const struct field *field);

/* The type's name as kinds and the manual write it: "text", "enum", "ref", … */
const char *field_type_name(enum field_type type);

#endif
