// A team of threads that walk through the same program and wait for each other between its phases.
// Its members come from a pool of threads that sleep while nobody needs them.
#pragma once

namespace glassnet {

class Team {
public:
    // Asks the pool for `size` - 1 threads beside the caller's; where the machine refuses more, or
    // they are more than 64, the team is smaller.
    explicit Team(int size);
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    int size() const { return size_; }

    // Calls work(argument, member) for each member, each on a thread of its own (the caller is
    // member 0), and returns when all have returned.
    void each(void (*work)(void* argument, int member), void* argument);

    // Returns when every member has called it.
    void wait(int member);

private:
    struct Worker;
    friend struct Pool;

    void spread(int member);

    static constexpr int most_ = 64;
    Worker* workers_ = nullptr;  // a list
    int size_ = 1;
    int cores_[most_];  // where each member runs
    // On cache lines of their own: members look at them while others work.
    alignas(64) int arrived_ = 0;
    alignas(64) int round_ = 0;
};

}  // namespace glassnet
