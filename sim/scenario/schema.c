#include "scenario/schema.h"

#include <stdio.h>
#include <string.h>
#include "scenario/read.h"

/* ---- layout ---- */

enum { WIDTH = 100 };

/* Behind the bracket that closes the one at `s`. */
static const char *
behind_group(const char *s)
{
    bool quoted = false;
    int depth = 0;

    for (;; s++) {
        if (*s == '"' && s[-1] != '\\')
            quoted = !quoted;
        else if (!quoted && (*s == '{' || *s == '['))
            depth++;
        else if (!quoted && (*s == '}' || *s == ']') && --depth == 0)
            return s + 1;
    }
}

/* How many bytes the last line has. */
static int
column_of(const struct text *out)
{
    const char *newline = out->length > 0 ? strrchr(out->s, '\n') : NULL;

    return newline == NULL ? (int)out->length : (int)(out->s + out->length - newline - 1);
}

/* Adds the group at `s`: on one line when it fits, else an entry a line. Returns what is behind. */
static const char *
add_group(struct text *out, const char *s, int depth)
{
    const char *end = behind_group(s);
    bool quoted = false;

    if (end - s <= WIDTH - column_of(out)) {
        text_add_bytes(out, s, (size_t)(end - s));
        return end;
    }
    text_add_bytes(out, s++, 1);
    text_addf(out, "\n%*s", depth * 2 + 2, "");
    while (s < end - 1 && !out->lost) {
        if (*s == '"' && s[-1] != '\\')
            quoted = !quoted;
        if (!quoted && (*s == '{' || *s == '[')) {
            s = add_group(out, s, depth + 1);
        } else if (!quoted && *s == ',') {
            text_addf(out, ",\n%*s", depth * 2 + 2, "");
            s += s[1] == ' ' ? 2 : 1;
        } else {
            text_add_bytes(out, s++, 1);
        }
    }
    text_addf(out, "\n%*s", depth * 2, "");
    text_add_bytes(out, end - 1, 1);
    return end;
}

/* ---- values ---- */

static const struct {
    const char *name;    /* of the definition */
    const char *pattern; /* of the text; NULL: a bare number will do */
} units[] = {
    [UNIT_NONE] = {"number", NULL},
    [UNIT_COUNT] = {"count", "^[0-9.eE+-]+ *[kMG]?$"},
    [UNIT_SECONDS] = {"duration", "^[0-9.eE+-]+ *(ns|us|ms|s|min|h|d|y)$"},
    [UNIT_BYTES] = {"size", "^[0-9.eE+-]+ *(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$"},
    [UNIT_BITRATE] = {"bit-rate", "^[0-9.eE+-]+ *[kMG]?bit/s$"},
    [UNIT_PER_SECOND] = {"rate", "^[0-9.eE+-]+ *[kMG]? per [0-9.eE+-]+ *(ns|us|ms|s|min|h|d|y)$"},
};

static void
add_words(struct text *out, const struct key *key)
{
    text_add(out, "{\"anyOf\": [{\"enum\": [");
    for (size_t i = 0; key->word[i] != NULL; i++)
        text_addf(out, "%s\"%s\"", i > 0 ? ", " : "", key->word[i]);
    text_add(out, "]}, {\"$ref\": \"#/$defs/choice\"}]}");
}

static void
add_value(struct text *out, const struct key *key)
{
    for (const char *s = key->kind->json; *s != '\0'; s++) {
        if (strncmp(s, "%w", 2) == 0)
            add_words(out, key);
        else if (strncmp(s, "%u", 2) == 0)
            text_addf(out, "{\"$ref\": \"#/$defs/%s\"}", units[key->unit].name);
        else if (strncmp(s, "%d", 2) == 0)
            text_addf(out, "{\"$ref\": \"#/$defs/%s-distribution\"}", units[key->unit].name);
        else
            text_add_bytes(out, s, 1);
        s += *s == '%';
    }
}

/* ---- forms ---- */

static void add_form(struct text *out, const struct form *form);

