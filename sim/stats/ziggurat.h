#ifndef STATS_ZIGGURAT_H
#define STATS_ZIGGURAT_H

/*
 * Layer edges of the ziggurats for exp(-x) and exp(-x^2/2), for stream.c alone: falling from the
 * base layer's width (area over height, beyond the tail's start [1]) to 0; and the density at each.
 * Written by ziggurat.py, which states the method; test_stream checks that all layers have one
 * area.
 */
enum { ZIGGURAT_LAYERS = 256 };

extern const double ziggurat_exponential[ZIGGURAT_LAYERS + 1];
extern const double ziggurat_exponential_height[ZIGGURAT_LAYERS + 1];
extern const double ziggurat_normal[ZIGGURAT_LAYERS + 1];
extern const double ziggurat_normal_height[ZIGGURAT_LAYERS + 1];

#endif
