/* Minimal: dropped when the tally and the ledger bring their own. */
#include "legal/docket.h"

void
tally_asked(struct tally *tally, uint32_t source, uint32_t period, enum asks asks, bool complied,
            uint32_t shown)
{
    (void)tally, (void)source, (void)period, (void)asks, (void)complied, (void)shown;
}

void
tally_asked_of(struct tally *tally, uint32_t custodian, enum asks asks, bool complied)
{
    (void)tally, (void)custodian, (void)asks, (void)complied;
}

int
lever_mark(struct docket *d, uint32_t pursuit, enum asks asks)
{
    (void)d, (void)pursuit, (void)asks;
    return 0;
}
