#include "study/executor.h"

#include <string.h>
#include <unistd.h>

static const struct executor *const executor_table[] = {
    &executor_threads,
};

const struct executor *
executor_find(const char *name)
{
    for (size_t i = 0; i < COUNT(executor_table); i++) {
        if (strcmp(executor_table[i]->name, name) == 0)
            return executor_table[i];
    }
    return NULL;
}

unsigned
executor_workers(unsigned workers, size_t pieces)
{
    if (workers == 0) {
        const long cores = sysconf(_SC_NPROCESSORS_ONLN);

        workers = cores > 0 ? (unsigned)cores : 1;
    }
    if (workers > pieces)
        workers = pieces > 0 ? (unsigned)pieces : 1;
    return workers;
}
