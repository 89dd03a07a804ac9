#ifndef SCENARIO_SCHEMA_H
#define SCENARIO_SCHEMA_H

/*
 * The JSON Schema (draft 2020-12) of scenarios, written from the very tables that read them, so
 * that editors complete and check what the program accepts. scenarios/jurisim.schema.json is this
 * text.
 */
#include "base/text.h"

/* Adds the schema, indented; out->lost says that memory ran out. */
void scenario_schema(struct text *out);

#endif
