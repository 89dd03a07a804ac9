#include "study/gather.h"

#include <stdlib.h>

/* Recordings that came before their turn wait as bytes: few, since workers start in order. */
struct waiting {
    unsigned char *bytes; /* owned; NULL: not here yet, or added already */
    size_t size;
};

struct gathering {
    struct outcome *outcome;
    struct waiting *waiting[2]; /* owned; [replications] of each plane */
    size_t next[2], count[2];
};

static int
keep(struct waiting *at, const struct recording *recording)
{
    at->size = recording_pack(recording, NULL);
    at->bytes = malloc(at->size + 1);
    if (at->bytes == NULL)
        return ERR_MEMORY;
    recording_pack(recording, at->bytes);
    return 0;
}

/* Adds all whose turn has come. */
static int
catch_up(struct gathering *g, enum plane plane)
{
    struct recording recording = {0};
    int rc = 0;

    while (rc == 0 && g->next[plane] < g->count[plane] &&
           g->waiting[plane][g->next[plane]].bytes != NULL) {
        struct waiting *at = &g->waiting[plane][g->next[plane]++];

        recording_clear(&recording);
        rc = recording_unpack(&recording, at->bytes, at->size);
        if (rc == 0)
            rc = outcome_add(g->outcome, &recording);
        free(at->bytes);
        at->bytes = NULL;
    }
    recording_release(&recording);
    return rc;
}

static int
put(void *self, const struct recording *recording, struct why *why)
{
    struct gathering *g = self;
    const enum plane plane = recording->plane;
    int rc;

    if (recording->replication == g->next[plane]) {
        g->next[plane]++;
        rc = outcome_add(g->outcome, recording);
        if (rc == 0)
            rc = catch_up(g, plane);
    } else {
        rc = keep(&g->waiting[plane][recording->replication], recording);
    }
    return rc == ERR_MEMORY ? why_no_memory(why) : rc;
}

static int
begin(struct gathering *g, const struct study_options *options)
{
    g->count[PLANE_LEGAL] = options->legal;
    g->count[PLANE_TRAFFIC] = options->traffic;
    for (unsigned p = 0; p < 2; p++) {
        g->waiting[p] = calloc(g->count[p] + 1, sizeof *g->waiting[p]);
        if (g->waiting[p] == NULL)
            return ERR_MEMORY;
    }
    return 0;
}

static void
end(struct gathering *g)
{
    for (unsigned p = 0; p < 2; p++) {
        for (size_t i = 0; g->waiting[p] != NULL && i < g->count[p]; i++)
            free(g->waiting[p][i].bytes);
        free(g->waiting[p]);
    }
}

int
gather(struct outcome *out, const struct legend *legend, const struct world_source *source,
       const struct study_options *options, struct why *why)
{
    struct gathering g = {.outcome = out};
    const struct sink sink = {.self = &g, .put = put};
    int rc = outcome_init(out, legend);

    if (rc < 0)
        return why_no_memory(why);
    rc = begin(&g, options);
    if (rc == ERR_MEMORY)
        why_no_memory(why);
    if (rc == 0)
        rc = study_run_worlds(source, options, &sink, why);
    if (rc == 0 && outcome_finish(out) < 0)
        rc = why_no_memory(why);
    end(&g);
    if (rc < 0)
        outcome_release(out);
    return rc;
}
