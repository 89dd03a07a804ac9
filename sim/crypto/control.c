/* Work that is no cryptography: see operation.h. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/buffer.h"
#include "crypto/operation.h"

struct copy {
    unsigned char *from, *to;
    size_t bytes;
};

static void
copy_release(void *work)
{
    struct copy *copy = work;

    if (!copy)
        return;
    free(copy->from);
    free(copy->to);
    free(copy);
}

static int
copy_prepare(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    struct copy *copy = calloc(1, sizeof *copy);

    (void)op;
    *work = NULL;
    if (!copy)
        return why_no_memory(why);
    copy->bytes = bytes;
    copy->from = buffer_new(bytes);
    copy->to = buffer_new(bytes);
    if (!copy->from || !copy->to) {
        copy_release(copy);
        return why_no_memory(why);
    }
    *work = copy;
    return 0;
}

static int
copy_run(void *work, struct why *why)
{
    struct copy *copy = work;

    (void)why;
    memcpy(copy->to, copy->from, copy->bytes);
    return 0;
}

static int
copy_verify(const struct operation *op, struct why *why)
{
    void *work;
    struct copy *copy;
    int rc = copy_prepare(op, 4096, &work, why);

    if (rc < 0)
        return rc;
    copy = work;
    memset(copy->to, 0, copy->bytes);
    rc = copy_run(copy, why);
    if (rc == 0 && memcmp(copy->from, copy->to, copy->bytes) != 0)
        rc = why_add(why, ERR_CRYPTO, NULL, "%s: the copy differs", op->name);
    copy_release(copy);
    return rc;
}

/*
 * x <- a x + c modulo 2^64, with the constants of Knuth's MMIX generator (The Art of Computer
 * Programming, volume 2, 3.3.4): each step waits for the one before, so the chain runs at the
 * latency of a multiplication and an addition whatever else the processor can do side by side.
 */
#define SPIN_STEPS 1000
#define SPIN_A     6364136223846793005ULL
#define SPIN_C     1442695040888963407ULL

struct spin {
    uint64_t x;
};

static int
spin_prepare(const struct operation *op, size_t bytes, void **work, struct why *why)
{
    (void)op;
    (void)bytes;
    *work = calloc(1, sizeof(struct spin));
    return *work ? 0 : why_no_memory(why);
}

static int
spin_run(void *work, struct why *why)
{
    struct spin *spin = work;
    uint64_t x = spin->x;

    (void)why;
    for (int i = 0; i < SPIN_STEPS; i++)
        x = SPIN_A * x + SPIN_C;
    spin->x = x;
    return 0;
}

/* Against squaring the affine map: 10 compositions instead of 1000 steps. */
static int
spin_verify(const struct operation *op, struct why *why)
{
    struct spin spin = {.x = 42};
    uint64_t a = SPIN_A, c = SPIN_C, x = 42;

    for (unsigned steps = SPIN_STEPS; steps; steps >>= 1) {
        if (steps & 1)
            x = a * x + c;
        c = a * c + c;
        a = a * a;
    }
    if (spin_run(&spin, why) < 0 || spin.x != x)
        return why_add(why, ERR_CRYPTO, NULL, "%s: the chain ended elsewhere", op->name);
    return 0;
}

const struct operation control_operations[] = {
    {.name = "memory-copy",
     .about = "copy an object in memory (control)",
     .backend = "libc",
     .mode = "control",
     .bulk = true,
     .verify = copy_verify,
     .prepare = copy_prepare,
     .run = copy_run,
     .release = copy_release},
    {.name = "spin",
     .about = "1000 dependent multiplications (control)",
     .backend = "cpu",
     .mode = "control",
     .verify = spin_verify,
     .prepare = spin_prepare,
     .run = spin_run,
     .release = free},
    {0},
};
