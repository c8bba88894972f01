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

// A thread that waits for work, does it, and waits again.
struct Team::Worker {
    std::thread::native_handle_type thread{};
    std::mutex mutex;
    std::condition_variable changed;
    void (*work)(void*, int) = nullptr;  // what to do now; null when done
    void* argument = nullptr;
    int member = 0;
    Team* team = nullptr;
    Worker* next = nullptr;

    void live() {
        std::unique_lock lock(mutex);
        for (;;) {
            changed.wait(lock, [this] { return work != nullptr; });
            lock.unlock();
            come_back();
            team->spread(member);
            work(argument, member);
            lock.lock();
            work = nullptr;
            changed.notify_all();
        }
    }
    void start(void (*what)(void*, int), void* with, int number) {
        const std::lock_guard lock(mutex);
        go_off(team->cores_[0]);
        work = what;
        argument = with;
        member = number;
        changed.notify_all();
    }
    void join() {
        std::unique_lock lock(mutex);
        changed.wait(lock, [this] { return work == nullptr; });
    }

#if defined(__linux__)
    // Linux may wake a thread on the core of the thread that woke it, where it would wait for
    // milliseconds while another core is idle. So it is woken off that core.
    void go_off(int core) {
        if (pthread_getaffinity_np(thread, sizeof allowed, &allowed) != 0) CPU_ZERO(&allowed);
        cpu_set_t others = allowed;
        if (core >= 0 && core < CPU_SETSIZE) CPU_CLR(core, &others);
        if (CPU_COUNT(&others) > 0) pthread_setaffinity_np(thread, sizeof others, &others);
    }
    void come_back() const {
        if (CPU_COUNT(&allowed) > 0) pthread_setaffinity_np(thread, sizeof allowed, &allowed);
    }
    cpu_set_t allowed{};
#else
    void go_off(int) {}
    void come_back() const {}
#endif
};

// The workers that are free. It lives as long as the process: its threads are never joined.
struct Pool {
    std::mutex mutex;
    Team::Worker* free = nullptr;

    static Pool*& instance() {
        static Pool* pool = [] {
            // A forked process has none of its parent's threads.
            pthread_atfork(nullptr, nullptr, [] { instance() = new Pool; });
            return new Pool;
        }();
        return pool;
    }

    // A free worker, or a new one; null where the machine refuses another thread.
    Team::Worker* take() {
        const std::lock_guard lock(mutex);
        if (Team::Worker* worker = free) {
            free = worker->next;
            return worker;
        }
        Team::Worker* worker = new Team::Worker;
        try {
            std::thread thread([worker] { worker->live(); });
            worker->thread = thread.native_handle();
            thread.detach();
        } catch (...) {
            delete worker;
            return nullptr;
        }
        return worker;
    }
    void give_back(Team::Worker* worker) {
        const std::lock_guard lock(mutex);
        worker->next = free;
        free = worker;
    }
};

Team::Team(int size) {
    while (size_ < size && size_ < most_) {
        Worker* worker = Pool::instance()->take();
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
        Pool::instance()->give_back(worker);
    }
}

void Team::each(void (*work)(void*, int), void* argument) {
    if (size_ > 1) {
        for (int& core : cores_) core = -1;
        spread(0);
    }
    int number = 0;
    for (Worker* worker = workers_; worker; worker = worker->next)
        worker->start(work, argument, ++number);
    work(argument, 0);
    for (Worker* worker = workers_; worker; worker = worker->next) worker->join();
}

// Linux may leave two threads on one core for seconds while another is idle. So a member that finds
// another one on its core moves on.
void Team::spread(int member) {
#if defined(__linux__)
    const auto core_of = [this](int of) { return std::atomic_ref(cores_[of]); };
    const int here = sched_getcpu();
    core_of(member).store(here, std::memory_order_relaxed);
    cpu_set_t allowed;
    if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return;
    cpu_set_t others = allowed;
    bool shared = false;
    for (int other = 0; other < size_; ++other) {
        if (other == member) continue;
        const int core = core_of(other).load(std::memory_order_relaxed);
        shared |= core == here;
        if (core >= 0 && core < CPU_SETSIZE) CPU_CLR(core, &others);
    }
    if (!shared || CPU_COUNT(&others) == 0) return;
    sched_setaffinity(0, sizeof others, &others);
    sched_setaffinity(0, sizeof allowed, &allowed);
    core_of(member).store(sched_getcpu(), std::memory_order_relaxed);
#else
    (void)member;
#endif
}

void Team::wait(int member) {
    if (size_ == 1) return;
    // The header is read by files of every instruction set, and names no template of the standard
    // library; hence references.
    std::atomic_ref arrived(arrived_), current(round_);
    const int round = current.load(std::memory_order_acquire);
    if (arrived.fetch_add(1, std::memory_order_acq_rel) + 1 == size_) {
        arrived.store(0, std::memory_order_relaxed);
        current.store(round + 1, std::memory_order_release);
        current.notify_all();
        return;
    }
    // Phases are microseconds apart, so look a while; without the processor's pause instruction,
    // which makes a virtual machine give the core away for longer than a phase takes. When another
    // program has taken a member's core, sleep: the member can then go on on this one.
    for (int look = 0; look < 200000; ++look)
        if (current.load(std::memory_order_acquire) != round) return;
    current.wait(round, std::memory_order_acquire);
    spread(member);
}

}  // namespace glassnet
