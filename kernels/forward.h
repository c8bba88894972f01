// A batch forward through the layers, to the loss and delta of the output layer.
#pragma once

#include "dropout.h"
#include "output_loss.h"
#include "pass.h"
#include "product.h"
#include "sparse.h"

namespace glassnet::GLASSNET_ISA {

// in(l) = c y(l-1) W(l) + b(l), and y(l) = g(in(l)), for one tile of a product.
template <class T>
struct ForwardEpilogue {
    const Layer& layer;
    const T* biases;
    LayerArrays<T> to;  // output null where the activation needs whole rows

    ForwardEpilogue from_column(int64_t column) const {
        return {layer, biases ? biases + column : nullptr, to.from_column(column)};
    }
    void prepare(int64_t, int64_t, int, int) const {}
    void operator()(int64_t row, int64_t column, const T* tile, int rows, int columns) const {
        with_activation<T>(layer.activation, layer.hyper_parameters, [&](const auto& activation) {
            finish(activation, row, column, tile, rows, columns);
        });
    }

    template <class Function>
    void finish(const Function& activation, int64_t row, int64_t column, const T* tile, int rows,
                int columns) const {
        const Vec<T> multiplier = broadcast(T(layer.multiplier));
        for (int c = 0; c < columns; c += lanes<T>) {
            const int count = lanes_left<T>(c, columns);
            const Vec<T> b = biases ? load(biases + column + c, count) : Vec<T>{};
            for (int r = 0; r < rows; ++r) {
                const int64_t at = (row + r) * to.stride + column + c;
                const Vec<T> in = fma(load(tile + r * tile_columns<T> + c), multiplier, b);
                if (to.net_input) store(to.net_input + at, in);
                if (!to.output) continue;
                const Activated<T> y = activation(in);
                store(to.output + at, y.output);
                if (to.derivative) store(to.derivative + at, y.derivative);
            }
        }
    }
};

// A scale layer needs no matrix product: its "tile" is a part of a row of y(l-1) * w(l). Threads
// split the rows.
template <class T>
void scale_forward(const Pass<T>& pass, int64_t l, Share share,
                   const ForwardEpilogue<T>& epilogue) {
    const LayerArrays<T>& from = pass.layers[l - 1];
    alignas(64) T tile[tile_columns<T>];
    for (int64_t row = share.begin(pass.rows); row < share.end(pass.rows); ++row) {
        for (int64_t column = 0; column < pass.units(l); column += lanes<T>) {
            const int count = lanes_left<T>(column, pass.units(l));
            const T* w = pass.parameters + pass.layer(l).weights + column;
            store(tile, load(from.output + row * from.stride + column, count) * load(w, count));
            epilogue(row, column, tile, 1, count);
        }
    }
}

// Some rows as (units, lanes): one example to a lane.
template <class T>
void rows_to_lanes(const T* array, int64_t stride, int rows, int64_t units, T* transposed) {
    for (int64_t k = 0; k < units; k += lanes<T>)
        transpose(array + k, stride, rows, lanes_left<T>(k, units), transposed + k * lanes<T>,
                  lanes<T>);
}

// And back from (units, lanes) to rows.
template <class T>
void lanes_to_rows(const T* transposed, int64_t units, int rows, T* array, int64_t stride) {
    for (int64_t k = 0; k < units; k += lanes<T>)
        transpose(transposed + k * lanes<T>, lanes<T>, lanes_left<T>(k, units), rows, array + k,
                  stride);
}

// Calls `function(first row, rows)` for each block of as many rows as there are lanes, with the
// rows of one of the layer's arrays transposed to lanes.
template <class T, class Function>
void for_each_row_block(const Pass<T>& pass, int64_t l, const T* array, T* transposed, Share share,
                        const Function& function) {
    const int64_t stride = pass.layers[l].stride, end = share.end(pass.rows);
    for (int64_t row = share.begin(pass.rows); row < end; row += lanes<T>) {
        const int rows = lanes_left<T>(row, end);
        rows_to_lanes(array + row * stride, stride, rows, pass.units(l), transposed);
        function(row, rows);
    }
}

template <class T>
void softmax_layer(const Pass<T>& pass, int64_t l, const Scratch<T>& scratch, Share share) {
    const LayerArrays<T>& to = pass.layers[l];
    const Examples<T> examples{
        pass.units(l), lanes<T>, scratch.net_input, nullptr, scratch.predicted, nullptr, nullptr};
    for_each_row_block(pass, l, to.net_input, scratch.net_input, share, [&](int64_t row, int rows) {
        softmax(examples);
        lanes_to_rows(scratch.predicted, pass.units(l), rows, to.output + row * to.stride,
                      to.stride);
        if (!to.derivative) return;
        lanes_to_rows(scratch.predicted, pass.units(l), rows, to.derivative + row * to.stride,
                      to.stride);
    });
}

template <class T>
void apply_dropout(const Pass<T>& pass, int64_t l, T* array, T* second, Share share) {
    const DropoutMask mask{pass.dropout_rate(l), pass.dropout.seed, pass.step, l};
    const int64_t stride = pass.layers[l].stride;
    for (int64_t row = share.begin(pass.rows); row < share.end(pass.rows); ++row)
        mask.apply(row, pass.units(l), array + row * stride,
                   second ? second + row * stride : nullptr);
}

template <class T>
void forward_layer(const Pass<T>& pass, int64_t l, const Scratch<T>& scratch,
                   const ThreadContext& context) {
    const Layer& layer = pass.layer(l);
    const LayerArrays<T>&from = pass.layers[l - 1], &to = pass.layers[l];
    const bool row_wise = pass.row_wise(l);
    ForwardEpilogue<T> epilogue{layer, layer.biases < 0 ? nullptr : pass.parameters + layer.biases,
                                to};
    if (row_wise) epilogue.to.output = epilogue.to.derivative = nullptr;
    if (layer.connection == Connection::scale)
        scale_forward(pass, l, context.share, epilogue);
    else if (l == 1 && pass.is_sparse())
        multiply_sparse<T>(pass.x, {pass.parameters + layer.weights, layer.to, 1, false}, pass.rows,
                           layer.to, layer.from, context.share, epilogue);
    else if (l == 1 && pass.local.weights)
        multiply<T>({from.output, from.stride, 1}, {pass.local.weights, pass.local.count, 1, false},
                    pass.rows, pass.local.count, layer.from, layer.from, single_thread,
                    scratch.panel, epilogue.from_column(pass.local.first));
    else
        multiply<T>({from.output, from.stride, 1},
                    {pass.parameters + layer.weights, layer.to, 1, false}, pass.rows, layer.to,
                    layer.from, layer.from, context.share, scratch.panel, epilogue);
    // Where rows are split, a thread's rows are also its examples in the output layer: no barrier.
    const bool loss_follows = pass.computes_loss && l == pass.depth();
    if (loss_follows && !parallel_over_panels<T>(layer.to, context.share.threads)) return;
    context.barrier();
    if (row_wise && !loss_follows) {
        softmax_layer(pass, l, scratch, context.share);
        context.barrier();
    }
    if (pass.dropout_rate(l) > 0) {
        const bool softmax = layer.activation == Activation::softmax;
        apply_dropout(pass, l, to.output, softmax ? nullptr : to.derivative, context.share);
        context.barrier();
    }
}

template <class T>
inline void output_loss(const Network& network, const Examples<T>& examples) {
    const Layer& layer = network.layers[network.depth - 1];
    output_loss(network.output_loss.loss, network.output_loss.hyper_parameters,
                {layer.activation, layer.hyper_parameters}, examples);
}

// The prediction, the loss of each example and delta(L).
template <class T>
void output_layer(const Pass<T>& pass, const Scratch<T>& scratch, const ThreadContext& context) {
    const int64_t last = pass.depth(), units = pass.units(last);
    const LayerArrays<T>& to = pass.layers[last];
    alignas(64) double losses[lanes<T>];
    const Examples<T> examples{units,
                               lanes<T>,
                               scratch.net_input,
                               scratch.targets,
                               scratch.predicted,
                               scratch.delta,
                               losses,
                               T(pass.network->output_loss.largest_term)};
    for_each_row_block(
        pass, last, to.net_input, scratch.net_input, context.share, [&](int64_t row, int rows) {
            const int64_t at = row * to.stride;
            rows_to_lanes(pass.targets + at, to.stride, rows, units, scratch.targets);
            output_loss(*pass.network, examples);
            for (int example = 0; example < rows; ++example)
                pass.losses[row + example] = losses[example];
            if (pass.sample_weight) examples.scale_delta(load(pass.sample_weight + row, rows));
            if (to.output) lanes_to_rows(scratch.predicted, units, rows, to.output + at, to.stride);
            if (to.delta) lanes_to_rows(scratch.delta, units, rows, to.delta + at, to.stride);
        });
    context.barrier();
}

}  // namespace glassnet::GLASSNET_ISA
