/* Minimal: dropped when the tally and the ledger bring their own. */
#include "legal/docket.h"

int
lever_mark(struct docket *d, uint32_t pursuit, enum asks asks)
{
    (void)d, (void)pursuit, (void)asks;
    return 0;
}

uint16_t
ledger_exposed(const struct ledger *l, uint32_t authority, uint32_t cohort, uint64_t account,
               enum exposure kind)
{
    for (size_t i = 0; i < l->accounts.count; i++) {
        const struct account *a = &l->accounts.item[i];
        const struct view *v = &a->view;

        if (a->key != ((uint64_t)cohort << 48 | account))
            continue;
        while (v != NULL && v->authority != authority)
            v = v->next != 0 ? &l->views.item[v->next - 1] : NULL;
        return v == NULL ? 0 : v->open[kind];
    }
    return 0;
}
