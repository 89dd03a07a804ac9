#include "scenario/files.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "scenario/yaml.h"

/* A chain of files, each named by the one before: a loop shows as a repeat. */
struct chain {
    const struct chain *up;
    const char *path;
};

static const char *
dir_of(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');

    return arena_text(arena, path, slash == NULL ? 0 : (size_t)(slash - path + (slash == path)));
}

/* dir/path in the arena; `path` alone when it is absolute or `dir` empty. */
static const char *
join(struct arena *arena, const char *dir, const char *path)
{
    const size_t length = strlen(dir);

    if (path[0] == '/' || length == 0)
        return arena_text(arena, path, strlen(path));
    char *joined = arena_alloc(arena, length + strlen(path) + 2, 1);
    if (joined != NULL)
        sprintf(joined, "%s%s%s", dir, dir[length - 1] == '/' ? "" : "/", path);
    return joined;
}

int
files_open(struct files *files, const char *dir, const char *data_dir, struct why *why)
{
    struct arena *arena = &files->arena;
    size_t n = 0;

    files->dir = arena_text(arena, dir, strlen(dir));
    if (data_dir != NULL) {
        files->data_dir[n++] = arena_text(arena, data_dir, strlen(data_dir));
    } else {
        files->data_dir[n++] = files->dir;
        files->data_dir[n++] = join(arena, dir, "..");
        files->data_dir[n++] = JURISIM_DATADIR;
    }
    for (size_t i = 0; i < n; i++)
        if (files->data_dir[i] == NULL)
            return why_no_memory(why);
    return files->dir == NULL ? why_no_memory(why) : 0;
}

/* Names of files that differ in "./" and doubled slashes only are one file. */
static bool
same_path(const char *a, const char *b)
{
    for (;;) {
        while (a[0] == '.' && a[1] == '/')
            a += 2;
        while (b[0] == '.' && b[1] == '/')
            b += 2;
        while (*a == *b && *a != '\0' && *a != '/') {
            a++;
            b++;
        }
        if (*a != *b || *a == '\0')
            return *a == *b;
        a += strspn(a, "/");
        b += strspn(b, "/");
    }
}

static const struct file *
file_find(const struct files *files, const char *name)
{
    for (size_t i = 0; i < files->file.count; i++)
        if (same_path(files->file.item[i].name, name))
            return &files->file.item[i];
    return NULL;
}

/* The file a `where` points into. */
static const char *
dir_of_place(const struct files *files, const struct where *at)
{
    for (size_t i = 0; i < files->file.count; i++)
        if (at != NULL && files->file.item[i].name == at->file)
            return files->file.item[i].dir;
    return files->dir;
}

/* A file's name in the arena; the same pointer for the same file. */
static int
file_add(struct files *files, const char *name, const char *dir, const char **kept, struct why *why)
{
    const struct file *known = file_find(files, name);

    if (known == NULL) {
        struct file *file;

        if (VEC_ROOM(&files->file) < 0)
            return why_no_memory(why);
        file = &files->file.item[files->file.count];
        file->name = arena_text(&files->arena, name, strlen(name));
        file->dir =
            dir != NULL ? arena_text(&files->arena, dir, strlen(dir)) : dir_of(&files->arena, name);
        if (file->name == NULL || file->dir == NULL)
            return why_no_memory(why);
        files->file.count++;
        known = file;
    }
    *kept = known->name;
    return 0;
}

/* Where a relative path leads to: the first folder that has it, else NULL. */
static const char *
locate(const struct files *files, struct arena *arena, const char *path, const struct where *at)
{
    const char *folders[2 + COUNT(files->data_dir)] = {dir_of_place(files, at), files->dir};

    memcpy(folders + 2, files->data_dir, sizeof files->data_dir);
    for (size_t i = 0; i < COUNT(folders) && folders[i] != NULL; i++) {
        const char *full = join(arena, folders[i], path);

        if (full != NULL && access(full, R_OK) == 0)
            return full;
    }
    return NULL;
}

static int
read_bytes(struct text *text, const char *path, const struct where *at, struct why *why)
{
    struct why inner = {0};
    int rc = text_read_file(text, path, &inner);

    if (rc == 0 && strlen(text_str(text)) != text->length) {
        const struct where bad = {path, 0, 0};
        rc = why_add(&inner, ERR_INPUT, &bad, "holds a zero byte: it is no text");
    }
    if (rc < 0 && at != NULL && inner.count > 0)
        rc = why_add(why, rc, at, "%s", inner.fault[0].text);
    else
        why_take(why, &inner);
    why_release(&inner);
    return rc;
}

