// Training of networks so small that calling the products costs more than computing them: lanes go
// over the examples, all arrays fit in the first-level cache, and a step is a few plain loops. Each
// sum is the same chain as in product.h, hence the same bits.
#pragma once

#include "training.h"

namespace glassnet::GLASSNET_ISA {

// One layer's arrays, (units, rows): the examples of a unit are contiguous.
template <class T>
struct SmallLayer {
    T *output, *derivative, *delta;
};

template <class T>
struct SmallTraining {
    const Training<T>& training;
    SmallLayer<T>* layers = nullptr;  // by layer, 0 ... depth
    T* net_input = nullptr;           // of the output layer, (outputs, rows)
    T* targets = nullptr;             // (outputs, rows)
    T* sample_weight = nullptr;       // (rows), or null where all examples count alike
    T* gradient = nullptr;
    double* losses = nullptr;
    double* squares = nullptr;
    int64_t stride = 0;  // rows of the largest batch, rounded up to whole vectors
    int64_t rows = 0;
    bool one_group;

    explicit SmallTraining(const Training<T>& training)
        : training(training), one_group(has_one_group(training.network, training.update)) {}

    // Are weights and biases of all layers updated alike? Then they are one parameter group.
    static bool has_one_group(const Network& network, const Update& update) {
        if (update.l1.acts() || update.l2.acts() || update.decay.acts()) return false;
        const double rate = network.layers[0].weight_rate;
        for (int64_t l = 0; l < network.depth; ++l)
            if (network.layers[l].weight_rate != rate || network.layers[l].bias_rate != rate)
                return false;
        return true;
    }

    static bool fits(const Training<T>& training, int64_t largest_batch) {
        const Network& network = training.network;
        if (training.sparse_x.starts || training.dropout.rates || training.update.clip_norm != 0)
            return false;
        for (int64_t l = 0; l < network.depth; ++l) {
            const Layer& layer = network.layers[l];
            const bool hidden_softmax =
                l + 1 < network.depth && layer.activation == Activation::softmax;
            if (layer.connection != Connection::dense || hidden_softmax) return false;
        }
        return largest_batch * network.parameter_count <= 1024;
    }

    // Allocates all arrays from an arena; with one that only counts, nothing is written.
    template <class Arena>
    void allocate(Arena& arena, int64_t largest_batch) {
        const Network& network = training.network;
        stride = (largest_batch + lanes<T> - 1) / lanes<T> * lanes<T>;
        layers = arena.template allocate<SmallLayer<T>>(network.depth + 1);
        for (int64_t l = 0; l <= network.depth; ++l) {
            const int64_t size = stride * units(l);
            const SmallLayer<T> layer{arena.template allocate<T>(size),
                                      arena.template allocate<T>(size),
                                      arena.template allocate<T>(size)};
            if (layers) layers[l] = layer;
        }
        net_input = arena.template allocate<T>(stride * units(network.depth));
        targets = arena.template allocate<T>(stride * units(network.depth));
        if (training.sample_weight) sample_weight = arena.template allocate<T>(stride);
        gradient = arena.template allocate<T>(network.parameter_count);
        losses = arena.template allocate<double>(stride);
        squares = arena.template allocate<double>(weight_blocks(network));
    }

    int64_t units(int64_t l) const {
        return l == 0 ? training.network.layers[0].from : training.network.layers[l - 1].to;
    }

    void run() {
        const int64_t depth = training.network.depth;
        for (int64_t s = 0; s < training.steps; ++s) {
            gather(s);
            for (int64_t l = 1; l <= depth; ++l) forward(l);
            const double batch_weight = output();
            for (int64_t l = depth; l > 1; --l) backward(l);
            for (int64_t l = 1; l <= depth; ++l) layer_gradient(l, batch_weight);
            update_parameters(s, batch_weight);
        }
    }

    // The batch, transposed. If it has the same examples in the same order as the last one (a full
    // batch), nothing is copied.
    void gather(int64_t s) {
        const int64_t* order = training.order + training.batch_starts[s];
        const int64_t before = rows;
        rows = training.batch_starts[s + 1] - training.batch_starts[s];
        const size_t bytes = size_t(rows) * sizeof(int64_t);
        if (rows == before && __builtin_memcmp(order, order - rows, bytes) == 0) return;
        gather_columns(training.x, units(0), order, layers[0].output);
        gather_columns(training.targets, units(training.network.depth), order, targets);
        if (sample_weight) gather_columns(training.sample_weight, 1, order, sample_weight);
    }

    void gather_columns(const T* from, int64_t count, const int64_t* order, T* to) const {
        for (int64_t unit = 0; unit < count; ++unit) {
            for (int64_t row = 0; row < rows; ++row)
                to[unit * stride + row] = from[order[row] * count + unit];
            for (int64_t row = rows; row < stride; ++row) to[unit * stride + row] = T(0);
        }
    }