static void
add_inside(struct text *out, const struct key *key)
{
    if (key->kind->json != NULL) {
        add_value(out, key);
    } else if (key->kind->inside == INSIDE_FORM) {
        add_form(out, key->form);
    } else if (key->kind->inside == INSIDE_LIST) {
        text_add(out, "{\"type\": \"array\", \"items\": ");
        add_form(out, key->form);
        text_add(out, "}");
    } else {
        text_addf(out,
                  "{\"type\": \"object\", \"properties\": {\"source\": {\"type\": \"string\"}, "
                  "\"note\": {\"type\": \"string\"}}, \"patternProperties\": {\"%s\": ",
                  key->form->upper ? "^[A-Z0-9][A-Z0-9-]*$"
                                   : "^(?!(source|note)$)[a-z0-9][a-z0-9-]*$");
        add_form(out, key->form);
        text_add(out, "}, \"additionalProperties\": false}");
    }
}

static void
add_key(struct text *out, const struct key *key)
{
    struct text inside = {0};

    add_inside(&inside, key);
    text_addf(out, "\"%s\": {\"description\": \"%s\", %s, ", key->name, key->about,
              text_str(&inside) + (inside.length > 0)); /* within the same braces */
    out->lost = out->lost || inside.lost;
    text_release(&inside);
}

/* Nothing is required where a scenario may rest on a base, and null deletes what the base has. */
static void
add_form(struct text *out, const struct form *form)
{
    text_add(out, "{\"type\": [\"object\", \"null\"], \"properties\": {");
    for (uint32_t i = 0; i < form->keys; i++)
        add_key(out, &form->key[i]);
    if (form->top)
        text_add(out, "\"include\": {\"description\": \"Files of shared tables, merged below this "
                      "one.\", \"$ref\": \"#/$defs/names\"}, \"base\": {\"description\": \"The "
                      "scenario this one starts from.\", \"type\": \"string\"}, ");
    text_add(out, "\"source\": {\"description\": \"What the figures here rest on.\", \"type\": "
                  "\"string\"}, \"note\": {\"description\": \"For people; ignored.\", \"type\": "
                  "\"string\"}}, \"additionalProperties\": false}");
}

/* ---- definitions ---- */

static void
add_distribution(struct text *out, enum unit unit)
{
    text_addf(out,
              "\"%s-distribution\": {\"description\": \"A constant, or one of the families.\", "
              "\"anyOf\": [{\"$ref\": \"#/$defs/%s\"}",
              units[unit].name, units[unit].name);
    for (size_t i = 0; i < DIST_KINDS; i++) {
        const struct dist_family *family = &dist_family[i];

        if (i == DIST_CONSTANT)
            continue;
        text_addf(out, ", {\"type\": \"object\", \"required\": [\"%s\"], \"properties\": {\"%s\": ",
                  family->name, family->name);
        if (i == DIST_EMPIRICAL) {
            text_add(out, "{\"type\": \"string\"}");
        } else if (i == DIST_MIXTURE) {
            text_addf(out,
                      "{\"type\": \"array\", \"items\": {\"type\": \"object\", \"required\": "
                      "[\"weight\", \"of\"], \"properties\": {\"weight\": {\"$ref\": "
                      "\"#/$defs/number\"}, \"of\": {\"$ref\": \"#/$defs/%s-distribution\"}}}}",
                      units[unit].name);
        } else {
            text_add(out, "{\"type\": \"object\", \"additionalProperties\": false, "
                          "\"properties\": {");
            for (int k = 0; k < family->parameters; k++)
                text_addf(out, "%s\"%s\": {\"$ref\": \"#/$defs/%s\"}", k > 0 ? ", " : "",
                          family->parameter[k], units[family->in_unit[k] ? unit : UNIT_NONE].name);
            text_add(out, "}}");
        }
        text_add(out, "}, \"additionalProperties\": false}");
    }
    text_add(out, "]}, ");
}