static void
log_text(struct text *log, const char *name, const char *text)
{
    /* its own name only: the same files are the same scenario wherever they lie */
    const char *slash = strrchr(name, '/');

    text_addf(log, "# %s\n%s\n", slash != NULL ? slash + 1 : name, text);
}

static int read_file(struct files *files, const struct chain *up, const char *path,
                     const struct where *at, struct node **out, struct why *why);

/* A file that `node` names: merged under or over. */
static int
read_named(struct files *files, const struct chain *chain, const struct node *node,
           struct node **out, struct why *why)
{
    struct arena scratch = {0};
    int rc;

    if (node->kind != NODE_SCALAR) {
        rc = why_add(why, ERR_INPUT, &node->at, "must be the name of a file");
    } else {
        const char *path = locate(files, &scratch, node->text, &node->at);

        if (path == NULL)
            rc = why_add(why, ERR_INPUT, &node->at, "file '%s' is not there", node->text);
        else
            rc = read_file(files, chain, path, &node->at, out, why);
    }
    arena_release(&scratch);
    return rc;
}

static int
merge_over(struct files *files, struct node **under, struct node *over, struct why *why)
{
    if (over == NULL)
        return 0;
    if (*under == NULL) {
        *under = over;
        return 0;
    }
    *under = node_merge(&files->arena, *under, over, why);
    return *under == NULL ? ERR_MEMORY : 0;
}

/* Keeps the first failure but goes on: all faults in one go. */
static void
note_failure(int *rc, int now)
{
    if (*rc == 0)
        *rc = now;
}

/* What `key` (base or include) names, a file or a list of files, merged one over the other. */
static int
read_below(struct files *files, const struct chain *chain, const struct node *doc, const char *key,
           struct node **under, struct why *why)
{
    const struct node *names = node_find(doc, key);
    int rc = 0;

    if (names == NULL)
        return 0;
    const bool list = names->kind == NODE_LIST;
    for (uint32_t i = 0; i < (list ? names->count : 1); i++) {
        struct node *read = NULL;

        note_failure(&rc, read_named(files, chain, list ? names->item[i] : names, &read, why));
        if (rc == 0)
            note_failure(&rc, merge_over(files, under, read, why));
    }
    return rc;
}

/* The document without `base` and `include`, over what these name. */
static int
merge_document(struct files *files, const struct chain *chain, struct node *doc, struct node **out,
               struct why *why)
{
    static const char *const below[] = {"base", "include"};
    struct node *under = NULL;
    int rc = 0;

    if (doc->kind != NODE_MAP)
        return why_add(why, ERR_INPUT, &doc->at, "a scenario must be a mapping of sections");
    for (size_t i = 0; i < COUNT(below); i++)
        note_failure(&rc, read_below(files, chain, doc, below[i], &under, why));
    for (size_t i = 0; i < COUNT(below) && rc == 0; i++) {
        if (node_find(doc, below[i]) != NULL)
            doc = node_with_entry(&files->arena, doc, below[i], NULL, NULL);
        if (doc == NULL)
            return why_no_memory(why);
    }
    if (rc < 0)
        return rc;
    if (under == NULL) /* nulls are looked at all the same */
        under = node_empty_map(&files->arena, &doc->at);
    if (under == NULL)
        return why_no_memory(why);
    *out = under;
    return merge_over(files, out, doc, why);
}

static int
read_text(struct files *files, const struct chain *chain, const char *name, const char *text,
          struct node **out, struct why *why)
{
    const struct yaml_text yaml = {.file = name, .text = text, .length = strlen(text)};
    struct node *doc = NULL;
    int rc = yaml_read(&doc, &files->arena, &yaml, &files->warnings, why);

    if (rc < 0)
        return rc;
    if (doc == NULL) {
        const struct where at = {name, 0, 0};
        return why_add(why, ERR_INPUT, &at, "is empty");
    }
    return merge_document(files, chain, doc, out, why);
}

static int
read_file(struct files *files, const struct chain *up, const char *path, const struct where *at,
          struct node **out, struct why *why)
{
    struct text text = {0};
    struct chain chain = {.up = up};
    bool known = file_find(files, path) != NULL;
    int rc;

    for (const struct chain *c = up; c != NULL; c = c->up)
        if (same_path(c->path, path))
            return why_add(why, ERR_INPUT, at, "'%s' leads back to itself", path);
    rc = file_add(files, path, NULL, &chain.path, why);
    if (rc == 0)
        rc = read_bytes(&text, path, at, why);
    if (rc == 0 && !known)
        log_text(&files->text, chain.path, text_str(&text));
    if (rc == 0)
        rc = read_text(files, &chain, chain.path, text_str(&text), out, why);
    text_release(&text);
    return rc;
}

