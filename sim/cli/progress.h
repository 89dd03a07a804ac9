#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

/* A progress bar on stderr: drawn on a terminal, nothing in a pipe. */
#include "study/study.h"

/* Start from `{0}`. */
struct progress_bar {
    bool drawn;
};

/* A study's report callback; `self` is a struct progress_bar. */
void progress_show(void *self, const struct progress *progress);

/* Clears the line. */
void progress_end(struct progress_bar *bar);

#endif