static void
add_unit(struct text *out, enum unit unit)
{
    text_addf(out, "\"%s\": {\"description\": \"%s\", \"anyOf\": [", units[unit].name,
              unit_about(unit));
    if (unit == UNIT_NONE || unit == UNIT_COUNT)
        text_add(out, "{\"type\": \"number\"}, ");
    if (units[unit].pattern != NULL)
        text_addf(out, "{\"type\": \"string\", \"pattern\": \"%s\"}, ", units[unit].pattern);
    text_addf(out,
              "{\"type\": \"object\", \"required\": [\"uncertain\"], \"properties\": "
              "{\"uncertain\": {\"$ref\": \"#/$defs/%s-distribution\"}}, "
              "\"additionalProperties\": false}]}, ",
              units[unit].name);
}

static const char fixed_definitions[] =
    "\"choice\": {\"description\": \"One of several names, by weight, drawn for each world.\", "
    "\"type\": \"object\", \"required\": [\"choice\"], \"properties\": {\"choice\": {\"type\": "
    "\"object\", \"minProperties\": 1, \"additionalProperties\": {\"$ref\": \"#/$defs/number\"}}}, "
    "\"additionalProperties\": false}, "
    "\"name\": {\"anyOf\": [{\"type\": \"string\"}, {\"$ref\": \"#/$defs/choice\"}]}, "
    "\"names\": {\"anyOf\": [{\"$ref\": \"#/$defs/name\"}, {\"type\": \"array\", \"items\": "
    "{\"$ref\": \"#/$defs/name\"}}]}, "
    "\"date\": {\"type\": \"string\", \"pattern\": "
    "\"^[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}Z)?$\"}, "
    "\"formula\": {\"description\": \"A name; a list: any one of them; all; or any k of.\", "
    "\"anyOf\": [{\"$ref\": \"#/$defs/name\"}, {\"type\": \"array\", \"minItems\": 1, \"items\": "
    "{\"$ref\": \"#/$defs/formula\"}}, {\"type\": \"object\", \"required\": [\"all\"], "
    "\"properties\": {\"all\": {\"type\": \"array\", \"items\": {\"$ref\": \"#/$defs/formula\"}}}, "
    "\"additionalProperties\": false}, {\"type\": \"object\", \"required\": [\"any\", \"of\"], "
    "\"properties\": {\"any\": {\"$ref\": \"#/$defs/number\"}, \"of\": {\"type\": \"array\", "
    "\"items\": {\"$ref\": \"#/$defs/formula\"}}}, \"additionalProperties\": false}]}, "
    "\"cost\": {\"description\": \"A measured cost by its name.\", \"type\": \"object\", "
    "\"required\": [\"cost\"], \"properties\": {\"cost\": {\"$ref\": \"#/$defs/name\"}}, "
    "\"additionalProperties\": false}, "
    "\"costs\": {\"type\": \"object\", \"properties\": {\"machine\": {\"type\": \"object\"}, "
    "\"source\": {\"type\": \"string\"}, \"note\": {\"type\": \"string\"}}, "
    "\"additionalProperties\": {\"type\": \"object\", \"properties\": {\"each\": {\"$ref\": "
    "\"#/$defs/duration\"}, \"bulk\": {\"type\": \"array\", \"minItems\": 2, \"items\": {\"type\": "
    "\"array\", \"prefixItems\": [{\"$ref\": \"#/$defs/size\"}, {\"$ref\": "
    "\"#/$defs/duration\"}], \"minItems\": 2, \"maxItems\": 2}}, \"source\": {\"type\": "
    "\"string\"}, \"note\": {\"type\": \"string\"}}, \"additionalProperties\": false}}";

void
scenario_schema(struct text *out)
{
    struct text json = {0};

    text_add(&json, "{\"$schema\": \"https://json-schema.org/draft/2020-12/schema\", "
                    "\"title\": \"jurisim scenario\", \"$ref\": \"#/$defs/scenario\", "
                    "\"$defs\": {\"scenario\": ");
    add_form(&json, &document_form);
    text_add(&json, ", ");
    for (size_t i = 0; i < COUNT(units); i++) {
        add_unit(&json, (enum unit)i);
        add_distribution(&json, (enum unit)i);
    }
    text_add(&json, fixed_definitions);
    text_add(&json, "}}");
    if (!json.lost)
        add_group(out, text_str(&json), 0);
    text_add(out, "\n");
    out->lost = out->lost || json.lost;
    text_release(&json);
}
