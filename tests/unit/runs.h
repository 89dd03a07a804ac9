#ifndef RUNS_H
#define RUNS_H

/* Databases of small runs (records.h), for tests. What fails, fails the test. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <cmocka.h>
#include "records.h"
#include "store/store.h"

/* Files of one test, in a folder of its own. */
struct folder {
    char path[64];
    char db[96];
};

/* Set-up and tear-down: *state is a new `struct folder`, dropped with all that is in it. */
int runs_make_folder(void **state);
int runs_drop_folder(void **state);

/* How many files the folder holds: a journal or lock left behind would be one more. */
int runs_count_files(const struct folder *f);

struct run_identity runs_identity(uint32_t legal, uint32_t traffic);

/* Opens and fails the test with the messages when it cannot. */
struct store *runs_open(const char *path, enum store_mode mode, uint32_t legal, uint32_t traffic);

/* Opening must fail with one message that holds each of these texts, and the path. */
void runs_assert_refused(const char *path, enum store_mode mode, const struct run_identity *id,
                         int code, const char *one, const char *other);

/* Puts the trial that records_make makes. */
void runs_put(struct store *store, enum plane plane, uint64_t replication);

/* The bytes of all trials as the store gives them, one after another. */
struct bytes {
    unsigned char *item;
    size_t count, capacity;
    size_t trials, stop_after;
    enum plane plane;
    uint64_t replication;
};

/* Adds a trial's bytes; `self` is a struct bytes. Trials must come in the order of store_each. */
int runs_gather(void *self, const struct recording *recording);

/* What the store gives, and what it must give; the caller frees `item`. */
struct bytes runs_bytes(struct store *store);
struct bytes runs_expected(uint32_t legal, uint32_t traffic);
void runs_assert_holds(struct store *store, uint32_t legal, uint32_t traffic);

/* Adds a trial to a struct outcome. */
int runs_add(void *self, const struct recording *recording);

/* Finishes with the estimates of what is there. */
void runs_finish(struct store *store, const struct judgement_list *judgements);

/* One number from the file, or a change of it, through SQLite alone. */
double runs_ask(const char *path, const char *sql);
void runs_tell(const char *path, const char *sql);

/* Starts a child that puts legal trials, and kills it with SIGKILL once it has put `after`. */
void runs_put_and_be_killed(const char *path, uint32_t most, int after);

#endif
