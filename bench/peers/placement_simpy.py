"""placement.yaml in SimPy: mean latency (ms) of N reads, and the seconds it took."""
import random
import sys
import time

import simpy

HIT = 2 / 3


def station(env, servers, mean, draw):
    with servers.request() as turn:
        yield turn
        yield env.timeout(draw.expovariate(1 / mean))


def read(env, replica, keys, draw, times):
    meant = env.now
    yield env.timeout(0.015)                                     # user to gateway
    yield env.timeout(0.005)                                     # gateway to replica
    yield from station(env, replica, 0.004, draw)
    yield env.timeout(0.005)
    if draw.random() >= HIT:
        yield env.timeout(0.060)                                 # gateway to key store
        yield from station(env, keys, 0.005, draw)
        yield env.timeout(0.060)
    yield env.timeout(0.015)
    times.append(env.now - meant)


def users(env, count, replica, keys, draw, times):
    for _ in range(count):
        yield env.timeout(draw.expovariate(2000))
        env.process(read(env, replica, keys, draw, times))


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    draw = random.Random(seed)
    env = simpy.Environment()
    times = []
    env.process(users(env, count, simpy.Resource(env, 12), simpy.Resource(env, 4), draw, times))
    start = time.process_time()
    env.run()
    took = time.process_time() - start
    kept = times[count // 10:]                                   # without warming up
    print(took, 1000 * sum(kept) / len(kept))


main()
