/* Random draws, and the two controls: copying memory, and a chain of multiplications. */
#include <pthread.h>
#include <stdlib.h>

#include "base/mem.h"
#include "cli/bench_engine.h"
#include "crypto/operation.h"
#include "stats/stream.h"

enum { DRAWS = 1000000, COPIES = 8, SPINS = 2000 };

struct drawing {
    const char *name;
    double (*draw)(struct stream *s, uint64_t count);
};

static double
draw_words(struct stream *s, uint64_t count)
{
    uint64_t sum = 0;

    for (uint64_t i = 0; i < count; i++)
        sum += stream_bits(s);
    return (double)sum;
}

static double
draw_uniforms(struct stream *s, uint64_t count)
{
    double sum = 0;

    for (uint64_t i = 0; i < count; i++)
        sum += stream_uniform(s);
    return sum;
}

static double
draw_exponentials(struct stream *s, uint64_t count)
{
    double sum = 0;

    for (uint64_t i = 0; i < count; i++)
        sum += stream_exponential(s);
    return sum;
}

static double
draw_normals(struct stream *s, uint64_t count)
{
    double sum = 0;

    for (uint64_t i = 0; i < count; i++)
        sum += stream_normal(s);
    return sum;
}

static int
drawing_run(void *work, double *value, uint64_t *answer, struct why *why)
{
    const struct drawing *drawing = work;
    volatile double kept; /* so that the draws are made */
    struct stream s;

    (void)why;
    stream_open(&s, 1, 0, PURPOSE_TEST, 0, 0);
    const int64_t start = engine_cpu_ns();

    kept = drawing->draw(&s, DRAWS);
    (void)kept;
    *value = (double)(engine_cpu_ns() - start) / DRAWS;
    *answer = 0;
    return 0;
}

int
engine_bench_draws(const struct engine_plan *plan, struct engine_rows *rows, struct why *why)
{
    static struct drawing drawing[] = {{"word", draw_words},
                                       {"uniform", draw_uniforms},
                                       {"exponential", draw_exponentials},
                                       {"normal", draw_normals}};
    struct engine_group group = {.name = "draw"};

    for (size_t i = 0; i < COUNT(drawing); i++)
        group.item[group.count++] = (struct engine_case){.backend = "philox4x64-10",
                                                         .mode = drawing[i].name,
                                                         .unit = "ns",
                                                         .threads = 1,
                                                         .work = &drawing[i],
                                                         .run = drawing_run};
    return engine_measure(&group, plan, rows, why);
}

/* Controls */

struct control {
    const struct operation *op;
    void *work[64]; /* owned; one a thread */
    uint64_t runs;
    unsigned threads;
};

struct hand {
    struct control *control;
    unsigned number;
    int rc;
};

static void *
hand_work(void *argument)
{
    struct hand *hand = argument;
    struct control *c = hand->control;
    struct why why = {0};

    for (uint64_t i = 0; hand->rc == 0 && i < c->runs; i++)
        hand->rc = c->op->run(c->work[hand->number], &why);
    why_release(&why);
    return NULL;
}

static int
control_run(void *work, double *value, uint64_t *answer, struct why *why)
{
    struct control *c = work;
    struct hand hand[COUNT(c->work)];
    pthread_t thread[COUNT(c->work)];
    const int64_t start = engine_now_ns();
    unsigned begun = 0;
    int rc = 0;

    for (; rc == 0 && begun < c->threads; begun += rc == 0) {
        hand[begun] = (struct hand){c, begun, 0};
        if (pthread_create(&thread[begun], NULL, hand_work, &hand[begun]) != 0)
            rc = why_add(why, ERR_MEMORY, NULL, "cannot begin a thread");
    }
    for (unsigned i = 0; i < begun; i++) {
        pthread_join(thread[i], NULL);
        rc = rc < 0 ? rc : hand[i].rc;
    }
    *value = (double)(c->runs * c->threads) * 1e9 / (double)(engine_now_ns() - start);
    *answer = 0;
    return rc;
}

static void
control_release(void *work)
{
    struct control *c = work;

    for (size_t i = 0; c != NULL && i < COUNT(c->work); i++)
        c->op->release(c->work[i]);
    free(c);
}

/* On one thread and, if there are more, on all. */
static int
add_control(struct engine_group *group, const struct operation *op, size_t bytes, unsigned most,
            struct why *why)
{
    const size_t base = group->count;
    int rc = 0;

    for (unsigned threads = 1; rc == 0 && threads <= most; threads = threads < most ? most : ~0u) {
        struct control *c = calloc(1, sizeof *c);

        if (c == NULL)
            return why_no_memory(why);
        *c = (struct control){.op = op, .runs = op->bulk ? COPIES : SPINS};
        c->threads = threads < COUNT(c->work) ? threads : COUNT(c->work);
        group->item[group->count++] = (struct engine_case){
            op->name, op->mode, "1/s", c->threads, c, control_run, control_release, base};
        for (unsigned i = 0; rc == 0 && i < c->threads; i++)
            rc = op->prepare(op, bytes, &c->work[i], why);
    }
    return rc;
}

int
engine_add_spin(struct engine_group *group, const struct engine_plan *plan, struct why *why)
{
    int rc = 0;

    for (const struct operation *op = control_operations; rc == 0 && op->name != NULL; op++)
        if (!op->bulk)
            rc = add_control(group, op, 0, plan->threads, why);
    return rc;
}

int
engine_bench_controls(const struct engine_plan *plan, struct engine_rows *rows, struct why *why)
{
    const size_t copied = (size_t)16 << 20;
    int rc = 0;

    for (const struct operation *op = control_operations; rc == 0 && op->name != NULL; op++) {
        struct engine_group group = {.name = "control", .size = op->bulk ? copied : 0};

        rc = add_control(&group, op, copied, plan->threads, why);
        if (rc == 0)
            rc = engine_measure(&group, plan, rows, why);
        engine_group_release(&group);
    }
    return rc;
}
