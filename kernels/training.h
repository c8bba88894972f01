// A batch forward and backward through the layers, and the loop over steps around it. Each thread
// of a team runs these same functions on its share of every product and waits between the phases.
#pragma once

#include "objective.h"
#include "optimizer.h"
#include "product.h"
#include "team.h"

namespace glassnet::GLASSNET_ISA {

// Sums over a batch take one chain for each 256 examples; the block sums are added in order.
inline constexpr int64_t batch_block = 256;

// Where a batch lives while it passes through. Arrays are (rows, units) of their layer;
// output[0] is the input x. A layer's derivative g'(in) is kept from the forward pass.
template <class T>
struct Pass {
    Network network;
    const T* parameters;
    int64_t rows;
    T** output;  // by layer
    T** derivative;
    T** delta;
    T** net_input;  // null but for softmax and the output layer; all layers' in a trace
    double* costs;  // (rows)
    T* panel;       // this thread's own

    const Layer& layer(int64_t l) const { return network.layers[l - 1]; }
    int64_t units(int64_t l) const { return l == 0 ? network.layers[0].from : layer(l).to; }
};

// Does this layer's activation need the whole row? Then it cannot run in the tile's epilogue.
template <class T>
inline bool whole_row(const Pass<T>& pass, int64_t l) {
    return l == pass.network.depth || pass.layer(l).activation == Activation::softmax;
}

// in(l) = y(l-1) W(l) + b(l), and y(l) = g(in(l)).
template <class T>
struct ForwardEpilogue {
    Activation activation;
    const T* biases;
    int64_t units;
    T *net_input, *output, *derivative;

    void operator()(int64_t row, int64_t column, Vec<T> sum, int count) const {
        const int64_t at = row * units + column;
        const Vec<T> in = biases ? sum + load(biases + column, count) : sum;
        if (net_input) store(net_input + at, in, count);
        if (!output) return;
        const Activated<T> y = activate<T>(activation, in);
        store(output + at, y.output, count);
        if (derivative) store(derivative + at, y.derivative, count);
    }
};

template <class T>
void forward_layer(const Pass<T>& pass, int64_t l, Share share, Team& team) {
    const Layer& layer = pass.layer(l);
    const bool row_wise = whole_row(pass, l);
    const ForwardEpilogue<T> epilogue{layer.activation,
                                      layer.biases < 0 ? nullptr : pass.parameters + layer.biases,
                                      layer.to,
                                      pass.net_input[l],
                                      row_wise ? nullptr : pass.output[l],
                                      row_wise ? nullptr : pass.derivative[l]};
    multiply<T>({pass.output[l - 1], layer.from, 1}, {pass.parameters + layer.weights, layer.to, 1},
                pass.rows, layer.to, layer.from, layer.from, share, pass.panel, epilogue);
    team.wait();
    if (row_wise && l < pass.network.depth) {
        for (int64_t row = share.begin(pass.rows); row < share.end(pass.rows); ++row)
            softmax_row(pass.net_input[l] + row * layer.to, layer.to,
                        pass.output[l] + row * layer.to);
        team.wait();
    }
}

// The prediction, the cost of each example and delta(L).
template <class T>
void output_layer(const Pass<T>& pass, const T* desired, Share share, Team& team) {
    const int64_t last = pass.network.depth, units = pass.units(last);
    for (int64_t row = share.begin(pass.rows); row < share.end(pass.rows); ++row) {
        const int64_t at = row * units;
        pass.costs[row] =
            objective_row(pass.network.cost, pass.layer(last).activation, pass.net_input[last] + at,
                          desired + at, units, pass.output[last] + at, pass.delta[last] + at);
    }
    team.wait();
}

// delta(l-1) = (delta(l) W(l)^T) * g'(in(l-1)), elementwise.
template <class T>
struct DeltaEpilogue {
    const T* derivative;
    int64_t units;
    T* delta;

    void operator()(int64_t row, int64_t column, Vec<T> sum, int count) const {
        const int64_t at = row * units + column;
        store(delta + at, derivative ? sum * load(derivative + at, count) : sum, count);
    }
};

template <class T>
void backward_layer(const Pass<T>& pass, int64_t l, Share share, Team& team) {
    const Layer& layer = pass.layer(l);
    const bool softmax = pass.layer(l - 1).activation == Activation::softmax;
    const DeltaEpilogue<T> epilogue{softmax ? nullptr : pass.derivative[l - 1], layer.from,
                                    pass.delta[l - 1]};
    multiply<T>({pass.delta[l], layer.to, 1}, {pass.parameters + layer.weights, 1, layer.to},
                pass.rows, layer.from, layer.to, layer.to, share, pass.panel, epilogue);
    team.wait();
    if (softmax) {
        for (int64_t row = share.begin(pass.rows); row < share.end(pass.rows); ++row) {
            T* delta = pass.delta[l - 1] + row * layer.from;
            softmax_backward_row(pass.output[l - 1] + row * layer.from, delta, layer.from, delta);
        }
        team.wait();
    }
}

// dE/dW(l) = y(l-1)^T delta(l) / rows, handed to `use` (place in the parameter buffer, gradient,
// count) vector by vector as it is finished, so that training needs no array of gradients.
template <class T, class Use>
struct GradientEpilogue {
    T scale;
    int64_t units, offset;
    const Use& use;

