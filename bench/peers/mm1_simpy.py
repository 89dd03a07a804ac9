"""M/M/1 at load 0.9 in SimPy: mean time in system over N customers, and the seconds it took."""
import random
import sys
import time

import simpy


def customer(env, server, service, times):
    came = env.now
    with server.request() as turn:
        yield turn
        yield env.timeout(service())
    times.append(env.now - came)


def source(env, server, count, gap, service, times):
    for _ in range(count):
        yield env.timeout(gap())
        env.process(customer(env, server, service, times))


def main():
    count, seed = int(sys.argv[1]), int(sys.argv[2])
    draw = random.Random(seed)
    env = simpy.Environment()
    server = simpy.Resource(env, capacity=1)
    times = []
    env.process(source(env, server, count, lambda: draw.expovariate(0.9),
                       lambda: draw.expovariate(1.0), times))
    start = time.process_time()
    env.run()
    took = time.process_time() - start
    assert len(times) == count
    print(took, sum(times) / count)


main()
