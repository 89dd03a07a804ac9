/* What a jurisdiction does about its duties: statutes, inspections, pressure, interference. */
#include <string.h>
#include "scenario/sections.h"

#define PROBABILITY .kind = &kind_number, .unit = UNIT_NONE, .most = 1

/* ---- blocking statutes ---- */

static const struct key statute_keys[] = {
    {.name = "against",
     .kind = &kind_refs,
     .names = SECTION_JURISDICTIONS,
     .offset = offsetof(struct blocking_statute, against),
     .about = "The jurisdictions whose orders it blocks; all others when not stated."},
    {.name = "obeys",
     PROBABILITY,
     .offset = offsetof(struct blocking_statute, obeys),
     .about = "Probability that a custodian obeys such an order all the same; 0 when not stated."},
    {.name = "sanction",
     PROBABILITY,
     .offset = offsetof(struct blocking_statute, sanction),
     .about = "Probability that one who obeyed is fined here."},
    {.name = "fine",
     .kind = &kind_number,
     .unit = UNIT_COUNT,
     .offset = offsetof(struct blocking_statute, fine),
     .about = "The fine, in the scenario's currency units."},
};

static void
statute_finish(struct read *r, const struct node *node, void *row)
{
    struct blocking_statute *statute = row;
    const bool sanction = node_find(node, "sanction") != NULL;
    const bool fine = node_find(node, "fine") != NULL;

    statute->at = read_where(r, &node->at);
    statute->source = read_copy(r, node->source);
    if (sanction && !fine)
        fault_at(r, node, "sanction", "needs 'fine', how much it costs");
    if (fine && !sanction)
        fault_at(r, node, "fine", "needs 'sanction', the probability of the fine");
}

const struct form statute_form = {
    .key = statute_keys, .keys = COUNT(statute_keys), .finish = statute_finish};

static void
read_statute(struct read *r, const struct key *key, const struct node *node, void *row)
{
    struct blocking_statute *statute = read_alloc(r, 1, sizeof *statute);

    if (statute == NULL)
        return;
    read_form(r, key->form, node, statute);
    *FIELD(key, row, const struct blocking_statute *) = statute;
}

const struct kind kind_statute = {"a mapping", read_statute, NULL, INSIDE_FORM};

/* Which jurisdiction it stands in, its own row does not know: only here can it be checked. */
static void
check_statute(struct read *r, const struct node *node, struct jurisdiction *j)
{
    struct blocking_statute *statute = (struct blocking_statute *)j->statute;
    const struct names *names = &r->names[SECTION_JURISDICTIONS];
    const uint32_t own = name_ordinal(names, j->is.name);
    const struct node *stated = node_find(node, "blocking-statute");
    const struct frame frame = frame_key(r, "blocking-statute");
    const struct frame *before = r->frame;

    if (statute == NULL || own == NONE)
        return;
    r->frame = &frame;
    if (node_find(stated, "against") == NULL)
        statute->against =
            ((names->count >= 64 ? 0 : UINT64_C(1) << names->count) - 1) & ~(UINT64_C(1) << own);
    else if ((statute->against >> own & 1) != 0)
        fault_at(r, stated, "against", "names '%s' itself, whose own orders it cannot block",
                 j->is.name);
    else if (node_find(stated, "against")->kind == NODE_LIST &&
             node_find(stated, "against")->count == 0)
        fault_at(r, stated, "against", "needs a jurisdiction");
    r->frame = before;
}

/* ---- pressure ---- */

/* The tables of names have no NULL behind their last word, as words of a form must. */
static const char *const on_words[] = {"violation", "refusal", NULL};
static const char *const means_words[] = {"block", "fine", "procurement", "withdrawal", NULL};
_Static_assert(COUNT(on_words) == PRESSURE_CAUSES + 1, "a word for each cause");
_Static_assert(COUNT(means_words) == PRESSURE_MEANS + 1, "a word for each means");

