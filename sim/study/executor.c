#include "study/executor.h"

#include <unistd.h>

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
