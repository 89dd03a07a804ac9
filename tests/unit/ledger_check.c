#include "ledger_check.h"
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include <stdlib.h>

void
check_book(const struct book *b)
{
    const struct states *states = &b->states;
    uint64_t *listed = calloc(states_end(states), sizeof *listed);
    uint64_t all = 0, sum = 0;

    assert_non_null(listed);
    for (uint32_t i = 0; i < b->strata.tracts; i++)
        all += b->strata.tract[i].end - b->strata.tract[i].begin;
    for (size_t i = 0; i < b->listed.slots; i++)
        if (b->listed.slot[i] != 0)
            listed[group_state(states, b->listed.slot[i] & STATES_MOST)]++;
    for (uint32_t row = 1; row < states_end(states); row++) {
        assert_int_equal(states->crowd[row].listed, listed[row]);
        sum += states->crowd[row].listed + states->crowd[row].strata;
        if (states->crowd[row].group != 0)
            assert_int_equal(group_state(states, states->crowd[row].group), row);
    }
    assert_int_equal(sum, all);
    free(listed);
}
