// The gradients of a layer's weights and biases, block by block to a consumer.
#pragma once

#include "batch_sums.h"
#include "optimizer.h"
#include "pass.h"
#include "product.h"
#include "sparse.h"

namespace glassnet::GLASSNET_ISA {

// Passes each tile of dE/dW(l) to `consumer` as soon as it is finished.
template <class T, class Consumer>
struct GradientEpilogue {
    const Consumer& consumer;
    int64_t at, stride;
    T mean;

    void prepare(int64_t row, int64_t column, int rows, int columns) const {
        consumer.prepare(at + row * stride + column, stride, rows, columns);
    }
    void operator()(int64_t row, int64_t column, const T* tile, int rows, int columns) const {
        const int64_t index = at + row * stride + column;
        if (columns != stride || columns % lanes<T> == 0) {
            consumer(GradientBlock<T>{tile, tile_columns<T>, index, stride, rows, columns, mean});
            return;
        }
        // Whole rows of a narrow layer are contiguous: whole vectors go over them.
        alignas(64) T packed[tile_rows * tile_columns<T> + lanes<T>];
        for (int r = 0; r < rows; ++r)
            for (int c = 0; c < columns; c += lanes<T>)
                store(packed + r * columns + c, load(tile + r * tile_columns<T> + c));
        consumer(GradientBlock<T>{packed, 0, index, 0, 1, int64_t(rows) * columns, mean});
    }
};

// dE/dW(l) = c y(l-1)^T delta(l) / batch_weight and dE/db(l), block by block to the consumer of
// this parameter group, so that training needs no array of gradients.
template <class T, class Consumer>
void layer_gradient(const Pass<T>& pass, int64_t l, double batch_weight, T* panel, Share share,
                    const Consumer& consumer) {
    const Layer& layer = pass.layer(l);
    const LayerArrays<T>&before = pass.layers[l - 1], &here = pass.layers[l];
    const double mean = batch_weight != 0 ? 1 / batch_weight : 0;
    const T weight_mean = T(layer.multiplier * mean);
    const auto weights = consumer.weights(layer), biases = consumer.biases(layer);
    const Left<T> y{before.output, 1, before.stride};
    const GradientEpilogue<T, decltype(weights)> shared{weights, layer.weights, layer.to,
                                                        weight_mean};
    if (l == 1 && pass.is_sparse()) {
        multiply_sparse<T>(pass.x_transposed, {here.delta, here.stride, 1, true}, layer.from,
                           layer.to, batch_block, share, shared);
    } else if (l == 1 && pass.local.weights) {
        const auto local = consumer.local_weights(layer);
        multiply<T>(y, {here.delta + pass.local.first, here.stride, 1, true}, layer.from,
                    pass.local.count, pass.rows, batch_block, single_thread, panel,
                    GradientEpilogue<T, decltype(local)>{local, 0, pass.local.count, weight_mean});
    } else if (layer.connection == Connection::dense) {
        multiply<T>(y, {here.delta, here.stride, 1, true}, layer.from, layer.to, pass.rows,
                    batch_block, share, panel, shared);
    }
    alignas(64) T sums[lanes<T>];
    const ColumnRange columns = column_range<T>(layer.to, share);
    for (int64_t column = columns.first; column < columns.end; column += lanes<T>) {
        const int count = lanes_left<T>(column, layer.to);
        const T* delta = here.delta + column;
        if (layer.connection == Connection::scale) {
            store(sums, batch_sum<T>(delta, before.output + column, here.stride, pass.rows));
            weights(GradientBlock<T>{sums, 0, layer.weights + column, 0, 1, count, weight_mean});
        }
        if (layer.biases >= 0) {
            store(sums, batch_sum<T>(delta, nullptr, here.stride, pass.rows));
            biases(GradientBlock<T>{sums, 0, layer.biases + column, 0, 1, count, T(mean)});
        }
    }
}

// Stores the gradients in an array with the layout of the parameters.
template <class T>
struct StoreGradient {
    T* to;

    void prepare(int64_t, int64_t, int64_t, int64_t) const {}
    void operator()(const GradientBlock<T>& block) const {
        block.for_each_vector(
            [&](int64_t at, Vec<T> gradient, int count) { store(to + at, gradient, count); });
    }
    StoreGradient weights(const Layer&) const { return *this; }
    // Where gradients are stored, all threads work on the network's weights.
    StoreGradient local_weights(const Layer&) const { return *this; }
    StoreGradient biases(const Layer&) const { return *this; }
};

}  // namespace glassnet::GLASSNET_ISA
