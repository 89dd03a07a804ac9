// placement.yaml in SimGrid: mean latency (ms) of N reads, and the seconds it took. An actor a read.
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <simgrid/s4u.hpp>
#include <vector>

namespace sg = simgrid::s4u;

static double cpu_s()
{
    timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return double(t.tv_sec) + 1e-9 * double(t.tv_nsec);
}

static std::mt19937_64 draws;

static double exponential(double mean)
{
    return std::exponential_distribution<double>(1 / mean)(draws);
}

static void station(const sg::SemaphorePtr& servers, double mean)
{
    servers->acquire();
    sg::this_actor::sleep_for(exponential(mean));
    servers->release();
}

int main(int argc, char** argv)
{
    sg::Engine engine(&argc, argv);
    const long count = std::atol(argv[1]);
    draws.seed(std::strtoull(argv[2], nullptr, 10));
    auto* zone = sg::create_full_zone("world");
    auto* host = zone->create_host("host", 1e9);
    zone->seal();
    auto replica = sg::Semaphore::create(12), keys = sg::Semaphore::create(4);
    std::vector<double> times;

    auto read = [&] {
        const double meant = sg::Engine::get_clock();
        sg::this_actor::sleep_for(0.020); // user to gateway to replica
        station(replica, 0.004);
        sg::this_actor::sleep_for(0.005);
        if (std::uniform_real_distribution<double>()(draws) >= 2.0 / 3) {
            sg::this_actor::sleep_for(0.060);
            station(keys, 0.005);
            sg::this_actor::sleep_for(0.060);
        }
        sg::this_actor::sleep_for(0.015);
        times.push_back(sg::Engine::get_clock() - meant);
    };
    sg::Actor::create("users", host, [&] {
        for (long i = 0; i < count; i++) {
            sg::this_actor::sleep_for(exponential(1.0 / 2000));
            sg::Actor::create("read", host, read);
        }
    });
    const double start = cpu_s();
    engine.run();
    const double took = cpu_s() - start;
    double sum = 0;
    const std::size_t from = times.size() / 10;
    for (std::size_t i = from; i < times.size(); i++)
        sum += times[i];
    std::printf("%.6f %.6f\n", took, 1000 * sum / double(times.size() - from));
}
