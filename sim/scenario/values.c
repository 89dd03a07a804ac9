/* Values of a form: text, names, numbers with units, dates, references. */
#include "scenario/read.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* ---- names, and what is chosen by name ---- */

static bool
is_fixed(const struct read *r, const struct node *node)
{
    return r->fixed != NULL && node->unknown == r->fixed->unknown &&
           node->entity == r->fixed->entity;
}

/* The part of all probability below what holds in this world. */
static double
draw_uniform(struct read *r, const struct node *node)
{
    struct stream stream;

    if (is_fixed(r, node))
        return r->fixed->quantile;
    stream_open(&stream, r->seed, r->world, PURPOSE_UNCERTAIN, node->entity, node->unknown);
    return stream_uniform(&stream);
}

/* The mean of an uncertain value, or its draw in this world. */
static double
draw_unknown(struct read *r, const struct node *node, const struct dist *dist)
{
    struct stream stream;

    if (is_fixed(r, node))
        return dist_quantile(dist, r->fixed->quantile);
    if (is_central(r))
        return dist_mean(dist);
    stream_open(&stream, r->seed, r->world, PURPOSE_UNCERTAIN, node->entity, node->unknown);
    return dist_draw(dist, &stream);
}

static void
tell_probe(struct read *r, const struct node *node, double value, enum unit unit, const char *name)
{
    if (r->probe != NULL && is_fixed(r, node))
        *r->probe = (struct probe){true, value, unit, name};
}

/* Weights of the alternatives, summed; 0 after a fault. */
static double
read_weights(struct read *r, const struct node *choices, double *weight, uint32_t most)
{
    static const struct key key = {.name = "weight", .unit = UNIT_NONE};
    double sum = 0;
    bool good = true;

    if (choices->count > most) {
        fault_limit(r, &choices->at, "has %u alternatives; at most %u are possible", choices->count,
                    most);
        return 0;
    }
    for (uint32_t i = 0; i < choices->count; i++) {
        const struct frame frame = frame_key(r, choices->entry[i].name);
        const struct frame *before = r->frame;

        r->frame = &frame;
        good = read_number(r, &key, choices->entry[i].value, &weight[i]) && good;
        r->frame = before;
        sum += weight[i];
    }
    if (good && sum <= 0)
        fault(r, &choices->at, "needs a weight above 0");
    return good ? sum : 0;
}

/* The alternative that holds: the heaviest at the means, else by chance. */
static uint32_t
choose(struct read *r, const struct node *node, const double *weight, uint32_t count, double sum)
{
    const bool heaviest = is_central(r) && !is_fixed(r, node);
    double left = heaviest ? 0 : draw_uniform(r, node) * sum;
    uint32_t best = 0;

    if (heaviest) {
        for (uint32_t i = 1; i < count; i++)
            best = weight[i] > weight[best] ? i : best;
        return best;
    }
    for (uint32_t i = 0; i < count; i++) {
        best = weight[i] > 0 ? i : best; /* rounding must not choose what cannot be */
        if (weight[i] > 0 && left < weight[i])
            return i;
        left -= weight[i];
    }
    return best;
}

enum { CHOICES_MAX = 64 };

static bool
read_choice(struct read *r, const struct key *key, const struct node *node, take_name *take,
            void *field)
{
    const struct node *choices = node->entry[0].value;
    double weight[CHOICES_MAX] = {0};
    bool good = true;

    if (r->certain) {
        fault(r, &node->at, "cannot be a choice");
        return false;
    }
    if (choices->kind != NODE_MAP || choices->count == 0) {
        fault_kind(r, choices, "one or more names with their weights");
        return false;
    }
    const double sum = read_weights(r, choices, weight, CHOICES_MAX);
    if (sum <= 0)
        return false;
    /* All are tried, so that a wrong name is found whether or not it is drawn. */
    for (uint32_t i = 0; i < choices->count; i++)
        good = take(r, key, choices->entry[i].name, &choices->entry[i].at, field) && good;
    const struct entry *chosen = &choices->entry[choose(r, node, weight, choices->count, sum)];
    tell_probe(r, node, 0, UNIT_NONE, chosen->name);
    return good && take(r, key, chosen->name, &chosen->at, field);
}

