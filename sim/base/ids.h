#ifndef BASE_IDS_H
#define BASE_IDS_H

/*
 * Rows of the model, each its own type so that a site cannot be passed as a key store.
 * The number is the entity's ordinal in its section of the scenario. NONE means no such row.
 */
#include <stdbool.h>
#include <stdint.h>

#define NONE UINT32_MAX

struct jurisdiction_id {
    uint32_t i;
};
struct place_id {
    uint32_t i;
};
struct custodian_id {
    uint32_t i;
};
struct site_id {
    uint32_t i;
};
struct store_id {
    uint32_t i;
}; /* a key store */
struct class_id {
    uint32_t i;
}; /* a data class */
struct cohort_id {
    uint32_t i;
};
struct instrument_id {
    uint32_t i;
};
struct authority_id {
    uint32_t i;
};
struct strategy_id {
    uint32_t i;
};
struct threat_id {
    uint32_t i;
};

#endif
