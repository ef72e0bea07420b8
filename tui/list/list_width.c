#include "tui/list/list_width.h"

#include "base/printable.h"

#define SENTENCE 17 /* cells from which a value is no word any more */

size_t list_width_of_values(const struct field *field)
{
	size_t widest = 0;
	for (size_t i = 0; field && field->type == FIELD_ENUM && i < field->value_count; i++) {
		size_t wide = text_width(field_value_label(&field->values[i]));
		widest = wide > widest ? wide : widest;
	}
	return widest < SENTENCE ? widest : 0;
}
