#ifndef MODEL_BDD_H
#define MODEL_BDD_H

/*
 * Reduced ordered binary decision diagrams of monotone functions, and families of sets beside them.
 *
 * Why a diagram: who can open what is a formula of nested thresholds, and the questions asked of it
 * (all minimal sets, how many there are, the smallest, the exact probability) take time exponential
 * in the members when subsets are tried one by one. On a diagram each is one pass over its nodes,
 * and k-of-n has k (n - k + 1) nodes where it has n over k minimal sets. Diagrams: Bryant 1986,
 * "Graph-based algorithms for Boolean function manipulation". Families of sets, with a reduction of
 * their own, as zero-suppressed diagrams: Minato 1993, "Zero-suppressed BDDs for set manipulation
 * in combinatorial problems". Minimal solutions: Rauzy 1993, "New algorithms for fault trees
 * analysis".
 *
 * Variables are numbers; a lower one stands nearer to the root. The order is the caller's choice.
 * opening.c takes that of first appearance in the formula, so that the members of one threshold
 * stand together; measured there.
 *
 * A function is a `uint32_t`, equal functions have equal numbers, and numbers stay valid until
 * bdd_release: nodes are never freed one by one. Children have lower numbers than their parents.
 * Families share the nodes and the numbers, but not the meaning: each operation says which it
 * takes.
 *
 * Failure is remembered: when memory or the limit of nodes runs out, every operation returns
 * BDD_FALSE from then on, and the caller asks bdd_status once, at the end of a chain.
 */
#include "base/err.h"

#define BDD_FALSE 0u /* of families: none at all */
#define BDD_TRUE  1u /* of families: the empty set alone */

/* About 110 MiB with the tables. Nested thresholds over 64 members stay far below. */
#define BDD_NODES_MOST (UINT32_C(1) << 22)

struct bdd_node {
    uint32_t variable, low, high; /* without the variable, with it */
};

struct bdd_answer {
    uint32_t operation, a, b, c, result;
};

/* Start from `{0}`. */
struct bdd {
    struct bdd_node *node; /* owned; the first two are the constants */
    size_t count, capacity;
    uint32_t *slot;            /* owned: nodes by hash; 0: free */
    struct bdd_answer *answer; /* owned: what was asked before, by hash; the latest stays */
    size_t slots;              /* of both tables: a power of 2 */
    int rc;
};

void bdd_release(struct bdd *b);

/* 0, or what has run out: ERR_MEMORY, or ERR_LIMIT (BDD_NODES_MOST), with a message. */
MUST_CHECK int bdd_status(const struct bdd *b, struct why *why);

uint32_t bdd_variable(struct bdd *b, uint32_t variable);
uint32_t bdd_if(struct bdd *b, uint32_t f, uint32_t then, uint32_t otherwise);
uint32_t bdd_and(struct bdd *b, uint32_t f, uint32_t g);
uint32_t bdd_or(struct bdd *b, uint32_t f, uint32_t g);

/* At least `need` of `count` functions hold, which may share variables. need 0: always. */
uint32_t bdd_at_least(struct bdd *b, uint32_t need, const uint32_t *function, uint32_t count);

/* The function with one variable held fixed (its cofactor). */
uint32_t bdd_restrict(struct bdd *b, uint32_t f, uint32_t variable, bool value);

/*
 * Probability that f holds when variable v does with probability chance[v], all independent:
 * P(f) = p P(f with v) + (1 - p) P(f without v) (Shannon 1938), each node once. NAN after a failure
 * (which bdd_status tells).
 */
double bdd_probability(struct bdd *b, uint32_t f, const double *chance);

/* A node that keeps its own kind of reduction: for families.c only. */
uint32_t bdd_node_of(struct bdd *b, uint32_t variable, uint32_t low, uint32_t high);
/* Answers kept between calls: true when there is one, into `*result`. `operation` is the asker's.
 */
bool bdd_recall(const struct bdd *b, const struct bdd_answer *question, uint32_t *result);
void bdd_remember(struct bdd *b, struct bdd_answer answer);

/* Numbers of operations, in one list so that answers of two are never mixed up. */
enum bdd_operation {
    BDD_IF = 1,
    BDD_RESTRICT_LOW,
    BDD_RESTRICT_HIGH,
    FAMILY_MINIMAL,
    FAMILY_WITHOUT_SOLUTIONS,
    FAMILY_OF_SIZE,
    FAMILY_DIFFERENCE,
    FAMILY_WITH,
    FAMILY_WITHOUT,
};

static inline uint32_t
bdd_top(const struct bdd *b, uint32_t f)
{
    return f <= BDD_TRUE ? UINT32_MAX : b->node[f].variable;
}

#endif
