// Sums over the examples of a batch.
#pragma once

#include "vector.h"

namespace glassnet::GLASSNET_ISA {

// Sums over a batch take one chain for each 256 examples; the block sums are added in order.
inline constexpr int64_t batch_block = 256;

// Sums over the batch of delta, or of delta * y, for one vector of units.
template <class T>
inline Vec<T> batch_sum(const T* delta, const T* y, int64_t stride, int64_t rows) {
    Vec<T> total{};
    for (int64_t block = 0; block < rows; block += batch_block) {
        const int64_t end = rows - block < batch_block ? rows : block + batch_block;
        Vec<T> sum{};
        for (int64_t row = block; row < end; ++row) {
            const Vec<T> d = load(delta + row * stride);
            sum = y ? fma(load(y + row * stride), d, sum) : sum + d;
        }
        total = block == 0 ? sum : total + sum;
    }
    return total;
}

// A sum over a batch: in order, one chain for each 256 examples.
template <class Number>
inline double sum_over_batch(int64_t rows, const Number& number) {
    double total = 0;
    for (int64_t block = 0; block < rows; block += batch_block) {
        const int64_t end = rows - block < batch_block ? rows : block + batch_block;
        double sum = 0;
        for (int64_t row = block; row < end; ++row) sum += number(row);
        total += sum;
    }
    return total;
}

// The sample weights of a batch, summed; without them each example counts 1.
template <class T>
double total_weight(const T* sample_weight, int64_t rows) {
    if (!sample_weight) return double(rows);
    return sum_over_batch(rows, [&](int64_t row) { return double(sample_weight[row]); });
}

template <class T>
double weighted_loss(const T* sample_weight, const double* losses, int64_t rows) {
    return sum_over_batch(rows, [&](int64_t row) {
        return sample_weight ? double(sample_weight[row]) * losses[row] : losses[row];
    });
}

}  // namespace glassnet::GLASSNET_ISA
