#!/usr/bin/env python3
"""Writes ziggurat.c: edges and heights of layers for stream_exponential and stream_normal.

Marsaglia and Tsang (2000), "The ziggurat method for generating random variables", J. Stat. Softw.
5(8): 256 layers of one area v under a falling density f. The base layer reaches to r and holds
the tail, v = r f(r) + tail(r); above it, f(x[i+1]) = f(x[i]) + v / x[i]. The right r is the one
for which the top layer ends at f(0) = 1; it is found by bisection in 60 digits.

    python3 sim/stats/ziggurat.py > sim/stats/ziggurat.c
"""
from decimal import Decimal as D, getcontext

getcontext().prec = 60
LAYERS = 256


def normal_tail(r):
    """The integral of exp(-x^2/2) from r on, by Laplace's continued fraction."""
    t = r
    for k in range(1500, 0, -1):
        t = r + k / t
    return (-r * r / 2).exp() / t


DENSITIES = {
    "exponential": (lambda x: (-x).exp(), lambda y: -y.ln(), lambda r: (-r).exp()),
    "normal": (lambda x: (-x * x / 2).exp(), lambda y: (-2 * y.ln()).sqrt(), normal_tail),
}


def edges(r, density):
    """The edges for this r, and by how much the top misses f(0); None if it is reached too soon."""
    f, inverse, tail = density
    v = r * f(r) + tail(r)
    x = [v / f(r), r]
    for _ in range(LAYERS - 2):
        y = f(x[-1]) + v / x[-1]
        if y >= 1:
            return None, 1
        x.append(inverse(y))
    return x + [D(0)], f(x[-1]) + v / x[-1] - 1


def solve(density):
    low, high = D(2), D(12)
    for _ in range(150):
        r = (low + high) / 2
        low, high = (r, high) if edges(r, density)[1] > 0 else (low, r)
    return edges(high, density)[0]


def table(name, numbers):
    print(f"\nconst double ziggurat_{name}[ZIGGURAT_LAYERS + 1] = {{")
    words = [repr(x) for x in numbers]
    lines = [", ".join(words[i : i + 4]) for i in range(0, len(words), 4)]
    print("    " + ",\n    ".join(lines) + "};")


def main():
    print("/* Written by ziggurat.py; do not edit. clang-format would give each number a line. */")
    print("/* clang-format off */")
    print('#include "stats/ziggurat.h"')
    for name, density in DENSITIES.items():
        edge = [float(x) for x in solve(density)]
        table(name, edge)
        table(f"{name}_height", [float(density[0](D(x))) for x in edge])  # at the edge as rounded


main()
