#include "legal/memo.h"
#include <stdlib.h>
#include <string.h>

enum {
    SLOTS_LEAST = 1024,
    ACCOUNTS_MOST = 1 << 22, /* 32 MiB a worker */
};

/* Where a request stands, or the empty slot where it would. Some slots are always empty. */
static struct memo_slot *
slot_of(const struct memo *m, uint64_t identity)
{
    size_t at = (size_t)((identity * UINT64_C(0x9E3779B97F4A7C15)) >> 20) & (m->slots - 1);

    while (m->slot[at].population != 0 && m->slot[at].identity != identity)
        at = (at + 1) & (m->slots - 1);
    return &m->slot[at];
}

const uint64_t *
memo_find(const struct memo *m, uint64_t identity, uint64_t population, uint64_t count)
{
    const struct memo_slot *s = m->slots == 0 ? NULL : slot_of(m, identity);

    if (s == NULL || s->population != population || s->count < count)
        return NULL;
    return &m->account.item[s->first];
}

static bool
make_room(struct memo *m)
{
    struct memo old = *m;

    if (2 * m->used < m->slots)
        return true;
    m->slots = m->slots == 0 ? SLOTS_LEAST : 2 * m->slots;
    m->slot = calloc(m->slots, sizeof *m->slot);
    if (m->slot == NULL) {
        m->slot = old.slot;
        m->slots = old.slots;
        return false;
    }
    for (size_t i = 0; i < old.slots; i++)
        if (old.slot[i].population != 0)
            *slot_of(m, old.slot[i].identity) = old.slot[i];
    free(old.slot);
    return true;
}

void
memo_keep(struct memo *m, uint64_t identity, uint64_t population, const uint64_t *account,
          uint64_t count)
{
    if (count > ACCOUNTS_MOST - m->account.count || !make_room(m) ||
        mem_grow(&m->account.item, &m->account.capacity, m->account.count + (size_t)count,
                 sizeof *m->account.item) < 0)
        return;
    struct memo_slot *s = slot_of(m, identity);

    m->used += s->population == 0;
    *s = (struct memo_slot){identity, population, m->account.count, (size_t)count};
    memcpy(&m->account.item[s->first], account, (size_t)count * sizeof *account);
    m->account.count += (size_t)count;
}

void
memo_release(struct memo *m)
{
    free(m->slot);
    free(m->account.item);
    *m = (struct memo){0};
}
