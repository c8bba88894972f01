#include "team.h"

#include <pthread.h>
#if defined(__linux__)
#include <sched.h>
#endif

#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

namespace glassnet {

// A thread that sleeps until it is given a function to call, again and again.
struct Team::Worker {
    std::thread::native_handle_type handle{};
    std::mutex mutex;
    std::condition_variable changed;
    void (*function)(void*, int) = nullptr;  // null when it has returned
    void* argument = nullptr;
    int thread = 0;
    Team* team = nullptr;
    Worker* next = nullptr;

    void work_loop() {
        std::unique_lock lock(mutex);
        for (;;) {
            changed.wait(lock, [this] { return function != nullptr; });
            lock.unlock();
            restore_affinity();
            team->leave_shared_core(thread);
            function(argument, thread);
            lock.lock();
            function = nullptr;
            changed.notify_all();
        }
    }
    void start(void (*new_function)(void*, int), void* new_argument, int new_thread) {
        const std::lock_guard lock(mutex);
        exclude_core(team->cores_[0]);
        function = new_function;
        argument = new_argument;
        thread = new_thread;
        changed.notify_all();
    }
    void join() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return function == nullptr; });
    }

#if defined(__linux__)
    // Linux may wake a thread on the core of the thread that woke it, where it would wait for
    // milliseconds while another core is idle. So that core is excluded for the moment of waking.
    void exclude_core(int core) {
        if (pthread_getaffinity_np(handle, sizeof affinity, &affinity) != 0) CPU_ZERO(&affinity);
        cpu_set_t others = affinity;
        if (core >= 0 && core < CPU_SETSIZE) CPU_CLR(core, &others);
        if (CPU_COUNT(&others) > 0) pthread_setaffinity_np(handle, sizeof others, &others);
    }
    void restore_affinity() const {
        if (CPU_COUNT(&affinity) > 0) pthread_setaffinity_np(handle, sizeof affinity, &affinity);
    }
    cpu_set_t affinity{};
#else
    void exclude_core(int) {}
    void restore_affinity() const {}
#endif
};

// The idle workers. It lives as long as the process: its threads are never joined.
struct ThreadPool {
    std::mutex mutex;
    Team::Worker* idle = nullptr;

    static ThreadPool*& instance() {
        static ThreadPool* pool = [] {
            // A forked process has none of its parent's threads.
            pthread_atfork(nullptr, nullptr, [] { instance() = new ThreadPool; });
            return new ThreadPool;
        }();
        return pool;
    }

    // An idle worker, or a new one; null where the system refuses another thread.
    Team::Worker* acquire() {
        const std::lock_guard lock(mutex);
        if (Team::Worker* worker = idle) {
            idle = worker->next;
            return worker;
        }
        Team::Worker* worker = new Team::Worker;
        try {
            std::thread thread([worker] { worker->work_loop(); });
            worker->handle = thread.native_handle();
            thread.detach();
        } catch (...) {
            delete worker;
            return nullptr;
        }
        return worker;
    }
    void release(Team::Worker* worker) {
        const std::lock_guard lock(mutex);
        worker->next = idle;
        idle = worker;
    }
};

Team::Team(int size) {
    while (size_ < size && size_ < max_threads_) {
        Worker* worker = ThreadPool::instance()->acquire();
        if (!worker) break;
        worker->team = this;
        worker->next = workers_;
        workers_ = worker;
        ++size_;
    }
}

Team::~Team() {
    while (workers_) {
        Worker* worker = workers_;
        workers_ = worker->next;
        ThreadPool::instance()->release(worker);
    }
}

void Team::parallel(void (*function)(void*, int), void* argument) {
    if (size_ > 1) {
        for (int& core : cores_) core = -1;
        leave_shared_core(0);
    }
    int thread = 0;
    for (Worker* worker = workers_; worker; worker = worker->next)
        worker->start(function, argument, ++thread);
    function(argument, 0);
    for (Worker* worker = workers_; worker; worker = worker->next) worker->join();
}

// Linux may leave two threads on one core for seconds while another core is idle. So a thread that
// shares its core with another one of the team moves to a free core.
void Team::leave_shared_core(int thread) {
#if defined(__linux__)
    const auto core_of = [this](int of) { return std::atomic_ref(cores_[of]); };
    const int here = sched_getcpu();
    core_of(thread).store(here, std::memory_order_relaxed);
    cpu_set_t affinity;
    if (sched_getaffinity(0, sizeof affinity, &affinity) != 0) return;
    cpu_set_t free = affinity;
    bool shared = false;
    for (int other = 0; other < size_; ++other) {
        if (other == thread) continue;
        const int core = core_of(other).load(std::memory_order_relaxed);
        shared |= core == here;
        if (core >= 0 && core < CPU_SETSIZE) CPU_CLR(core, &free);
    }
    if (!shared || CPU_COUNT(&free) == 0) return;
    sched_setaffinity(0, sizeof free, &free);
    sched_setaffinity(0, sizeof affinity, &affinity);
    core_of(thread).store(sched_getcpu(), std::memory_order_relaxed);
#else
    (void)thread;
#endif
}

void Team::barrier(int thread) {
    if (size_ == 1) return;
    // The members are plain integers, because files of every instruction set include the header
    // and may not use templates of the standard library. Hence atomic references.
    std::atomic_ref arrived(arrived_), current(generation_);
    const int generation = current.load(std::memory_order_acquire);
    if (arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == size_) {
        arrived.store(0, std::memory_order_relaxed);
        current.store(generation + 1, std::memory_order_release);
        current.notify_all();
        return;
    }
    // Phases are microseconds apart, so spin first; without the processor's pause instruction,
    // which makes a virtual machine yield the core for longer than a phase takes. After long
    // spinning, sleep: if another program has taken a thread's core, that thread can then run on
    // this one.
    for (int spin = 0; spin < 200000; ++spin)
        if (current.load(std::memory_order_acquire) != generation) return;
    current.wait(generation, std::memory_order_acquire);
    leave_shared_core(thread);
}

}  // namespace glassnet