static bool
is_choice(const struct node *node)
{
    return node->kind == NODE_MAP && node->count == 1 && strcmp(node->entry[0].name, "choice") == 0;
}

bool
read_name(struct read *r, const struct key *key, const struct node *node, take_name *take,
          void *field)
{
    if (is_choice(node))
        return read_choice(r, key, node, take, field);
    if (node->kind != NODE_SCALAR) {
        fault_kind(r, node, key->kind != NULL ? key->kind->name : "a name");
        return false;
    }
    return take(r, key, node->text, &node->at, field);
}

/* ---- text, truth, words ---- */

static bool
take_text(struct read *r, const struct key *key, const char *name, const struct where *at,
          void *field)
{
    const char *copy = read_copy(r, name);

    (void)key;
    (void)at;
    memcpy(field, &copy, sizeof copy);
    return copy != NULL;
}

static void
read_text_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_name(r, key, node, take_text, FIELD(key, row, char));
}

static bool
take_bool(struct read *r, const struct key *key, const char *name, const struct where *at,
          void *field)
{
    const bool yes = strcmp(name, "true") == 0;

    (void)key;
    if (!yes && strcmp(name, "false") != 0) {
        fault(r, at, "must be true or false, got '%s'", name);
        return false;
    }
    memcpy(field, &yes, sizeof yes);
    return true;
}

static void
read_bool_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_name(r, key, node, take_bool, FIELD(key, row, char));
}

bool
read_word(struct read *r, const struct key *key, const char *name, const struct where *at,
          unsigned *out)
{
    struct text text = {0};
    unsigned i = 0;

    for (; key->word[i] != NULL; i++) {
        if (strcmp(key->word[i], name) == 0) {
            *out = i;
            return true;
        }
    }
    text_addf(&text, "cannot be '%s'", name);
    add_hint(&text, name, key->word, i);
    fault(r, at, "%s", text_str(&text));
    text_release(&text);
    return false;
}

static bool
take_word(struct read *r, const struct key *key, const char *name, const struct where *at,
          void *field)
{
    unsigned i = 0;
    const bool good = read_word(r, key, name, at, &i);

    if (good)
        memcpy(field, &i, sizeof i);
    return good;
}

static void
read_word_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_name(r, key, node, take_word, FIELD(key, row, char));
}

/* ---- numbers ---- */

static bool
has_most(const struct key *key)
{
    return key->most > key->least;
}

/* Says which limit `value` leaves; `got` is what the scenario says. */
static bool
check_limits(struct read *r, const struct key *key, const struct where *at, double value,
             const char *got)
{
    const bool low = key->above ? value <= key->least : value < key->least;
    const bool high = has_most(key) && value > key->most;

    if (!low && !high)
        return true;
    if (has_most(key) && isfinite(key->most))
        fault(r, at, "must be %s %.15g %s %.15g, got %s", key->above ? "above" : "from", key->least,
              key->above ? "and at most" : "to", key->most, got);
    else if (key->above)
        fault(r, at, "must be above %.15g, got %s", key->least, got);
    else if (key->least == 0)
        fault(r, at, "must not be negative, got %s", got);
    else
        fault(r, at, "must be at least %.15g%s, got %s", key->least,
              key->unit == UNIT_SECONDS ? " s" : "", got);
    return false;
}

static bool
is_uncertain(const struct node *node)
{
    return node->kind == NODE_MAP && node->count == 1 &&
           strcmp(node->entry[0].name, "uncertain") == 0;
}

/* An uncertain number must stay in its limits whatever is drawn: a clamp would bend the
 * distribution that the scenario states. */
