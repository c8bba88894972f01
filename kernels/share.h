// How the threads of a team split work.
#pragma once

#include <cstdint>

#include "team.h"

namespace glassnet::GLASSNET_ISA {

// The share of one thread in a loop over `count` items: the contiguous range [begin, end).
struct Share {
    int thread, threads;
    int64_t begin(int64_t count) const { return threads == 1 ? 0 : count * thread / threads; }
    int64_t end(int64_t count) const {
        return threads == 1 ? count : count * (thread + 1) / threads;
    }
};

inline constexpr Share single_thread{0, 1};

// What a function knows about the thread that it runs on: its share of the work, and its team.
struct ThreadContext {
    Share share;
    Team& team;

    void barrier() const { team.barrier(share.thread); }
};

}  // namespace glassnet::GLASSNET_ISA
