// The sum of the squared weights of a network, biases left out: what an L2 penalty is made of. It
// is summed in float64, in blocks of a fixed size whose sums are added in order, and in a block in
// eight chains, so that neither threads nor lanes change a bit.
#pragma once

#include "network.h"
#include "share.h"

namespace glassnet::GLASSNET_ISA {

inline constexpr int64_t weight_block = 4096;

inline int64_t weight_blocks(int64_t weights) {
    return (weights + weight_block - 1) / weight_block;
}

inline int64_t weight_blocks(const Network& network) {
    int64_t blocks = 0;
    for (int64_t l = 0; l < network.depth; ++l)
        blocks += weight_blocks(network.layers[l].weight_count());
    return blocks;
}

template <class T>
double squares_of_block(const T* w, int64_t count) {
    constexpr int chains = 8;
    double sums[chains] = {};
    const int64_t whole = count / chains * chains;
    for (int64_t i = 0; i < whole; i += chains)
        for (int chain = 0; chain < chains; ++chain)
            sums[chain] += double(w[i + chain]) * double(w[i + chain]);
    for (int64_t i = whole; i < count; ++i) sums[i - whole] += double(w[i]) * double(w[i]);
    double sum = 0;
    for (int chain = 0; chain < chains; ++chain) sum += sums[chain];
    return sum;
}

// The sums of one thread's share of the blocks.
template <class T>
void square_weights(const Network& network, const T* parameters, Share share, double* block_sums) {
    for (int64_t l = 0; l < network.depth; ++l) {
        const int64_t count = network.layers[l].weight_count(), blocks = weight_blocks(count);
        for (int64_t block = share.begin(blocks); block < share.end(blocks); ++block) {
            const int64_t begin = block * weight_block, rest = count - begin;
            block_sums[block] = squares_of_block(parameters + network.layers[l].weights + begin,
                                                 rest < weight_block ? rest : weight_block);
        }
        block_sums += blocks;
    }
}

inline double sum_of_blocks(const double* block_sums, int64_t blocks) {
    double sum = 0;
    for (int64_t block = 0; block < blocks; ++block) sum += block_sums[block];
    return sum;
}

}  // namespace glassnet::GLASSNET_ISA