    void operator()(int64_t row, int64_t column, Vec<T> sum, int count) const {
        use(offset + row * units + column, sum * broadcast(scale), count);
    }
};

template <class T, class Use>
void layer_gradient(const Pass<T>& pass, int64_t l, Share share, const Use& use) {
    const Layer& layer = pass.layer(l);
    const T scale = T(1.0 / double(pass.rows));
    const GradientEpilogue<T, Use> epilogue{scale, layer.to, layer.weights, use};
    multiply<T>({pass.output[l - 1], 1, layer.from}, {pass.delta[l], layer.to, 1}, layer.from,
                layer.to, pass.rows, batch_block, share, pass.panel, epilogue);
    if (layer.biases < 0) return;
    const int64_t vectors = (layer.to + lanes<T> - 1) / lanes<T>;
    for (int64_t v = share.begin(vectors); v < share.end(vectors); ++v) {
        const int64_t column = v * lanes<T>;
        const int count = layer.to - column < lanes<T> ? int(layer.to - column) : lanes<T>;
        Vec<T> total{};
        for (int64_t block = 0; block < pass.rows; block += batch_block) {
            const int64_t end = pass.rows - block < batch_block ? pass.rows : block + batch_block;
            Vec<T> sum{};
            for (int64_t row = block; row < end; ++row)
                sum += load(pass.delta[l] + row * layer.to + column, count);
            total = block == 0 ? sum : total + sum;
        }
        use(layer.biases + column, total * broadcast(scale), count);
    }
}

template <class T, class Use>
void forward_and_backward(const Pass<T>& pass, const T* desired, Share share, Team& team,
                          const Use& use) {
    const int64_t last = pass.network.depth;
    for (int64_t l = 1; l <= last; ++l) forward_layer(pass, l, share, team);
    output_layer(pass, desired, share, team);
    for (int64_t l = last; l >= 1; --l) {
        if (l > 1) backward_layer(pass, l, share, team);
        layer_gradient(pass, l, share, use);
    }
    team.wait();
}

inline double sum_of_costs(const double* costs, int64_t rows) {
    double total = 0;
    for (int64_t block = 0; block < rows; block += batch_block) {
        const int64_t end = rows - block < batch_block ? rows : block + batch_block;
        double sum = 0;
        for (int64_t row = block; row < end; ++row) sum += costs[row];
        total += sum;
    }
    return total;
}

template <class T>
struct Update {
    UpdateStep<T> step;
    void operator()(int64_t at, Vec<T> gradient, int count) const {
        update(step, at, gradient, count);
    }
};

template <class T>
void gather(const T* from, int64_t units, const int64_t* order, Share share, int64_t rows, T* to) {
    for (int64_t row = share.begin(rows); row < share.end(rows); ++row)
        __builtin_memcpy(to + row * units, from + order[row] * units, size_t(units) * sizeof(T));
}

// What one member of the team does in a training; member 0 also writes down the costs.
template <class T>
void run_member(const Training<T>& training, Pass<T> pass, T* desired, Share share, Team& team) {
    const int64_t outputs = pass.units(pass.network.depth);
    for (int64_t s = 0; s < training.steps; ++s) {
        const int64_t* examples = training.order + training.batch_starts[s];
        pass.rows = training.batch_starts[s + 1] - training.batch_starts[s];
        gather(training.x, pass.units(0), examples, share, pass.rows, pass.output[0]);
        gather(training.desired, outputs, examples, share, pass.rows, desired);
        team.wait();
        const Update<T> use{update_step(training.optimizer, training.parameters, training.state,
                                        pass.network.parameter_count, training.steps_before + s + 1,
                                        training.learning_rates[s])};
        forward_and_backward(pass, static_cast<const T*>(desired), share, team, use);
        if (share.part == 0) training.step_costs[s] = sum_of_costs(pass.costs, pass.rows);
    }
}

}  // namespace glassnet::GLASSNET_ISA
