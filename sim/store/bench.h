#ifndef STORE_BENCH_H
#define STORE_BENCH_H

/*
 * Measurements, by machine, in a SQLite database: one of their own, or that of a run. Tables
 * bench_machine, bench_note, bench_row for cryptography and engine_row for the engine
 * (store/schema.c). Measurements are only added; readers take the newest. Messages name the file;
 * failures of the database are ERR_IO.
 */
#include "base/mem.h"

struct bench_row {
    const char *name, *backend, *mode; /* as `jurisim bench crypto` shows them */
    bool bulk, cost, control;
    uint64_t bytes;
    uint32_t threads;
    double median, low, high, p50, p99, p999; /* ns; NAN: not known */
    double cycles;
};

/* One way to do some work, as `jurisim bench engine` shows it. */
struct engine_row {
    const char *name, *backend, *mode, *unit;
    uint64_t size; /* pending events, or bytes of an object; 0: neither */
    uint32_t threads;
    double median, low, high;
    double ratio, ratio_low, ratio_high; /* to another row, round by round; NAN: to none */
};

struct engine_rows {
    struct engine_row *item; /* owned */
    size_t count, capacity;
};

/* One measurement: all rows of one run of the benchmark, of cryptography or of the engine. Start
 * from `{0}`. Texts borrow, or are in the arena of a list that was read. */
struct bench_list {
    const char *cpu, *library, *token, *measured, *program; /* token "": none */
    const char *libraries, *flags;                          /* NULL or "": not known */
    uint32_t cores, rounds, threads;
    bool cpu_time, pinned, unscaled;
    double spin_scaling; /* NAN with one thread */
    struct bench_row *item;
    size_t count, capacity;
    struct engine_rows engine;
    struct arena arena;
};

/* Adds a measurement, all or nothing. Makes the database when it is not there. ERR_INPUT when the
 * file is another program's. */
MUST_CHECK int bench_store(const char *path, const struct bench_list *list, struct why *why);

/* Would bench_store find a place at this path? Looks, and makes nothing. ERR_INPUT when it is a
 * folder, no database or another program's; ERR_IO when it cannot be written. */
MUST_CHECK int bench_check_store(const char *path, struct why *why);

/*
 * The newest measurement of `machine` (its cpu, cores and library; NULL: of any) that has a cost of
 * each of the `count` names (0: any measurement). `*found` false: there is none, and `out` is
 * empty. ERR_INPUT when the file is not there or holds no measurements. bench_release empties it.
 */
MUST_CHECK int bench_newest(const char *path, const struct bench_list *machine,
                            const char *const *names, size_t count, struct bench_list *out,
                            bool *found, struct why *why);

/* The newest measurement of an engine, of any machine; else as bench_newest. */
MUST_CHECK int bench_newest_engine(const char *path, struct bench_list *out, bool *found,
                                   struct why *why);

/* Does the file begin as a SQLite database does? */
bool bench_is_database(const char *path);

void bench_release(struct bench_list *list);

#endif
