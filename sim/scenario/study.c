/* Section `study`. */
#include "scenario/study.h"

/* Operations in one window: at a million a second, one window of that many takes a quarter of an
 * hour, and a run has hundreds of windows. More is a slip of the pen. */
#define WINDOW_MOST 1e9

static const struct key replication_keys[] = {
    {.name = "legal",
     .kind = &kind_whole,
     .unit = UNIT_COUNT,
     .least = 1,
     .offset = offsetof(struct study, legal),
     .about = "Replications of the legal plane; 1000 when not stated."},
    {.name = "traffic",
     .kind = &kind_whole,
     .unit = UNIT_COUNT,
     .least = 1,
     .offset = offsetof(struct study, traffic),
     .about = "Replications of the traffic plane; 20 when not stated."},
};

static const struct form replication_form = {.key = replication_keys,
                                             .keys = COUNT(replication_keys)};

static const struct key front_keys[] = {
    {.name = "latency",
     .kind = &kind_metric,
     .offset = offsetof(struct study, front_latency),
     .about = "The metric on one axis; latency.p95 when not stated."},
    {.name = "exposure",
     .kind = &kind_metric,
     .offset = offsetof(struct study, front_exposure),
     .about = "The metric on the other; exposure.content.fraction when not stated."},
    {.name = "to",
     .kind = &kind_ref,
     .names = SECTION_AUTHORITIES,
     .offset = offsetof(struct study, front_to),
     .about = "Exposure to which authority; to all together when not stated."},
};

/* Metric names are known further up only: whoever checks them says where they stand. */
static void
front_finish(struct read *r, const struct node *node, void *row)
{
    ((struct study *)row)->front_at = read_where(r, &node->at);
}

static const struct form front_form = {
    .key = front_keys, .keys = COUNT(front_keys), .finish = front_finish};

/* Both are fields of the study itself. */
static void
read_inside(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_form(r, key->form, node, row);
}

static const struct kind kind_inside = {"a mapping", read_inside, NULL, INSIDE_FORM};

static const struct key study_keys[] = {
    {.name = "replications",
     .kind = &kind_inside,
     .form = &replication_form,
     .about = "How often each plane is run."},
    {.name = "worlds",
     .kind = &kind_whole,
     .unit = UNIT_COUNT,
     .offset = offsetof(struct study, worlds),
     .about = "Draws of the uncertain inputs; one a replication when not stated."},
    {.name = "seed",
     .kind = &kind_whole64,
     .unit = UNIT_NONE,
     .offset = offsetof(struct study, seed),
     .about = "Where the random streams start; 1 when not stated."},
    {.name = "window",
     .kind = &kind_whole64,
     .unit = UNIT_COUNT,
     .least = 1,
     .most = WINDOW_MOST,
     .offset = offsetof(struct study, window),
     .about = "Operations in one window of traffic, up to 1 G; 100 k when not stated."},
    {.name = "failures",
     .kind = &kind_whole,
     .unit = UNIT_COUNT,
     .most = 2,
     .offset = offsetof(struct study, failures),
     .about = "Components down at once that are looked at: 0, 1 (default) or 2."},
    {.name = "baseline",
     .kind = &kind_ref,
     .names = SECTION_STRATEGIES,
     .offset = offsetof(struct study, baseline),
     .about = "The strategy others are compared with; the first when not stated."},
    {.name = "front",
     .kind = &kind_inside,
     .form = &front_form,
     .about = "What the front of strategies shows."},
};

static void
study_start(struct read *r, void *row)
{
    (void)r;
    *(struct study *)row = (struct study){
        .legal = 1000,
        .traffic = 20,
        .seed = 1,
        .window = 100000,
        .failures = 1,
        .front_latency = "latency.p95",
        .front_exposure = "exposure.content.fraction",
        .front_to = {NONE},
    };
}

const struct form study_form = {
    .key = study_keys,
    .keys = COUNT(study_keys),
    .start = study_start,
};
