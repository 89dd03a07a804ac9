#ifndef CRYPTO_CYCLES_H
#define CRYPTO_CYCLES_H

/*
 * Core cycles of the calling thread in user mode, by the kernel's performance counters. Many
 * virtual machines have none, and the time stamp counter is no substitute: it ticks at its own
 * rate, not the core's. Then there is no number.
 */
#include <stdbool.h>
#include <stdint.h>

struct cycles {
    int fd; /* -1: no counter here */
};

void cycles_open(struct cycles *cycles);
void cycles_close(struct cycles *cycles);

/* Cycles since it was opened; false when there is no counter, or it was not always running. */
bool cycles_read(const struct cycles *cycles, uint64_t *count);

#endif
