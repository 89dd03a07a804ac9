#include "model/limits.h"
#include "model/lever.h"

static int
worse(int before, int rc)
{
    return before < 0 ? before : rc;
}

static int
check_world(struct lever_list *list, const struct world *w, struct why *why)
{
    int rc = 0;

    for (uint32_t j = 0; j < w->jurisdictions && rc != ERR_MEMORY; j++)
        rc = worse(rc, lever_list_make(list, w, (struct jurisdiction_id){j}, UINT64_MAX, why));
    for (uint32_t i = 0; i < w->threats && rc != ERR_MEMORY; i++)
        rc = worse(rc, lever_list_make_threat(list, w, &w->threat[i], why));
    return rc;
}

int
limits_check(const struct model *model, struct why *why)
{
    struct lever_list list = {0};
    const struct world *last = NULL;
    int rc = 0;

    for (uint32_t s = 0; s < model->strategies && rc == 0; s++)
        for (uint32_t e = 0; e < model->strategy[s].epochs && rc == 0; e++) {
            if (model->strategy[s].epoch[e].world != last)
                rc = check_world(&list, model->strategy[s].epoch[e].world, why);
            last = model->strategy[s].epoch[e].world;
        }
    lever_list_release(&list);
    return rc;
}
