/* What was asked beside a run, into the run's database. */
#include "cli/beside.h"
#include "store/beside.h"

/* The run's judgement that is of the same claim and strategy; their number: none. */
static size_t
ordinal_of(const struct run *run, const struct claim *claim, uint32_t strategy)
{
    const struct judgement_list *list = &run->judgements;
    size_t i = 0;

    while (i < list->count && (list->item[i].claim != claim || list->item[i].strategy != strategy))
        i++;
    return i;
}

static int
keep_verdicts(struct store_beside *to, const struct beside *b, uint32_t reading,
              const struct judgement_list *judged, struct why *why)
{
    int rc = 0;

    for (size_t i = 0; i < judged->count && rc == 0; i++) {
        const struct judgement *j = &judged->item[i];
        const size_t ordinal = ordinal_of(b->run, j->claim, j->strategy);

        if (ordinal < b->run->judgements.count)
            rc = store_add_reading_verdict(to, reading, ordinal, j, why);
    }
    return rc;
}

static int
keep_order(struct store_beside *to, const struct readings *r, uint32_t reading,
           const struct ranking *ranking, struct why *why)
{
    int rc = 0;

    for (uint32_t i = 0; i < ranking->count && rc == 0; i++)
        rc = store_add_reading_order(to, reading, i, ranking->strategy[i],
                                     i == 0 ? NULL : standing_name[ranking->place[i]],
                                     metric_table[r->metric].name, why);
    return rc;
}

static int
keep_readings(struct store_beside *to, const struct beside *b, struct why *why)
{
    const struct readings *r = &b->readings;
    int rc = store_add_reading(to, 0, reading_as_stated, NULL, b->run->outcome.legal,
                               b->run->outcome.traffic, why);

    if (rc == 0)
        rc = keep_verdicts(to, b, 0, &b->run->judgements, why);
    if (rc == 0)
        rc = keep_order(to, r, 0, &r->stated, why);
    for (uint32_t i = 0; i < r->count && rc == 0; i++) {
        const struct reading_result *item = &r->item[i];

        rc = store_add_reading(to, i + 1, item->reading->is.name, item->reading->because, r->legal,
                               r->traffic, why);
        if (rc == 0)
            rc = keep_verdicts(to, b, i + 1, &item->judged, why);
        if (rc == 0)
            rc = keep_order(to, r, i + 1, &item->ranking, why);
    }
    return rc;
}

static int
keep_flips(struct store_beside *to, const struct beside *b, struct why *why)
{
    const struct flips *f = &b->flips;
    int rc = 0;

    for (uint32_t i = 0; i < f->inputs && rc == 0; i++) {
        const struct flip_input *input = &f->input[i];

        rc = store_add_flip_input(to, i, input->path, input->is_choice, input->centre, input->low,
                                  input->high, why);
    }
    for (size_t i = 0; i < f->answers.count && rc == 0; i++) {
        const struct flip_answer *a = &f->answers.item[i];
        const size_t ordinal = ordinal_of(b->run, a->claim, a->strategy);

        rc = store_add_flip_answer(to, ordinal, a->estimate, a->holds, why);
        for (size_t k = 0; k < a->flips.count && rc == 0; k++) {
            const struct flip *flip = &a->flips.item[k];

            rc = store_add_flip(to, ordinal, flip->unknown, flip->value, flip->quantile,
                                flip->chance, flip->estimate, why);
        }
    }
    return rc;
}

int
beside_keep(const struct beside *b, struct why *why)
{
    struct store_beside *to;
    int rc;

    if (!b->has_readings && !b->has_flips)
        return 0;
    rc = store_beside_begin(&to, b->run->store, why);
    if (rc < 0)
        return rc;
    if (b->has_readings)
        rc = keep_readings(to, b, why);
    if (rc == 0 && b->has_flips)
        rc = keep_flips(to, b, why);
    return store_beside_end(to, rc, why);
}
