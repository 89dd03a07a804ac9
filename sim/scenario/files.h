#ifndef SCENARIO_FILES_H
#define SCENARIO_FILES_H

/*
 * The files of a scenario: the file itself, its base and includes merged to one tree, and the data
 * files it names. All are read once, when the scenario is opened, and kept.
 *
 * A relative path is looked for beside the file that states it, then beside the scenario, then in
 * the folder of shipped facts.
 */
#include "scenario/csv.h"
#include "scenario/matrix.h"
#include "scenario/node.h"

struct file {
    const char *name; /* as in messages; the very pointer of `where.file` */
    const char *dir;  /* its folder, "" for the current one */
};

struct file_list {
    struct file *item;
    size_t count, capacity;
};

struct table {
    const char *path; /* as opened */
    struct csv csv;
    const struct matrix *matrix; /* when it was read as one; else NULL */
};

/* What a path that is stated in some folder leads to: settled once, when the scenario is opened. */
struct table_name {
    const char *path, *dir;
    size_t table;
};

struct table_name_list {
    struct table_name *item;
    size_t count, capacity;
};

struct table_list {
    struct table *item;
    size_t count, capacity;
};

struct files {
    struct arena arena; /* owns trees, names and tables */
    struct file_list file;
    struct table_list table;
    struct table_name_list table_name;
    const char *dir;         /* of the scenario itself */
    const char *data_dir[4]; /* where shipped facts may lie; up to a NULL */
    struct text text;        /* every file read, after its name */
    struct text data;        /* every data file's contents, after its name */
    struct why warnings;
};

/* Sets where to look. `data_dir` NULL: beside the scenario, in the folder above, or installed. */
MUST_CHECK int files_open(struct files *files, const char *dir, const char *data_dir,
                          struct why *why);

/* Reads a scenario with its base and includes. `text` NULL: from the file `name`. */
MUST_CHECK int files_read(struct files *files, const char *name, const char *text,
                          struct node **out, struct why *why);

/* Reads one YAML text that is no file: an override. It is added to the scenario's text. */
MUST_CHECK int files_read_override(struct files *files, const char *name, const char *text,
                                   struct node **out, struct why *why);

/* Reads a shipped file such as facts/costs-reference.yaml; `*out` NULL when there is none. */
MUST_CHECK int files_read_shipped(struct files *files, const char *path, struct node **out,
                                  struct why *why);

/* Reads a data file that `at` names, unless it was read before. Faults are told at `at`. */
MUST_CHECK int files_read_table(struct files *files, const char *path, const struct where *at,
                                struct why *why);

/* The same, for a matrix of round-trip times. */
MUST_CHECK int files_read_matrix(struct files *files, const char *path, const struct where *at,
                                 struct why *why);

/* The data file that `at` names; NULL when it could not be read. Changes nothing. */
const struct table *files_table(const struct files *files, const char *path,
                                const struct where *at);

void files_close(struct files *files);

#endif
