#include "crypto/cycles.h"

#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

void
cycles_open(struct cycles *cycles)
{
    struct perf_event_attr wanted = {
        .type = PERF_TYPE_HARDWARE,
        .size = sizeof wanted,
        .config = PERF_COUNT_HW_CPU_CYCLES,
        .exclude_kernel = 1,
        .exclude_hv = 1,
        .read_format = PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING,
    };

    cycles->fd = (int)syscall(SYS_perf_event_open, &wanted, 0, -1, -1, (long)PERF_FLAG_FD_CLOEXEC);
}

void
cycles_close(struct cycles *cycles)
{
    if (cycles->fd >= 0)
        close(cycles->fd);
    cycles->fd = -1;
}

bool
cycles_read(const struct cycles *cycles, uint64_t *count)
{
    uint64_t got[3]; /* count, time enabled, time running */

    if (cycles->fd < 0 || read(cycles->fd, got, sizeof got) != (ssize_t)sizeof got)
        return false;
    *count = got[0];
    return got[0] > 0 && got[1] == got[2];
}
