// Prefetches the inputs of the next batch, which are scattered in a large array, while the products
// of this one are computed: a few cache lines with each tile. Examples of a few lines need no
// prefetching; a large batch would evict the weights from the cache.
#pragma once

#include "vector.h"

namespace glassnet::GLASSNET_ISA {

template <class T>
class InputPrefetcher {
public:
    InputPrefetcher(const T* x, int64_t units, const int64_t* order, int64_t rows, int64_t tiles)
        : x_(x), units_(units), order_(order), end_(order + rows) {
        const int64_t lines_in_row = (units + cache_line<T> - 1) / cache_line<T>;
        const int64_t lines = rows * lines_in_row;
        lines_per_tile_ = lines_in_row < 8 || lines > 4096 ? 0 : (lines + tiles - 1) / tiles;
    }

    void prefetch_lines() {
        for (int64_t i = 0; i < lines_per_tile_ && order_ < end_; ++i) {
            __builtin_prefetch(x_ + *order_ * units_ + column_, 0, 2);
            column_ += cache_line<T>;
            if (column_ < units_) continue;
            column_ = 0;
            ++order_;
        }
    }

private:
    const T* x_;
    int64_t units_;
    const int64_t *order_, *end_;
    int64_t column_ = 0, lines_per_tile_;
};

}  // namespace glassnet::GLASSNET_ISA
