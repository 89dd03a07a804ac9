#include "report/table.h"
#include "base/mem.h"
#include <math.h>
#include <stdio.h>
#include <string.h>

void
table_start(struct table *table, const char *alignment)
{
    for (; *alignment != '\0' && table->columns < TABLE_COLUMNS; alignment++)
        table->left[table->columns++] = *alignment == 'l';
}

void
table_cell(struct table *table, const char *cell)
{
    text_add_bytes(&table->cells, cell, strlen(cell) + 1);
    table->count++;
}

static void
pad(struct text *out, size_t count)
{
    for (size_t i = 0; i < count; i++)
        text_add(out, " ");
}

int
table_write(const struct table *table, struct text *out)
{
    size_t width[TABLE_COLUMNS] = {0};
    const char *cell = text_str(&table->cells);

    if (table->cells.lost)
        return ERR_MEMORY;
    for (size_t i = 0; i < table->count; i++, cell += strlen(cell) + 1)
        if (strlen(cell) > width[i % table->columns])
            width[i % table->columns] = strlen(cell);
    cell = text_str(&table->cells);
    for (size_t i = 0; i < table->count; i++, cell += strlen(cell) + 1) {
        const unsigned c = (unsigned)(i % table->columns);
        const bool last = c + 1 == table->columns;
        const size_t gap = width[c] - strlen(cell);

        if (!table->left[c])
            pad(out, gap);
        text_add(out, cell);
        if (table->left[c] && !last)
            pad(out, gap);
        text_add(out, last ? "\n" : "  ");
    }
    return out->lost ? ERR_MEMORY : 0;
}

void
table_release(struct table *table)
{
    text_release(&table->cells);
    *table = (struct table){0};
}

void
number_short(double value, struct text *out)
{
    static const struct {
        double from;
        const char *suffix;
    } scale[] = {{1e15, "P"}, {1e12, "T"}, {1e9, "G"}, {1e6, "M"}};
    const double size = fabs(value);

    if (isnan(value)) {
        text_add(out, "-");
        return;
    }
    for (size_t i = 0; i < COUNT(scale); i++)
        if (size >= scale[i].from) {
            text_addf(out, "%.4g %s", value / scale[i].from, scale[i].suffix);
            return;
        }
    if (size >= 999.5) /* where three digits would round to 1e+03 */
        text_addf(out, "%.0f", value);
    else
        text_addf(out, "%.3g", value);
}

void
estimate_short(const struct estimate *e, struct text *out)
{
    number_short(e->mean, out);
    if (isnan(e->low) || isnan(e->high))
        return;
    text_add(out, " [");
    number_short(e->low, out);
    text_add(out, ", ");
    number_short(e->high, out);
    text_add(out, "]");
}
