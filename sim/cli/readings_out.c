/* What holds under which reading of contested law, for people and as JSON. */
#include "cli/beside.h"
#include "report/compare.h"
#include "report/run_json.h"

const char reading_as_stated[] = "as stated";
const char *const standing_name[3] = {
    [STANDING_SAME] = "same", [STANDING_UNCLEAR] = "unclear", [STANDING_BELOW] = "below"};

/* The verdict on a conclusion: reading 0 is the law as stated, i the (i - 1)-th reading. */
static enum verdict
verdict_under(const struct readings *r, size_t conclusion, uint32_t i)
{
    const struct judgement *stated = r->conclusion[conclusion].stated;

    if (i == 0)
        return stated->verdict;
    for (size_t k = 0; k < r->item[i - 1].judged.count; k++) {
        const struct judgement *j = &r->item[i - 1].judged.item[k];

        if (j->claim == stated->claim && j->strategy == stated->strategy)
            return j->verdict;
    }
    return VERDICT_UNDECIDED;
}

static const char *
reading_name(const struct readings *r, uint32_t i)
{
    return i == 0 ? reading_as_stated : r->item[i - 1].reading->is.name;
}

static void
write_claim(const struct beside *b, const struct judgement *j, struct text *out)
{
    text_addf(out, "  %s: ", b->run->legend.strategy[j->strategy]);
    claim_words(j->claim, b->run->model, &b->run->legend, out);
}

/* " (holds: as stated, narrow; fails: wide)" */
static void
write_verdicts(const struct readings *r, size_t conclusion, struct text *out)
{
    const enum verdict stated = verdict_under(r, conclusion, 0);
    const char *before = " (";
    uint32_t same = 1;

    while (same <= r->count && verdict_under(r, conclusion, same) == stated)
        same++;
    if (same > r->count) {
        text_addf(out, " (%s under all)\n", verdict_name[stated]);
        return;
    }
    for (unsigned v = VERDICT_HOLDS; v <= VERDICT_UNDECIDED; v++) {
        const char *gap = ": ";

        for (uint32_t i = 0; i <= r->count; i++) {
            if (verdict_under(r, conclusion, i) != (enum verdict)v)
                continue;
            if (gap[0] == ':')
                text_addf(out, "%s%s", before, verdict_name[v]);
            text_addf(out, "%s%s", gap, reading_name(r, i));
            gap = ", ";
            before = "; ";
        }
    }
    text_add(out, ")\n");
}

static size_t
count_agreement(const struct readings *r, enum agreement agreement)
{
    size_t n = 0;

    for (size_t i = 0; i < r->conclusions; i++)
        n += r->conclusion[i].holds == agreement;
    return n;
}

static void
write_conclusions(const struct beside *b, enum agreement agreement, const char *heading,
                  struct text *out)
{
    const struct readings *r = &b->readings;

    if (count_agreement(r, agreement) == 0)
        return;
    text_addf(out, "%s\n", heading);
    for (size_t i = 0; i < r->conclusions; i++) {
        if (r->conclusion[i].holds != agreement)
            continue;
        write_claim(b, r->conclusion[i].stated, out);
        if (agreement == AGREE_ALL)
            text_add(out, "\n");
        else
            write_verdicts(r, i, out);
    }
}

static void
write_ranking(const struct beside *b, const struct ranking *ranking, struct text *out)
{
    static const char *const sign[] = {
        [STANDING_SAME] = " = ", [STANDING_UNCLEAR] = " ~ ", [STANDING_BELOW] = " < "};

    for (uint32_t i = 0; i < ranking->count; i++)
        text_addf(out, "%s%s", i == 0 ? "" : sign[ranking->place[i]],
                  b->run->legend.strategy[ranking->strategy[i]]);
    text_add(out, "\n");
}

static void
write_order(const struct beside *b, struct text *out)
{
    const struct readings *r = &b->readings;
    const struct legend *legend = &b->run->legend;

    if (r->stated.count < 2)
        return;
    text_addf(out, "Strategies by %s%s%s, from least to most (~: not told apart): %s\n",
              metric_table[r->metric].name, legend->front_to != NONE ? " to " : "",
              legend->front_to != NONE ? legend->name[LABEL_AUTHORITY][legend->front_to] : "",
              r->same_order ? "no two that are told apart change places"
                            : "some change places between readings");
    for (uint32_t i = 0; i <= r->count; i++) {
        text_addf(out, "  %s: ", reading_name(r, i));
        write_ranking(b, i == 0 ? &r->stated : &r->item[i - 1].ranking, out);
    }
}

