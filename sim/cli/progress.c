#include "cli/progress.h"
#include <math.h>
#include <stdio.h>
#include <unistd.h>

enum { BAR_CELLS = 30 };

void
progress_show(void *self, const struct progress *p)
{
    struct progress_bar *bar = self;
    const size_t full = p->total == 0 ? BAR_CELLS : p->done * BAR_CELLS / p->total;
    char cells[BAR_CELLS + 1];

    if (!isatty(STDERR_FILENO))
        return;
    for (size_t i = 0; i < BAR_CELLS; i++)
        cells[i] = i < full ? '#' : '.';
    cells[BAR_CELLS] = '\0';
    fprintf(stderr, "\r[%s] %zu of %zu trials", cells, p->done, p->total);
    if (!isnan(p->left_s))
        fprintf(stderr, ", %.0f s left   ", ceil(p->left_s));
    fflush(stderr);
    bar->drawn = true;
}

void
progress_end(struct progress_bar *bar)
{
    if (bar->drawn)
        fputs("\r\033[K", stderr);
    bar->drawn = false;
}
