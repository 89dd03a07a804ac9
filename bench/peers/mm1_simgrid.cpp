// M/M/1 at load 0.9 in SimGrid: mean time in system over N customers, and the seconds it took.
// Two actors and a semaphore, the least that its interface allows.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <queue>
#include <random>
#include <simgrid/s4u.hpp>

namespace sg = simgrid::s4u;

static double cpu_s()
{
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

int main(int argc, char** argv)
{
    sg::Engine engine(&argc, argv);
    const long count = std::atol(argv[1]);
    std::mt19937_64 random(std::strtoull(argv[2], nullptr, 10));
    std::exponential_distribution<double> gap(0.9), service(1.0);
    std::queue<double> waiting;
    double sum = 0;

    auto* zone = sg::create_full_zone("world");
    auto* host = zone->create_host("host", 1e9);
    zone->seal();
    auto turn = sg::Semaphore::create(0);

    sg::Actor::create("source", host, [&] {
        for (long i = 0; i < count; i++) {
            sg::this_actor::sleep_for(gap(random));
            waiting.push(sg::Engine::get_clock());
            turn->release();
        }
    });
    sg::Actor::create("server", host, [&] {
        for (long i = 0; i < count; i++) {
            turn->acquire();
            sg::this_actor::sleep_for(service(random));
            sum += sg::Engine::get_clock() - waiting.front();
            waiting.pop();
        }
    });
    const double start = cpu_s();
    engine.run();
    std::printf("%.6f %.6f\n", cpu_s() - start, sum / double(count));
}
