#include "team.h"

#include <thread>
#include <vector>

namespace glassnet {

void Team::each(void (*work)(void*, int), void* argument) {
    std::vector<std::thread> others;
    others.reserve(static_cast<size_t>(size_ - 1));
    // A machine that refuses another thread must not leave members waiting for one that never
    // comes, so nobody starts before all are there.
    int gate = 0;
    auto member = [&](int number) {
        while (__atomic_load_n(&gate, __ATOMIC_ACQUIRE) == 0) std::this_thread::yield();
        if (__atomic_load_n(&gate, __ATOMIC_ACQUIRE) > 0) work(argument, number);
    };
    try {
        for (int number = 1; number < size_; ++number) others.emplace_back(member, number);
    } catch (...) {
        __atomic_store_n(&gate, -1, __ATOMIC_RELEASE);
        for (std::thread& other : others) other.join();
        throw;
    }
    __atomic_store_n(&gate, 1, __ATOMIC_RELEASE);
    work(argument, 0);
    for (std::thread& other : others) other.join();
}

void Team::wait() {
    if (size_ == 1) return;
    const int round = __atomic_load_n(&round_, __ATOMIC_ACQUIRE);
    if (__atomic_add_fetch(&arrived_, 1, __ATOMIC_ACQ_REL) == size_) {
        __atomic_store_n(&arrived_, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&round_, round + 1, __ATOMIC_RELEASE);
        return;
    }
    // Phases are microseconds apart: look a while before giving the core away.
    for (int look = 0; __atomic_load_n(&round_, __ATOMIC_ACQUIRE) == round; ++look) {
        if (look > 4000) std::this_thread::yield();
    }
}

}  // namespace glassnet
