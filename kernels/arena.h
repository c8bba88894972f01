// A bump allocator over one block of memory; without a block it only counts the bytes.
#pragma once

#include <cstddef>
#include <cstdint>

namespace glassnet::GLASSNET_ISA {
namespace {

class Arena {
public:
    explicit Arena(void* base) : base_(static_cast<char*>(base)) {}

    template <class T>
    T* allocate(int64_t count) {
        const size_t at = used_;
        used_ += (size_t(count) * sizeof(T) + 127) / 128 * 128;
        return base_ ? reinterpret_cast<T*>(base_ + at) : nullptr;
    }
    size_t used() const { return used_; }

private:
    char* base_;
    size_t used_ = 0;
};

}  // namespace
}  // namespace glassnet::GLASSNET_ISA
