// A team of threads that walk through the same program and wait for each other between its phases.
#pragma once

#include <cstdint>

namespace glassnet {

class Team {
public:
    explicit Team(int size) : size_(size) {}
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    int size() const { return size_; }

    // Calls work(argument, member) for each member, each on a thread of its own (the caller is
    // member 0), and returns when all have returned.
    void each(void (*work)(void* argument, int member), void* argument);

    // Returns when every member has called it.
    void wait();

private:
    int size_;
    int arrived_ = 0;
    int round_ = 0;
};

}  // namespace glassnet
