// Gradient clipping by the global norm. Squares are summed in float64, in blocks of a fixed size
// whose sums are added in order, so that threads can split them.
#pragma once

#include "share.h"

namespace glassnet::GLASSNET_ISA {

inline constexpr int64_t norm_block = 4096;

template <class T>
void sum_squares(const T* gradient, int64_t count, Share share, double* block_sums) {
    const int64_t blocks = (count + norm_block - 1) / norm_block;
    for (int64_t block = share.begin(blocks); block < share.end(blocks); ++block) {
        const int64_t begin = block * norm_block;
        const int64_t end = count - begin < norm_block ? count : begin + norm_block;
        double sum = 0;
        for (int64_t i = begin; i < end; ++i) sum += double(gradient[i]) * double(gradient[i]);
        block_sums[block] = sum;
    }
}

inline double clipping_factor(const double* block_sums, int64_t count, double max_norm) {
    double sum = 0;
    for (int64_t block = 0; block * norm_block < count; ++block) sum += block_sums[block];
    const double norm = __builtin_sqrt(sum);
    return norm > max_norm ? max_norm / norm : 1;
}

}  // namespace glassnet::GLASSNET_ISA