static bool
check_bounds(struct read *r, const struct key *key, const struct where *at, const struct dist *dist)
{
    char got[64];
    double low, high;

    dist_bounds(dist, &low, &high);
    if (!isfinite(dist_mean(dist))) {
        fault(r, at, "is uncertain without a mean");
        return false;
    }
    snprintf(got, sizeof got, "a distribution that reaches down to %.6g", low);
    if (!check_limits(r, key, at, low + (key->above && low == key->least && high > low ? 1 : 0),
                      got))
        return false;
    if (isinf(high))
        snprintf(got, sizeof got, "a distribution without an upper end");
    else
        snprintf(got, sizeof got, "a distribution that reaches up to %.6g", high);
    return check_limits(r, key, at, high, got);
}

static bool
read_uncertain(struct read *r, const struct key *key, const struct node *node, double *out)
{
    struct key plain = *key; /* limits are told of the whole, not of each parameter */
    struct dist dist;

    if (r->certain) {
        fault(r, &node->at, "cannot be uncertain");
        return false;
    }
    plain.least = 0;
    plain.most = 0;
    plain.above = false;
    if (!read_dist(r, &plain, node->entry[0].value, &dist) ||
        !check_bounds(r, key, &node->at, &dist))
        return false;
    *out = draw_unknown(r, node, &dist);
    tell_probe(r, node, *out, key->unit, NULL);
    return true;
}

bool
read_number(struct read *r, const struct key *key, const struct node *node, double *out)
{
    const char *reason = NULL;
    char got[64];
    double value;

    if (is_uncertain(node))
        return read_uncertain(r, key, node, out);
    if (node->kind != NODE_SCALAR) {
        fault_kind(r, node, unit_about(key->unit));
        return false;
    }
    node_about(node, got);
    if (unit_read(node->text, key->unit, &value, &reason) < 0) {
        fault(r, &node->at, "%s, got %s", reason, got);
        return false;
    }
    if (!check_limits(r, key, &node->at, value, node->text))
        return false;
    *out = value;
    return true;
}

static void
read_number_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_number(r, key, node, FIELD(key, row, double));
}

/* Uncertain counts are drawn and rounded; stated ones must be whole. */
static bool
read_whole(struct read *r, const struct key *key, const struct node *node, double most, double *out)
{
    if (!read_number(r, key, node, out))
        return false;
    if (node->kind == NODE_SCALAR && *out != rint(*out)) {
        fault(r, &node->at, "must be a whole number, got %s", node->text);
        return false;
    }
    *out = rint(*out);
    tell_probe(r, node, *out, key->unit, NULL);
    if (*out > most) {
        fault_limit(r, &node->at, "is at most %.15g, got %.15g", most, *out);
        return false;
    }
    return true;
}

static void
read_whole_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    double value;

    if (read_whole(r, key, node, UINT32_MAX - 1.0, &value))
        *FIELD(key, row, uint32_t) = (uint32_t)value;
}

static void
read_whole64_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    double value;

    if (read_whole(r, key, node, 0x1p53, &value)) /* exact in a double up to here */
        *FIELD(key, row, uint64_t) = (uint64_t)value;
}

/* ---- dates ---- */

bool
read_date(struct read *r, const struct node *node, int64_t *unix_s)
{
    if (node->kind == NODE_SCALAR && date_read(node->text, unix_s) == 0)
        return true;
    fault_kind(r, node, "a date such as 2014-08-08");
    return false;
}

sim_ns
read_instant(struct read *r, int64_t unix_s)
{
    const int64_t s = unix_s - r->starts_unix_s;

    if (s <= 0)
        return 0;
    return s >= SIM_NEVER / NS_PER_S ? SIM_NEVER : s * NS_PER_S;
}

static void
read_date_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    int64_t unix_s;

    if (read_date(r, node, &unix_s))
        *FIELD(key, row, sim_ns) = read_instant(r, unix_s);
}

/* ---- references ---- */

const char *
section_what(enum section section)
{
    const struct form *form = document_form.key[section].form;

    return form != NULL && form->what != NULL ? form->what : "row";
}