int
files_read(struct files *files, const char *name, const char *text, struct node **out,
           struct why *why)
{
    struct chain chain = {0};
    int rc;

    *out = NULL;
    if (text == NULL)
        return read_file(files, NULL, name, NULL, out, why);
    rc = file_add(files, name, files->dir, &chain.path, why);
    if (rc < 0)
        return rc;
    log_text(&files->text, name, text);
    return read_text(files, &chain, chain.path, text, out, why);
}

int
files_read_override(struct files *files, const char *name, const char *text, struct node **out,
                    struct why *why)
{
    struct yaml_text yaml = {.text = text, .length = strlen(text)};
    int rc = file_add(files, name, files->dir, &yaml.file, why);

    if (rc < 0)
        return rc;
    log_text(&files->text, name, text);
    rc = yaml_read(out, &files->arena, &yaml, NULL, why);
    if (rc == 0 && *out == NULL) { /* "PATH=" deletes, as `PATH: null` does */
        *out = arena_alloc(&files->arena, 1, sizeof **out);
        if (*out == NULL)
            return why_no_memory(why);
        (*out)->at = (struct where){yaml.file, 0, 0};
    }
    return rc;
}

int
files_read_shipped(struct files *files, const char *path, struct node **out, struct why *why)
{
    struct arena scratch = {0};
    const char *full = locate(files, &scratch, path, NULL);
    int rc = 0;

    *out = NULL;
    if (full != NULL)
        rc = read_file(files, NULL, full, NULL, out, why);
    arena_release(&scratch);
    return rc;
}

static size_t
table_find(const struct files *files, const char *path)
{
    size_t i = 0;

    while (i < files->table.count && !same_path(files->table.item[i].path, path))
        i++;
    return i;
}

static int
table_add(struct files *files, const char *path, const struct where *at, struct why *why)
{
    struct text text = {0};
    struct table *table;
    int rc;

    if (VEC_ROOM(&files->table) < 0)
        return why_no_memory(why);
    table = &files->table.item[files->table.count];
    table->path = arena_text(&files->arena, path, strlen(path));
    rc = table->path == NULL ? why_no_memory(why) : read_bytes(&text, path, at, why);
    if (rc == 0)
        rc = csv_read(&table->csv, &files->arena, table->path, text_str(&text), why);
    if (rc == 0) {
        files->table.count++;
        log_text(&files->data, path, text_str(&text));
    }
    text_release(&text);
    return rc;
}

static int
table_name_add(struct files *files, const char *path, const char *dir, size_t table,
               struct why *why)
{
    const char *kept = arena_text(&files->arena, path, strlen(path));

    if (kept == NULL || VEC_ROOM(&files->table_name) < 0)
        return why_no_memory(why);
    files->table_name.item[files->table_name.count++] = (struct table_name){kept, dir, table};
    return 0;
}

const struct table *
files_table(const struct files *files, const char *path, const struct where *at)
{
    const char *dir = dir_of_place(files, at);

    for (size_t i = 0; i < files->table_name.count; i++) {
        const struct table_name *name = &files->table_name.item[i];

        if (strcmp(name->path, path) == 0 && strcmp(name->dir, dir) == 0)
            return &files->table.item[name->table];
    }
    return NULL;
}

int
files_read_table(struct files *files, const char *path, const struct where *at, struct why *why)
{
    struct arena scratch = {0};
    const char *full;
    int rc = 0;

    if (files_table(files, path, at) != NULL)
        return 0;
    full = locate(files, &scratch, path, at);
    if (full == NULL)
        rc = why_add(why, ERR_INPUT, at, "file '%s' is not there", path);
    else if (table_find(files, full) == files->table.count)
        rc = table_add(files, full, at, why);
    if (rc == 0)
        rc = table_name_add(files, path, dir_of_place(files, at), table_find(files, full), why);
    arena_release(&scratch);
    return rc;
}

int
files_read_matrix(struct files *files, const char *path, const struct where *at, struct why *why)
{
    int rc = files_read_table(files, path, at, why);
    const char *dir = dir_of_place(files, at);

    for (size_t i = 0; i < files->table_name.count && rc == 0; i++) {
        const struct table_name *name = &files->table_name.item[i];
        struct table *table = &files->table.item[name->table];

        if (strcmp(name->path, path) == 0 && strcmp(name->dir, dir) == 0 && table->matrix == NULL)
            rc = matrix_read(&table->matrix, &files->arena, table->path, &table->csv, why);
    }
    return rc;
}

void
files_close(struct files *files)
{
    free(files->file.item);
    free(files->table.item);
    free(files->table_name.item);
    text_release(&files->text);
    text_release(&files->data);
    why_release(&files->warnings);
    arena_release(&files->arena);
}
