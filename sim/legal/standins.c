/* Minimal: dropped when the tally and the ledger bring their own. */
#include "legal/docket.h"

int
lever_mark(struct docket *d, uint32_t pursuit, enum asks asks)
{
    (void)d, (void)pursuit, (void)asks;
    return 0;
}

static uint16_t
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

int
ledger_touch_watched(struct ledger *l, struct touch *t, uint64_t account, uint32_t part,
                     uint32_t effect)
{
    const uint64_t retroactive = t->run[EXPOSED_RETROACTIVE].accounts;
    uint16_t before[KINDS_KEPT];
    int rc;

    if (l->watch.gained == NULL)
        return ledger_touch(l, t, account, part, effect);
    for (enum exposure k = EXPOSED_CONTENT; k < KINDS_KEPT; k++)
        before[k] = ledger_exposed(l, t->authority, t->cohort, account, k);
    rc = ledger_touch(l, t, account, part, effect);
    if (!l->watch.all && (l->watch.account != account || l->watch.cohort != t->cohort))
        return rc;
    for (enum exposure k = EXPOSED_CONTENT; k < KINDS_KEPT; k++) {
        const uint16_t mine =
            ledger_exposed(l, t->authority, t->cohort, account, k) & (uint16_t)~before[k];

        if (mine != 0)
            l->watch.gained(l->watch.self, t, account, k, (struct gain){.mine = mine});
    }
    if (t->run[EXPOSED_RETROACTIVE].accounts != retroactive)
        l->watch.gained(l->watch.self, t, account, EXPOSED_RETROACTIVE,
                        t->run[EXPOSED_RETROACTIVE].gain);
    return rc;
}

uint64_t
ledger_parts(const struct ledger *l, uint32_t cohort, uint32_t phase)
{
    (void)phase;
    return UINT64_MAX >> (64 - l->timeline->parts[cohort].count);
}

int
ledger_release_bulk(struct ledger *l, uint64_t request)
{
    (void)l, (void)request;
    return 0;
}