uint32_t
name_ordinal(const struct names *names, const char *name)
{
    for (uint32_t i = 0; i < names->count; i++)
        if (strcmp(names->name[i], name) == 0)
            return i;
    return NONE;
}

static bool
take_ref(struct read *r, const struct key *key, const char *name, const struct where *at,
         void *field)
{
    const struct names *names = &r->names[key->names];
    const uint32_t i = name_ordinal(names, name);

    if (i != NONE) {
        memcpy(field, &i, sizeof i);
        return true;
    }
    fault_unknown_name(r, at, name, section_what(key->names), names);
    return false;
}

uint32_t
read_ref(struct read *r, enum section section, const struct node *node)
{
    const struct key key = {.names = section, .kind = &kind_ref};
    uint32_t i = NONE;

    return read_name(r, &key, node, take_ref, &i) ? i : NONE;
}

uint64_t
read_refs(struct read *r, enum section section, const struct node *node)
{
    const bool list = node->kind == NODE_LIST;
    const struct frame *before = r->frame;
    uint64_t mask = 0;

    for (uint32_t i = 0; i < (list ? node->count : 1); i++) {
        const struct frame frame = frame_item(r, i);
        const struct node *item = list ? node->item[i] : node;
        uint32_t row;

        r->frame = list ? &frame : before;
        row = read_ref(r, section, item);
        if (row != NONE && (mask >> row & 1) != 0)
            fault(r, &item->at, "names '%s' a second time", r->names[section].name[row]);
        if (row != NONE)
            mask |= UINT64_C(1) << row;
        r->frame = before;
    }
    return mask;
}

static void
read_ref_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    *FIELD(key, row, uint32_t) = read_ref(r, key->names, node);
}

static void
read_refs_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    *FIELD(key, row, uint64_t) = read_refs(r, key->names, node);
}

/* ---- what stands inside ---- */

static void
read_form_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    read_form(r, key->form, node, FIELD(key, row, char));
}

static void
read_rows_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    uint32_t count = 0;
    void *rows = read_rows(r, key->form, node, &count);

    memcpy(FIELD(key, row, char), &rows, sizeof rows);
    memcpy((char *)row + key->count, &count, sizeof count);
}

static void
read_list_value(struct read *r, const struct key *key, const struct node *node, void *row)
{
    uint32_t count = 0;
    void *rows = read_list(r, key->form, node, &count);

    memcpy(FIELD(key, row, char), &rows, sizeof rows);
    memcpy((char *)row + key->count, &count, sizeof count);
}

const struct kind kind_text = {"text", read_text_value, "{\"type\": \"string\"}", INSIDE_VALUE};
const struct kind kind_bool = {
    "true or false", read_bool_value,
    "{\"anyOf\": [{\"type\": \"boolean\"}, {\"$ref\": \"#/$defs/choice\"}]}", INSIDE_VALUE};
const struct kind kind_word = {"a word", read_word_value, "%w", INSIDE_VALUE};
const struct kind kind_number = {"a number", read_number_value, "%u", INSIDE_VALUE};
const struct kind kind_whole = {"a whole number", read_whole_value, "%u", INSIDE_VALUE};
const struct kind kind_whole64 = {"a whole number", read_whole64_value, "%u", INSIDE_VALUE};
const struct kind kind_date = {"a date", read_date_value, "{\"$ref\": \"#/$defs/date\"}",
                               INSIDE_VALUE};
const struct kind kind_ref = {"a name", read_ref_value, "{\"$ref\": \"#/$defs/name\"}",
                              INSIDE_VALUE};
const struct kind kind_refs = {"a list of names", read_refs_value, "{\"$ref\": \"#/$defs/names\"}",
                               INSIDE_VALUE};
const struct kind kind_form = {"a mapping", read_form_value, NULL, INSIDE_FORM};
const struct kind kind_rows = {"a mapping of names", read_rows_value, NULL, INSIDE_ROWS};
const struct kind kind_list = {"a list", read_list_value, NULL, INSIDE_LIST};
