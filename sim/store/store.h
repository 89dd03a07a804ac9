#ifndef STORE_STORE_H
#define STORE_STORE_H

/*
 * One run in one SQLite database: the scenario's text and hash, what was asked, every finished
 * trial (one transaction each), and at the end the estimates. Tables and views are described in
 * store/schema.c, for people who open it with other tools. No journal or lock is left behind after
 * store_close; a run that was cut off, even by kill -9, is continued from its last whole trial.
 *
 * Who writes has the file alone until store_close; others wait 2 s and then say so. A store is used
 * by one thread at a time. What a run's database holds does not depend on the order in which its
 * trials came. Messages name the file. A file that is not there to be read, is no run, is damaged,
 * or was made by another version is ERR_INPUT; what the system or another program prevents, ERR_IO.
 */
#include "record/outcome.h"
#include "record/verdict.h"

struct store;

/* What identifies a run: a resumed run must match in all of it, but for the name, and may ask for
 * more replications. Then the run counts as not finished, and its estimates are deleted. */
struct run_identity {
    const char *scenario_name, *scenario_text, *scenario_hash, *version;
    uint64_t seed;
    uint64_t strategies; /* mask */
    uint32_t legal, traffic;
    const char *costs; /* which cost file: "reference", "host: <cpu>" ... */
};

enum store_mode {
    STORE_CREATE,  /* ERR_IO when the file exists */
    STORE_REPLACE, /* an existing run is replaced, of whatever version, and damaged or not; a file
                      that is no run is not; created when there is none */
    STORE_RESUME,  /* the file must hold the same run (else ERR_INPUT, naming every difference);
                      created when there is none, or it is empty */
    STORE_READ,    /* a finished run also in a folder that may not be written */
};

/* `path` NULL: in memory. `identity` and `legend` may be NULL with STORE_READ, and are copied. The
 * caller closes `*out`, which is NULL on failure. */
MUST_CHECK int store_open(struct store **out, const char *path, enum store_mode mode,
                          const struct run_identity *identity, const struct legend *legend,
                          struct why *why);

/*
 * A recording in, in one transaction (ERR_INPUT when it is there already, gives a series twice, or
 * speaks of what the legend does not have); is it there; and all of them out in order: traffic then
 * legal, by replication, one in memory at a time, each as recording_sort left it. A negative result
 * of `each` ends it and is returned. store_put is what a sink calls.
 */
MUST_CHECK int store_put(struct store *store, const struct recording *recording, struct why *why);
MUST_CHECK int store_has(struct store *store, enum plane plane, uint64_t replication, bool *has,
                         struct why *why);
MUST_CHECK int store_each(struct store *store, int (*each)(void *self, const struct recording *),
                          void *self, struct why *why);

/* Writes the estimates, curves and judgements, and marks the run finished. */
MUST_CHECK int store_finish(struct store *store, const struct outcome *outcome,
                            const struct judgement_list *judgements, struct why *why);

/* What was stored: fills the identity (borrows from the store) and a legend (caller releases; its
 * numbers of replications and its seed are the identity's). */
MUST_CHECK int store_identity(struct store *store, struct run_identity *out, bool *finished,
                              struct why *why);
MUST_CHECK int store_legend(struct store *store, struct legend *out, struct why *why);

/* The judgements as stored: calls `each` with verdict word, kind ("expect"/"require") and text. */
MUST_CHECK int store_judgements(struct store *store,
                                int (*each)(void *self, const char *kind, const char *strategy,
                                            const char *verdict, const char *text),
                                void *self, struct why *why);

void store_close(struct store *store);

#endif
