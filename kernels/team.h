// A team of threads that run the same function and meet at barriers between its phases. They come
// from a pool of threads that sleep while there is no work.
#pragma once

namespace glassnet {

class Team {
public:
    // Takes `size` - 1 threads from the pool, beside the caller's. The team is smaller where the
    // system refuses more threads, and never larger than 64.
    explicit Team(int size);
    ~Team();
    Team(const Team&) = delete;
    Team& operator=(const Team&) = delete;

    int size() const { return size_; }

    // Calls function(argument, thread) on every thread of the team, the caller being thread 0, and
    // returns when all calls have returned.
    void parallel(void (*function)(void* argument, int thread), void* argument);

    // Returns when every thread of the team has called it.
    void barrier(int thread);

private:
    struct Worker;
    friend struct ThreadPool;

    void leave_shared_core(int thread);

    static constexpr int max_threads_ = 64;
    Worker* workers_ = nullptr;  // a linked list
    int size_ = 1;
    int cores_[max_threads_];  // the core that each thread runs on
    // Each on its own cache line: threads poll them while others work.
    alignas(64) int arrived_ = 0;
    alignas(64) int generation_ = 0;
};

}  // namespace glassnet