static const struct key pressure_keys[] = {
    {.name = "on",
     .kind = &kind_word,
     .word = on_words,
     .offset = offsetof(struct pressure, on),
     .required = true,
     .about = "What brings it: a violation that outlives its grace, or a refusal of a request. "
              "Quote the key: YAML 1.1 tools take it for true."},
    {.name = "means",
     .kind = &kind_word,
     .word = means_words,
     .offset = offsetof(struct pressure, means),
     .required = true,
     .about = "block: the service is unreachable for residents; fine; procurement: excluded from "
              "public orders; withdrawal: residents lose the service for good."},
    {.name = "probability",
     PROBABILITY,
     .offset = offsetof(struct pressure, probability),
     .required = true,
     .about = "Probability that it follows."},
    {.name = "price",
     .kind = &kind_number,
     .unit = UNIT_COUNT,
     .offset = offsetof(struct pressure, price),
     .about = "What it costs, in currency units; of the means procurement each year."},
    {.name = "for",
     .kind = &kind_dist,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct pressure, lasts),
     .about = "How long it lasts; for good when not stated."},
};

static void
pressure_start(struct read *r, void *row)
{
    (void)r;
    ((struct pressure *)row)->lasts = dist_constant(0);
}

static void
pressure_finish(struct read *r, const struct node *node, void *row)
{
    static const struct {
        bool price, needs_price, lasts;
    } of_means[PRESSURE_MEANS] = {
        [MEANS_BLOCK] = {false, false, true},
        [MEANS_FINE] = {true, true, false},
        [MEANS_PROCUREMENT] = {true, true, true},
        [MEANS_WITHDRAWAL] = {true, false, false},
    };
    struct pressure *pressure = row;
    const bool price = node_find(node, "price") != NULL, lasts = node_find(node, "for") != NULL;
    const char *means = means_words[pressure->means];

    pressure->for_good = pressure->means != MEANS_FINE && !lasts;
    if (!node_is(node_find(node, "means"), means))
        return; /* wrong, and told; or drawn anew in each world */
    if (price && !of_means[pressure->means].price)
        fault_at(r, node, "price", "has no meaning for the means %s", means);
    if (!price && of_means[pressure->means].needs_price)
        fault(r, &node->at, "needs 'price': what the means %s costs", means);
    if (lasts && !of_means[pressure->means].lasts)
        fault_at(r, node, "for", "has no meaning for the means %s", means);
}

const struct form pressure_form = {
    .key = pressure_keys,
    .keys = COUNT(pressure_keys),
    .row_bytes = sizeof(struct pressure),
    .named = true,
    .most = 64,
    .start = pressure_start,
    .finish = pressure_finish,
};

/* What recurs more often than this would take a run forever: 200 years have 10^8 minutes. */
#define SHORTEST_GAP_S 60

/* ---- interference ---- */

static const struct key interference_keys[] = {
    {.name = "every",
     .kind = &kind_number,
     .unit = UNIT_SECONDS,
     .least = SHORTEST_GAP_S,
     .offset = offsetof(struct interference, every_s),
     .required = true,
     .about = "Mean time from the end of a spell to the next one; at least 1 min."},
    {.name = "for",
     .kind = &kind_number,
     .unit = UNIT_SECONDS,
     .above = true,
     .offset = offsetof(struct interference, for_s),
     .required = true,
     .about = "Mean length of a spell."},
};

const struct form interference_form = {.key = interference_keys, .keys = COUNT(interference_keys)};

/* ---- inspections ---- */

static void
read_gap(struct read *r, const struct key *key, const struct node *node, void *row)
{
    struct dist gap;

    if (!read_dist(r, key, node, &gap))
        return;
    if (!(dist_mean(&gap) >= SHORTEST_GAP_S))
        fault(r, &node->at, "must have a mean of at least 1 min");
    *FIELD(key, row, struct dist) = gap;
}

const struct kind kind_gap = {"a distribution", read_gap, "%d", INSIDE_VALUE};

/* ---- all of it ---- */

static bool
punishes_violations(const struct jurisdiction *j)
{
    for (uint32_t i = 0; i < j->pressures; i++)
        if (j->pressure[i].on == ON_VIOLATION)
            return true;
    return false;
}

void
check_duties(struct read *r, const struct node *node, struct jurisdiction *j)
{
    const struct node *inspections = node_find(node, "inspections");

    check_statute(r, node, j);
    if (inspections == NULL && node_find(node, "grace") != NULL)
        fault_at(r, node, "grace", "needs 'inspections', which find violations");
    if (inspections == NULL && punishes_violations(j))
        fault_at(r, node, "pressure", "on a violation needs 'inspections', which find violations");
}
