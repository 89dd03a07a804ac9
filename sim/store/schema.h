#ifndef STORE_SCHEMA_H
#define STORE_SCHEMA_H

/* "JSim": SQLite's application_id of a jurisim run. */
#define SCHEMA_APPLICATION 0x4a53696d
/* Counts up with every change of the tables that an older program could not read or write. */
#define SCHEMA_VERSION 2

/* "JSbc": of a database that holds measurements (store/bench.h) and no run. */
#define SCHEMA_BENCH_APPLICATION 0x4a536263

/* A statement for every table and view, with comments for those who open the file with other tools.
 */
extern const char *const schema_sql[]; /* up to a NULL */

/* The tables of what was asked beside a run (store/beside.h), made when the first is kept; they are
 * no part of SCHEMA_VERSION, since a database is whole without them. And what drops them. */
extern const char *const schema_beside_sql[]; /* up to a NULL */
extern const char schema_forget_beside_sql[];

/* The tables of measurements, made when the first is kept, in a run's database too. */
extern const char *const schema_bench_sql[]; /* up to a NULL */
extern const char schema_bench_note_sql[];   /* a table that older databases lack */

/* Deletes what store_finish wrote. */
extern const char schema_unfinish_sql[];

#endif
