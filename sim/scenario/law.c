/* Sections `jurisdictions` and `treaties`. */
#include <math.h>
#include <string.h>
#include "scenario/sections.h"

/* ---- jurisdictions ---- */

struct since {
    sim_ns from;
};

static const struct key since_keys[] = {
    {.name = "from",
     .kind = &kind_date,
     .offset = offsetof(struct since, from),
     .required = true,
     .about = "The date since when it is in force, such as 2017-06-01."},
};

static const struct form since_form = {.key = since_keys, .keys = COUNT(since_keys)};

static const struct key duty_keys[] = {
    {.name = "data",
     .kind = &kind_form,
     .form = &since_form,
     .offset = offsetof(struct duty, data_from),
     .about = "Residents' data must be held inside."},
    {.name = "keys",
     .kind = &kind_form,
     .form = &since_form,
     .offset = offsetof(struct duty, keys_from),
     .about = "Residents' keys must be held inside."},
};

static const struct form duty_form = {.key = duty_keys, .keys = COUNT(duty_keys)};

static const struct key jurisdiction_keys[] = {
    {.name = "name",
     .kind = &kind_text,
     .offset = offsetof(struct jurisdiction, title),
     .about = "Its name for people."},
    {.name = "instruments",
     .kind = &kind_terms,
     .form = &term_form,
     .names = SECTION_INSTRUMENTS,
     .offset = offsetof(struct jurisdiction, instrument),
     .about = "The instruments it has, each with what differs here."},
    {.name = "requires",
     .kind = &kind_form,
     .form = &duty_form,
     .offset = offsetof(struct jurisdiction, duty),
     .about = "What must be held inside it, and since when."},
    {.name = "blocking-statute",
     .kind = &kind_statute,
     .form = &statute_form,
     .offset = offsetof(struct jurisdiction, statute),
     .about = "Forbids to obey foreign orders for what lies inside it."},
    {.name = "inspections",
     .kind = &kind_gap,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct jurisdiction, inspection),
     .about = "Time from one inspection to the next, 1 min or more on average; inspections find "
              "violations of its duties."},
    {.name = "grace",
     .kind = &kind_dist,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct jurisdiction, grace),
     .about = "Time from a finding to pressure, to put things right; none when not stated."},
    {.name = "pressure",
     .kind = &kind_rows,
     .form = &pressure_form,
     .offset = offsetof(struct jurisdiction, pressure),
     .count = offsetof(struct jurisdiction, pressures),
     .about = "What it does when a duty stays violated or a request is refused."},
    {.name = "interference",
     .kind = &kind_form,
     .form = &interference_form,
     .offset = offsetof(struct jurisdiction, interference),
     .about = "Foreign sites are unreachable from it from time to time."},
};

/* Every jurisdiction has a row for every instrument; those it lists become available. */
static void
jurisdiction_start(struct read *r, void *row)
{
    struct jurisdiction *j = row;
    const uint32_t count = r->names[SECTION_INSTRUMENTS].count;
    struct instrument *terms = read_alloc(r, count, sizeof *terms);

    j->title = j->is.name;
    j->duty = (struct duty){SIM_NEVER, SIM_NEVER};
    j->inspection = j->grace = dist_constant(0);
    for (uint32_t i = 0; i < count && terms != NULL && r->terms != NULL; i++)
        terms[i] = r->terms[i];
    j->instrument = terms;
}

static void
jurisdiction_finish(struct read *r, const struct node *node, void *row)
{
    struct jurisdiction *j = row;
    struct instrument *terms = (struct instrument *)j->instrument;

    for (uint32_t i = 0; i < r->names[SECTION_INSTRUMENTS].count && terms != NULL; i++)
        if (isnan(terms[i].gag)) /* not listed here, so not settled yet */
            terms[i].gag = gag_not_stated(&terms[i]);
    check_duties(r, node, j);
}

const struct form jurisdiction_form = {
    .what = "jurisdiction",
    .key = jurisdiction_keys,
    .keys = COUNT(jurisdiction_keys),
    .row_bytes = sizeof(struct jurisdiction),
    .named = true,
    .upper = true,
    .most = 64,
    .start = jurisdiction_start,
    .finish = jurisdiction_finish,
};

static void
read_jurisdictions(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const struct node *instruments = node_find(r->document, "instruments");
    const struct frame frame = {.name = "instruments"};
    const struct frame *before = r->frame;
    uint32_t count = 0;

    r->frame = &frame;
    r->terms = instruments == NULL ? NULL : read_rows(r, &instrument_form, instruments, &count);
    r->frame = before;
    kind_rows.read(r, key, node, row);
}

const struct kind kind_jurisdictions = {"a mapping of names", read_jurisdictions, NULL,
                                        INSIDE_ROWS};

/* ---- treaties ---- */

static const struct key treaty_keys[] = {
    {.name = "from",
     .kind = &kind_ref,
     .names = SECTION_JURISDICTIONS,
     .offset = offsetof(struct treaty, from),
     .required = true,
     .about = "The jurisdiction that asks."},
    {.name = "to",
     .kind = &kind_ref,
     .names = SECTION_JURISDICTIONS,
     .offset = offsetof(struct treaty, to),
     .required = true,
     .about = "The jurisdiction that is asked."},
    {.name = "delay",
     .kind = &kind_dist,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct treaty, delay),
     .required = true,
     .about = "From the request to the partner's order, in place of filing and review."},
    {.name = "grant",
     .kind = &kind_number,
     .unit = UNIT_NONE,
     .most = 1,
     .offset = offsetof(struct treaty, grant),
     .about = "Probability that the partner acts; 1 when not stated."},
};

static void
treaty_start(struct read *r, void *row)
{
    struct treaty *treaty = row;

    (void)r;
    treaty->from.i = treaty->to.i = NONE;
    treaty->delay = dist_constant(0);
    treaty->grant = 1;
}

static void
treaty_finish(struct read *r, const struct node *node, void *row)
{
    struct treaty *treaty = row;

    treaty->at = read_where(r, &node->at);
    treaty->source = read_copy(r, node->source);
    if (treaty->from.i != NONE && treaty->from.i == treaty->to.i)
        fault_at(r, node, "to", "must be another jurisdiction than 'from'");
}

const struct form treaty_form = {
    .key = treaty_keys,
    .keys = COUNT(treaty_keys),
    .row_bytes = sizeof(struct treaty),
    .start = treaty_start,
    .finish = treaty_finish,
};

static void
read_treaties(struct read *r, const struct key *key, const struct node *node, void *row)
{
    const struct treaty *treaty;
    uint32_t count;

    kind_list.read(r, key, node, row);
    treaty = *FIELD(key, row, const struct treaty *);
    memcpy(&count, (char *)row + key->count, sizeof count);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t k = 0; k < i; k++)
            if (treaty[i].from.i != NONE && treaty[i].to.i != NONE &&
                treaty[i].from.i == treaty[k].from.i && treaty[i].to.i == treaty[k].to.i)
                fault(r, &node->item[i]->at, "states %s to %s a second time",
                      r->names[SECTION_JURISDICTIONS].name[treaty[i].from.i],
                      r->names[SECTION_JURISDICTIONS].name[treaty[i].to.i]);
}

const struct kind kind_treaties = {"a list", read_treaties, NULL, INSIDE_LIST};
