/* Section `custodians`. */
#include "scenario/sections.h"

static const struct key team_keys[] = {
    {.name = "reviewers",
     .kind = &kind_whole,
     .unit = UNIT_COUNT,
     .least = 1,
     .offset = offsetof(struct legal_team, reviewers),
     .required = true,
     .about = "How many requests are reviewed side by side."},
    {.name = "review",
     .kind = &kind_dist,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct legal_team, review),
     .required = true,
     .about = "How long the review of one request takes."},
};

static const struct form team_form = {.key = team_keys, .keys = COUNT(team_keys)};

static const char *const owners[] = {"private", "state", NULL};

/* `owner` is a word, the row wants a truth value. */
static bool
take_owner(struct read *r, const struct key *key, const char *name, const struct where *at,
           void *field)
{
    unsigned owner = 0;
    const struct key words = {.name = key->name, .word = owners};
    const bool good = read_word(r, &words, name, at, &owner);

    *(bool *)field = owner == 1;
    return good;
}

static void
read_owner(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_name(r, key, node, take_owner, FIELD(key, row, bool));
}

static const struct kind kind_owner = {"private or state", read_owner, "%w", INSIDE_VALUE};

#define PROBABILITY .kind = &kind_number, .unit = UNIT_NONE, .most = 1

static const struct key custodian_keys[] = {
    {.name = "home",
     .kind = &kind_ref,
     .names = SECTION_JURISDICTIONS,
     .offset = offsetof(struct custodian, home),
     .required = true,
     .about = "The jurisdiction it is established in."},
    {.name = "branches",
     .kind = &kind_refs,
     .names = SECTION_JURISDICTIONS,
     .offset = offsetof(struct custodian, served_in),
     .about = "Further jurisdictions where it can be served."},
    {.name = "parent",
     .kind = &kind_ref,
     .names = SECTION_CUSTODIANS,
     .offset = offsetof(struct custodian, parent),
     .about = "The custodian that owns it, and so controls what it holds."},
    {.name = "owner",
     .kind = &kind_owner,
     .word = owners,
     .offset = offsetof(struct custodian, state_owned),
     .about = "private (default), or state: owned by the state of its home."},
    {.name = "legal-team",
     .kind = &kind_form,
     .form = &team_form,
     .offset = offsetof(struct custodian, team),
     .about = "Who reviews requests; without it a review takes no time."},
    {.name = "rejects",
     PROBABILITY,
     .offset = offsetof(struct custodian, rejects),
     .about = "Probability that it refuses a request."},
    {.name = "narrows",
     PROBABILITY,
     .offset = offsetof(struct custodian, narrows),
     .about = "Probability that it hands over metadata only."},
    {.name = "challenges",
     PROBABILITY,
     .offset = offsetof(struct custodian, challenges),
     .about = "Probability that it takes a request to court; needs 'court' and 'challenge-wins'."},
    {.name = "court",
     .kind = &kind_dist,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct custodian, court),
     .about = "How long a challenge takes."},
    {.name = "challenge-wins",
     PROBABILITY,
     .offset = offsetof(struct custodian, challenge_wins),
     .about = "Probability that a challenge ends the request."},
    {.name = "appeals",
     PROBABILITY,
     .offset = offsetof(struct custodian, appeals),
     .about = "Probability that it appeals a case it lost; needs 'appeal' and 'appeal-wins'."},
    {.name = "appeal-wins",
     PROBABILITY,
     .offset = offsetof(struct custodian, appeal_wins),
     .about = "Probability that its appeal prevails, which ends the request."},
    {.name = "appeal",
     .kind = &kind_dist,
     .unit = UNIT_SECONDS,
     .offset = offsetof(struct custodian, appeal),
     .about = "How long an appeal takes, whoever brings it."},
};

static void
custodian_start(struct read *r, void *row)
{
    struct custodian *c = row;

    (void)r;
    c->home.i = NONE;
    c->parent.i = NONE;
    c->team = (struct legal_team){1, dist_constant(0)};
    c->court = c->appeal = dist_constant(0);
}

static void
custodian_finish(struct read *r, const struct node *node, void *row)
{
    struct custodian *c = row;

    if (c->home.i != NONE)
        c->served_in |= UINT64_C(1) << c->home.i;
    if (c->challenges > 0 && node_find(node, "court") == NULL)
        fault_at(r, node, "challenges", "needs 'court', how long a challenge takes");
    if (c->challenges > 0 && node_find(node, "challenge-wins") == NULL)
        fault_at(r, node, "challenges", "needs 'challenge-wins', how often one ends the request");
    if (c->appeals > 0 && node_find(node, "appeal") == NULL)
        fault_at(r, node, "appeals", "needs 'appeal', how long an appeal takes");
    if (c->appeals > 0 && node_find(node, "appeal-wins") == NULL)
        fault_at(r, node, "appeals", "needs 'appeal-wins', how often an appeal prevails");
}

const struct form custodian_form = {
    .what = "custodian",
    .key = custodian_keys,
    .keys = COUNT(custodian_keys),
    .row_bytes = sizeof(struct custodian),
    .named = true,
    .most = 64,
    .start = custodian_start,
    .finish = custodian_finish,
};