    // in(l) = c y(l-1) W(l) + b(l), y(l) = g(in(l)).
    void forward(int64_t l) const {
        const Layer& layer = training.network.layers[l - 1];
        const T* w = training.parameters + layer.weights;
        const T* b = layer.biases < 0 ? nullptr : training.parameters + layer.biases;
        const bool last = l == training.network.depth;
        const Activation activation = last ? Activation::identity : layer.activation;
        const SmallLayer<T> to = last ? SmallLayer<T>{net_input, nullptr, nullptr} : layers[l];
        with_activation<T>(activation, layer.hyper_parameters, [&](const auto& function) {
            for (int64_t j = 0; j < layer.to; ++j) {
                for (int64_t row = 0; row < rows; row += lanes<T>) {
                    Vec<T> sum{};
                    for (int64_t i = 0; i < layer.from; ++i)
                        sum = fma(broadcast(w[i * layer.to + j]),
                                  load(layers[l - 1].output + i * stride + row), sum);
                    const Vec<T> bias = b ? broadcast(b[j]) : Vec<T>{};
                    const Activated<T> y = function(fma(sum, broadcast(T(layer.multiplier)), bias));
                    store(to.output + j * stride + row, y.output);
                    if (to.derivative) store(to.derivative + j * stride + row, y.derivative);
                }
            }
        });
    }

    // Losses and delta(L); returns the weight of the batch.
    double output() const {
        const int64_t depth = training.network.depth;
        for (int64_t row = 0; row < rows; row += lanes<T>) {
            const Examples<T> examples{units(depth),
                                       stride,
                                       net_input + row,
                                       targets + row,
                                       layers[depth].output + row,
                                       layers[depth].delta + row,
                                       losses + row,
                                       T(training.network.output_loss.largest_term)};
            output_loss(training.network, examples);
            if (sample_weight) examples.scale_delta(load(sample_weight + row));
        }
        return total_weight(sample_weight, rows);
    }

    // delta(l-1) = c (delta(l) W(l)^T) * g'(in(l-1)).
    void backward(int64_t l) const {
        const Layer& layer = training.network.layers[l - 1];
        const T* w = training.parameters + layer.weights;
        const SmallLayer<T>&from = layers[l], &to = layers[l - 1];
        for (int64_t i = 0; i < layer.from; ++i) {
            for (int64_t row = 0; row < rows; row += lanes<T>) {
                Vec<T> sum{};
                for (int64_t j = 0; j < layer.to; ++j)
                    sum = fma(load(from.delta + j * stride + row), broadcast(w[i * layer.to + j]),
                              sum);
                const Vec<T> slope = load(to.derivative + i * stride + row);
                store(to.delta + i * stride + row, sum * broadcast(T(layer.multiplier)) * slope);
            }
        }
    }

    // dE/dw = c y delta / batch_weight and dE/db, each one chain over the examples.
    void layer_gradient(int64_t l, double batch_weight) const {
        const Layer& layer = training.network.layers[l - 1];
        const double mean = batch_weight != 0 ? 1 / batch_weight : 0;
        const T weight_mean = T(layer.multiplier * mean), bias_mean = T(mean);
        T* d_weights = gradient + layer.weights;
        for (int64_t i = 0; i < layer.from; ++i) {
            const T* y = layers[l - 1].output + i * stride;
            for (int64_t j = 0; j < layer.to; ++j) {
                const T* delta = layers[l].delta + j * stride;
                T sum = 0;
                for (int64_t row = 0; row < rows; ++row) sum = fma_of(y[row], delta[row], sum);
                d_weights[i * layer.to + j] = sum * weight_mean;
            }
        }
        for (int64_t j = 0; layer.biases >= 0 && j < layer.to; ++j) {
            const T* delta = layers[l].delta + j * stride;
            T sum = 0;
            for (int64_t row = 0; row < rows; ++row) sum += delta[row];
            gradient[layer.biases + j] = sum * bias_mean;
        }
    }

    void update_parameters(int64_t s, double batch_weight) const {
        const UpdateStep<T> step{
            training.update,       training.parameters,           training.state,
            training.state_stride, training.steps_before + s + 1, training.learning_rates[s],
            batch_weight};
        training.step_losses[s] = weighted_loss(sample_weight, losses, rows);
        if (training.step_squares) {
            square_weights(training.network, training.parameters, single_thread, squares);
            training.step_squares[s] = sum_of_blocks(squares, weight_blocks(training.network));
        }
        if (one_group)
            update(step.group(training.network.layers[0].weight_rate, false),
                   GradientBlock<T>{gradient, 0, 0, 0, 1, training.network.parameter_count, T(1)});
        else
            update_all(training.network, step, gradient, T(1), single_thread);
    }

    static float fma_of(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
    static double fma_of(double a, double b, double c) { return __builtin_fma(a, b, c); }
};

}  // namespace glassnet::GLASSNET_ISA
