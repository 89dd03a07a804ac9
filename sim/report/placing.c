#include "report/placing.h"
#include "base/mem.h"
#include <math.h>

enum { ROUNDS = 4, ORDERS = 32, ORDERS_OF_MANY = 4, MANY = 24 };

/* Directions from the point to the label in the order in which readers expect it (Imhof,
 * "Positioning names on maps", 1975: right and above first), and distances, in gaps. */
static const struct {
    int x, y;
    double dislike;
} side[] = {{1, 0, 0},   {1, 1, 0.2},  {1, -1, 0.4}, {-1, 0, 0.6},
            {0, 1, 0.8}, {0, -1, 0.9}, {-1, 1, 1.0}, {-1, -1, 1.2}};
static const double distance[] = {1, 2.5, 5, 8, 12};
static const double dislike_of_distance[] = {0, 3, 6, 10, 15};

static struct box
box_of(const struct placing *p)
{
    return (struct box){p->centre_x - p->width / 2, p->centre_y - p->height / 2,
                        p->centre_x + p->width / 2, p->centre_y + p->height / 2};
}

/* The share of the smaller box that the other covers. */
static double
overlap(const struct box *a, const struct box *b)
{
    const double w = fmin(a->right, b->right) - fmax(a->left, b->left);
    const double h = fmin(a->top, b->top) - fmax(a->bottom, b->bottom);
    const double area_a = (a->right - a->left) * (a->top - a->bottom);
    const double area_b = (b->right - b->left) * (b->top - b->bottom);

    return w > 0 && h > 0 ? w * h / fmin(area_a, area_b) : 0;
}

static bool
is_inside(const struct box *a, const struct box *b)
{
    return a->left >= b->left && a->right <= b->right && a->bottom >= b->bottom && a->top <= b->top;
}

/* A touch costs half, a cover all. */
static double
cost_of(const struct placing *label, size_t labels, size_t self, const struct obstacle *obstacle,
        size_t obstacles, const struct box *inside, double *hidden)
{
    const struct box own = box_of(&label[self]);
    double cost = is_inside(&own, inside) ? 0 : 10 * COST_POINT;

    *hidden = cost;
    for (size_t i = 0; i < obstacles; i++) {
        const double part = overlap(&own, &obstacle[i].box);
        const double of_this = part > 0 ? obstacle[i].cost * (0.5 + part / 2) : 0;

        cost += of_this;
        if (obstacle[i].cost >= COST_POINT)
            *hidden += of_this;
    }
    for (size_t i = 0; i < labels; i++) {
        if (i == self || !label[i].placed)
            continue;
        const struct box other = box_of(&label[i]);
        const double part = overlap(&own, &other);

        cost += part > 0 ? COST_POINT * (0.5 + part / 2) : 0;
        *hidden += part;
    }
    return cost;
}

/* What the place it takes costs. */
static double
place_one(struct placing *label, size_t labels, size_t self, const struct obstacle *obstacle,
          size_t obstacles, const struct box *inside, double gap)
{
    struct placing *p = &label[self], best = *p;
    double least = INFINITY;

    for (size_t d = 0; d < COUNT(distance); d++)
        for (size_t s = 0; s < COUNT(side); s++) {
            const double away = gap * distance[d] * (side[s].x != 0 && side[s].y != 0 ? 0.7 : 1);
            double hidden;

            p->centre_x = p->x + side[s].x * (away + p->width / 2);
            p->centre_y = p->y + side[s].y * (away + p->height / 2);
            p->apart = d > 0;
            const double cost = side[s].dislike + dislike_of_distance[d] +
                                cost_of(label, labels, self, obstacle, obstacles, inside, &hidden);

            p->hides = hidden > 0;
            if (cost < least) {
                least = cost;
                best = *p;
            }
        }
    *p = best;
    p->placed = true;
    return least;
}

/* Turns in the order given first, then shuffled (Fisher and Yates; Knuth's MMIX numbers, the same
 * every time). */
static void
take_turns(struct placing *label, size_t labels, unsigned order)
{
    uint64_t state = order;

    for (size_t i = 0; i < labels; i++) {
        label[i].placed = false;
        label[i].turn = i;
    }
    for (size_t i = labels; i > 1 && order > 0; i--) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const size_t k = (state >> 33) % i, turn = label[k].turn;

        label[k].turn = label[i - 1].turn;
        label[i - 1].turn = turn;
    }
}

/* Places all, several times over; what that costs. */
static double
place_all(unsigned order, struct placing *label, size_t labels, const struct obstacle *obstacle,
          size_t obstacles, const struct box *inside, double gap)
{
    double cost = 0;

    take_turns(label, labels, order);
    for (int round = 0; round < ROUNDS; round++) {
        cost = 0;
        for (size_t i = 0; i < labels; i++)
            cost += place_one(label, labels, label[i].turn, obstacle, obstacles, inside, gap);
    }
    return cost;
}

void
placing_solve(struct placing *label, size_t labels, const struct obstacle *obstacle,
              size_t obstacles, const struct box *inside, double gap)
{
    const unsigned orders = labels > MANY ? ORDERS_OF_MANY : ORDERS;
    double least = INFINITY;
    unsigned best = 0;

    for (unsigned order = 0; order < orders; order++) {
        const double cost = place_all(order, label, labels, obstacle, obstacles, inside, gap);

        if (cost < least) {
            least = cost;
            best = order;
        }
    }
    place_all(best, label, labels, obstacle, obstacles, inside, gap);
}

/*
 * With each label's distance from the first, when they stand as close as they can, taken off, what
 * is sought must only not fall: isotonic regression. Its value at i is the greatest over a <= i of
 * the least over b >= i of the mean from a to b (Robertson, Wright and Dykstra, "Order Restricted
 * Statistical Inference", 1988, theorem 1.4.4).
 */
static double
isotonic(const double *wanted, const double *height, size_t count, double squeeze, size_t i)
{
    double greatest = -INFINITY, before_a = 0;

    for (size_t a = 0; a <= i; a++) {
        double least = INFINITY, sum = 0, before = before_a;

        for (size_t b = a; b < count; b++) {
            sum += wanted[b] - before;
            if (b >= i)
                least = fmin(least, sum / (double)(b - a + 1));
            if (b + 1 < count)
                before += squeeze * (height[b] + height[b + 1]) / 2;
        }
        greatest = fmax(greatest, least);
        if (a + 1 < count)
            before_a += squeeze * (height[a] + height[a + 1]) / 2;
    }
    return greatest;
}

void
placing_spread(const double *wanted, const double *height, size_t count, double low, double high,
               double *middle)
{
    double total = 0, before = 0;

    for (size_t i = 0; i < count; i++)
        total += height[i];
    if (count == 0)
        return;
    const double squeeze = total > high - low ? (high - low) / total : 1;
    const double first = low + squeeze * height[0] / 2;
    const double last = first + fmax(high - low - total, 0);

    for (size_t i = 0; i < count; i++) {
        middle[i] = before + fmax(first, fmin(last, isotonic(wanted, height, count, squeeze, i)));
        if (i + 1 < count)
            before += squeeze * (height[i] + height[i + 1]) / 2;
    }
}
