#include "traffic/operation.h"

void
operation_kinds_init(struct operation_kinds *kinds, const struct world *world)
{
    double sum = 0;

    kinds->classes = world->classes;
    for (uint32_t i = 0; i < world->classes; i++) {
        kinds->size[i] = sampler_of(&world->class[i].size, 1);
        sum += world->class[i].weight;
        kinds->upper[i] = sum;
    }
}

double
cohort_rate(const struct cohort *cohort, unsigned hour)
{
    return cohort->accounts * cohort->operations_per_s * cohort->hour[hour];
}

void
operations_open(struct operations *from, const struct operation_kinds *kinds,
                const struct operation_key *key, double rate_per_s, double reads)
{
    stream_open(&from->stream, key->seed, key->replication, PURPOSE_OPERATIONS, key->cohort,
                (uint64_t)key->segment << 8 | (uint64_t)key->course);
    from->gap_ns = rate_per_s > 0 ? (double)NS_PER_S / rate_per_s : (double)INFINITY;
    from->at_ns = 0;
    from->reads = reads;
    from->lists = from->removals = 0;
    from->size = kinds->size;
    from->upper = kinds->upper;
    from->classes = kinds->classes;
}

void
operations_next(struct operations *from, struct operation *out)
{
    struct stream *s = &from->stream;
    uint32_t class = 0;

    from->at_ns += from->gap_ns * stream_exponential(s);
    out->at_ns = from->at_ns;

    const double pick = stream_uniform(s);

    while (class + 1 < from->classes && pick >= from->upper[class])
        class ++;
    out->class = class;

    const double what = stream_uniform(s);

    out->read = what < from->reads + from->lists;
    out->bare = out->read ? what >= from->reads : what >= 1 - from->removals;
    out->u = stream_uniform(s);
    out->bytes = sampler_draw(&from->size[class], s);
}