void
readings_text(const struct beside *b, struct text *out)
{
    const struct readings *r = &b->readings;

    text_addf(out, "\nReadings of contested law: the scenario's as stated, and %u more", r->count);
    text_addf(out, " (%zu legal%s", r->legal, r->traffic > 0 ? "" : " replications each)\n");
    if (r->traffic > 0)
        text_addf(out, " and %zu traffic replications each)\n", r->traffic);
    for (uint32_t i = 0; i < r->count; i++) {
        const struct reading *reading = r->item[i].reading;

        text_addf(out, "  %s%s%s\n", reading->is.name, reading->because != NULL ? ": " : "",
                  reading->because != NULL ? reading->because : "");
    }
    text_addf(out, "Conclusions: %zu hold under all, %zu under some, %zu under none\n",
              count_agreement(r, AGREE_ALL), count_agreement(r, AGREE_SOME),
              count_agreement(r, AGREE_NONE));
    write_conclusions(b, AGREE_ALL, "Hold under all:", out);
    write_conclusions(b, AGREE_SOME, "Depend on the reading:", out);
    write_conclusions(b, AGREE_NONE, "Hold under none:", out);
    write_order(b, out);
}

/* ---- JSON ---- */

static void
json_claim(const struct beside *b, const struct judgement *j, struct json *json)
{
    struct text words = {0};

    claim_words(j->claim, b->run->model, &b->run->legend, &words);
    json_string(json, "strategy", b->run->legend.strategy[j->strategy]);
    json_string(json, "claim", text_str(&words));
    json->out->lost |= words.lost;
    text_release(&words);
}

static void
json_conclusions(const struct beside *b, const char *name, enum agreement agreement,
                 struct json *json)
{
    static const char *const member[] = {"holds", "fails", "undecided"};
    const struct readings *r = &b->readings;

    json_open(json, name, '[');
    for (size_t i = 0; i < r->conclusions; i++) {
        if (r->conclusion[i].holds != agreement)
            continue;
        json_open(json, NULL, '{');
        json_claim(b, r->conclusion[i].stated, json);
        for (unsigned v = VERDICT_HOLDS; v <= VERDICT_UNDECIDED; v++) {
            json_open(json, member[v], '[');
            for (uint32_t k = 0; k <= r->count; k++)
                if (verdict_under(r, i, k) == (enum verdict)v)
                    json_string(json, NULL, reading_name(r, k));
            json_close(json, ']');
        }
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void
json_ranking(const struct beside *b, const struct ranking *ranking, struct json *json)
{
    json_open(json, "order", '[');
    for (uint32_t i = 0; i < ranking->count; i++) {
        json_open(json, NULL, '{');
        json_string(json, "name", b->run->legend.strategy[ranking->strategy[i]]);
        json_string(json, "before", i == 0 ? NULL : standing_name[ranking->place[i]]);
        json_close(json, '}');
    }
    json_close(json, ']');
}

void
readings_json(const struct beside *b, struct json *json)
{
    const struct readings *r = &b->readings;
    const struct model *model = b->run->model;

    json_open(json, "readings", '[');
    for (uint32_t i = 0; i < r->count; i++) {
        const struct reading_result *result = &r->item[i];

        json_open(json, NULL, '{');
        json_string(json, "name", result->reading->is.name);
        json_string(json, "because", result->reading->because);
        json_string(json, "source", result->reading->is.source);
        run_json_judgements(json, "expect", model, &result->judged, true);
        run_json_judgements(json, "require", model, &result->judged, false);
        json_ranking(b, &result->ranking, json);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_conclusions(b, "holds_under_all", AGREE_ALL, json);
    json_conclusions(b, "holds_under_some", AGREE_SOME, json);
    json_conclusions(b, "holds_under_none", AGREE_NONE, json);
    json_open(json, "ranking", '{');
    json_string(json, "metric", metric_table[r->metric].name);
    json_bool(json, "same_under_all", r->same_order);
    json_ranking(b, &r->stated, json);
    json_close(json, '}');
}
