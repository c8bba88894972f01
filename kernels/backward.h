// delta, backward through the layers.
#pragma once

#include "forward.h"
#include "locality.h"

namespace glassnet::GLASSNET_ISA {

// delta(l-1) = c (delta(l) W(l)^T) * g'(in(l-1)), elementwise.
template <class T>
struct DeltaEpilogue {
    T multiplier;
    const T* derivative;  // null where layer l-1 is softmax, whose Jacobian needs whole rows
    T* delta;
    int64_t stride;

    void prepare(int64_t, int64_t, int, int) const {}
    void operator()(int64_t row, int64_t column, const T* tile, int rows, int columns) const {
        for (int r = 0; r < rows; ++r) {
            for (int c = 0; c < columns; c += lanes<T>) {
                const int64_t at = (row + r) * stride + column + c;
                const Vec<T> sum = load(tile + r * tile_columns<T> + c) * broadcast(multiplier);
                store(delta + at, derivative ? sum * load(derivative + at) : sum);
            }
        }
    }
};

template <class T>
void scale_backward(const Pass<T>& pass, int64_t l, Share share, const DeltaEpilogue<T>& epilogue) {
    const LayerArrays<T>& from = pass.layers[l];
    alignas(64) T tile[tile_columns<T>];
    for (int64_t row = share.begin(pass.rows); row < share.end(pass.rows); ++row) {
        for (int64_t column = 0; column < pass.units(l); column += lanes<T>) {
            const int count = lanes_left<T>(column, pass.units(l));
            const T* w = pass.parameters + pass.layer(l).weights + column;
            store(tile, load(from.delta + row * from.stride + column) * load(w, count));
            epilogue(row, column, tile, 1, count);
        }
    }
}

template <class T>
void softmax_layer_backward(const Pass<T>& pass, int64_t l, const Scratch<T>& scratch,
                            Share share) {
    const LayerArrays<T>& to = pass.layers[l];
    if (pass.dropout_rate(l) > 0) apply_dropout<T>(pass, l, to.delta, nullptr, share);
    const int64_t units = pass.units(l);
    const Examples<T> examples{units,         lanes<T>, nullptr, nullptr, scratch.predicted,
                               scratch.delta, nullptr};
    for_each_row_block(pass, l, to.derivative, scratch.predicted, share,
                       [&](int64_t row, int rows) {
                           T* delta = to.delta + row * to.stride;
                           rows_to_lanes(delta, to.stride, rows, units, scratch.delta);
                           softmax_backward(examples);
                           lanes_to_rows(scratch.delta, units, rows, delta, to.stride);
                       });
}

// From delta(l) to delta(l-1).
template <class T>
void backward_layer(const Pass<T>& pass, int64_t l, const Scratch<T>& scratch,
                    const ThreadContext& context) {
    const Layer& layer = pass.layer(l);
    const LayerArrays<T>&to = pass.layers[l - 1], &from = pass.layers[l];
    const bool softmax = pass.layer(l - 1).activation == Activation::softmax;
    const DeltaEpilogue<T> epilogue{T(layer.multiplier), softmax ? nullptr : to.derivative,
                                    to.delta, to.stride};
    if (layer.connection == Connection::scale)
        scale_backward(pass, l, context.share, epilogue);
    else
        multiply<T>({from.delta, from.stride, 1},
                    {pass.parameters + layer.weights, 1, layer.to, false}, pass.rows, layer.from,
                    layer.to, layer.to, context.share, scratch.panel, epilogue);
    if (backward_is_local(pass, context.share.threads)) return;
    context.barrier();
    if (softmax) {
        softmax_layer_backward(pass, l - 1, scratch, context.share);
        context.barrier();
    }
}

template <class T>
void forward_and_backward(const Pass<T>& pass, const Scratch<T>& scratch,
                          const ThreadContext& context) {
    if (pass.dropout_rate(0) > 0 && !pass.is_sparse())
        apply_dropout<T>(pass, 0, pass.layers[0].output, nullptr, single_thread);
    for (int64_t l = 1; l <= pass.depth(); ++l) forward_layer(pass, l, scratch, context);
    output_layer(pass, scratch, context);
    for (int64_t l = pass.depth(); l > 1; --l) backward_layer(pass, l, scratch, context);
}

}  // namespace glassnet::GLASSNET_ISA
