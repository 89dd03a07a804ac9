#ifndef MODEL_LIMITS_H
#define MODEL_LIMITS_H

/* What a sound scenario may still be too large for, told before it is run. */
#include "model/model.h"

/*
 * Has any jurisdiction or threat, in any world of any strategy, more levers than plans can hold?
 * One message each, of the first world where it is so. ERR_LIMIT, ERR_MEMORY.
 */
MUST_CHECK int limits_check(const struct model *model, struct why *why);

#endif
