#ifndef TINY_H
#define TINY_H

/* Small worlds for tests, from scenario text. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include "scenario/scenario.h"

/* The model of a scenario text, uncertain inputs at their means; fails the test with the messages
 * when there are faults. Release with model_free. */
struct model *tiny_model(const char *yaml);

/* The same, of a file below the project's folder, with overrides "PATH=VALUE" up to a NULL. */
struct model *tiny_model_of_file(const char *path, const char *const *sets);

#endif
