/* What would change a requirement, for people and as JSON. */
#include "cli/beside.h"
#include "report/table.h"

static void
write_flip(const struct beside *b, const struct flip *flip, struct text *out)
{
    const struct flip_input *input = &b->flips.input[flip->unknown];

    text_addf(out, "    flips at %s = %s (from %s; ", input->path, flip->value, input->centre);
    if (input->is_choice)
        text_addf(out, "weight %.2g; ", flip->chance);
    else
        text_addf(out, "quantile %.3g; ", flip->quantile);
    text_add(out, "then ");
    number_short(flip->estimate, out);
    text_add(out, ")\n");
}

static void
write_answer(const struct beside *b, const struct flip_answer *a, struct text *out)
{
    text_addf(out, "  %s: ", b->run->legend.strategy[a->strategy]);
    claim_words(a->claim, b->run->model, &b->run->legend, out);
    text_addf(out, ": %s; ", verdict_name[a->verdict]);
    number_short(a->estimate, out);
    text_add(out, " at the centre");
    if (a->holds != (a->verdict == VERDICT_HOLDS))
        text_addf(out, ", where it %s", a->holds ? "holds" : "fails");
    text_add(out, "\n");
    for (size_t i = 0; i < a->flips.count; i++)
        write_flip(b, &a->flips.item[i], out);
}

/* What was looked through, of inputs that something reads. */
static void
write_inputs(const struct beside *b, struct text *out)
{
    for (uint32_t i = 0; i < b->flips.inputs; i++) {
        const struct flip_input *input = &b->flips.input[i];

        if (input->is_choice)
            text_addf(out, "    %s: every alternative\n", input->path);
        else
            text_addf(out, "    %s: from %s to %s\n", input->path, input->low, input->high);
    }
}

void
flips_text(const struct beside *b, struct text *out)
{
    const struct flips *f = &b->flips;
    size_t firm = 0;

    text_add(out, "\nWhat would change a requirement: one input at a time, all others at their "
                  "centre\n");
    if (f->answers.count == 0 || f->inputs == 0) {
        text_add(out, f->inputs == 0 && f->answers.count > 0
                          ? "  nothing: no input of the scenario is uncertain\n"
                          : "  nothing to ask: no requirement is decided\n");
        return;
    }
    for (size_t i = 0; i < f->answers.count; i++) {
        firm += f->answers.item[i].flips.count == 0;
        if (f->answers.item[i].flips.count > 0)
            write_answer(b, &f->answers.item[i], out);
    }
    if (firm > 0)
        text_addf(out, "  No value tried flips %s\n",
                  firm == f->answers.count ? "any of the scenario's requirements."
                                           : "any other requirement.");
    text_addf(out, "  Tried, at %zu points from quantile 0.01 to 0.99:\n", f->points);
    write_inputs(b, out);
}

static void
json_flip(const struct beside *b, const struct flip *flip, struct json *json)
{
    json_open(json, NULL, '{');
    json_string(json, "path", b->flips.input[flip->unknown].path);
    json_string(json, "value", flip->value);
    json_number(json, "quantile", flip->quantile);
    json_number(json, "chance", flip->chance);
    json_number(json, "estimate", flip->estimate);
    json_close(json, '}');
}

void
flips_json(const struct beside *b, struct json *json)
{
    const struct flips *f = &b->flips;

    json_open(json, "flips", '[');
    for (size_t i = 0; i < f->answers.count; i++) {
        const struct flip_answer *a = &f->answers.item[i];
        struct text words = {0};

        claim_words(a->claim, b->run->model, &b->run->legend, &words);
        json_open(json, NULL, '{');
        json_string(json, "strategy", b->run->legend.strategy[a->strategy]);
        json_string(json, "claim", text_str(&words));
        json_string(json, "verdict", verdict_name[a->verdict]);
        json_number(json, "estimate", a->estimate);
        json_bool(json, "holds", a->holds);
        json_open(json, "inputs", '[');
        for (size_t k = 0; k < a->flips.count; k++)
            json_flip(b, &a->flips.item[k], json);
        json_close(json, ']');
        json_close(json, '}');
        json->out->lost |= words.lost;
        text_release(&words);
    }
    json_close(json, ']');
    json_open(json, "flip_inputs", '[');
    for (uint32_t i = 0; i < f->inputs; i++) {
        const struct flip_input *input = &f->input[i];

        json_open(json, NULL, '{');
        json_string(json, "path", input->path);
        json_bool(json, "choice", input->is_choice);
        json_string(json, "centre", input->centre);
        json_string(json, "low", input->low);
        json_string(json, "high", input->high);
        json_close(json, '}');
    }
    json_close(json, ']');
}
