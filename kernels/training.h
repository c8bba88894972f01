// A batch forward and backward through the layers, and the loop over steps around it. Each thread
// of a team runs these same functions on its share of every product and waits for the others
// between the phases. It works on the same columns of a layer in every phase, so that what it
// writes is mostly what it reads later; what nobody else reads stands in arrays of its own.
#pragma once

#include "dropout.h"
#include "objective.h"
#include "optimizer.h"
#include "pass.h"
#include "product.h"
#include "team.h"

namespace glassnet::GLASSNET_ISA {

// Sums over a batch take one chain for each 256 examples; the block sums are added in order.
inline constexpr int64_t batch_block = 256;

// What a function knows about the thread that it runs on: its share of the work, and its team.
struct ThreadContext {
    Share share;
    Team& team;

    void barrier() const { team.barrier(share.thread); }
};

// in(l) = c y(l-1) W(l) + b(l), and y(l) = g(in(l)), for one tile of a product.
template <class T>
struct ForwardEpilogue {
    const Layer& layer;
    const T* biases;
    LayerArrays<T> to;  // output null where the activation looks at whole rows

    ForwardEpilogue from_column(int64_t column) const {
        return {layer, biases ? biases + column : nullptr, to.from_column(column)};
    }
    void prepare(int64_t, int64_t, int, int) const {}
    void operator()(int64_t row, int64_t column, const T* tile, int rows, int columns) const {
        with_activation<T>(
            layer.activation, layer.activation_parameter,
            [&](const auto& activation) { finish(activation, row, column, tile, rows, columns); });
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

// A scale layer's net inputs are no product: its "tile" is a piece of a row of y(l-1) * w(l).
// Threads share the rows.
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
void to_lanes(const T* array, int64_t stride, int rows, int64_t units, T* transposed) {
    for (int64_t k = 0; k < units; k += lanes<T>)
        transpose(array + k, stride, rows, lanes_left<T>(k, units), transposed + k * lanes<T>,
                  lanes<T>);
}

// And back from (units, lanes) to rows.
template <class T>
void to_rows(const T* transposed, int64_t units, int rows, T* array, int64_t stride) {
    for (int64_t k = 0; k < units; k += lanes<T>)
        transpose(transposed + k * lanes<T>, lanes<T>, lanes_left<T>(k, units), rows, array + k,
                  stride);
}

// Calls `use(first row, rows)` for each block of as many rows as there are lanes, with the rows of
// one of the layer's arrays in lanes.
template <class T, class Use>
void by_examples(const Pass<T>& pass, int64_t l, const T* array, T* transposed, Share share,
                 const Use& use) {
    const int64_t stride = pass.layers[l].stride, end = share.end(pass.rows);
    for (int64_t row = share.begin(pass.rows); row < end; row += lanes<T>) {
        const int rows = lanes_left<T>(row, end);
        to_lanes(array + row * stride, stride, rows, pass.units(l), transposed);
        use(row, rows);
    }
}

template <class T>
void softmax_layer(const Pass<T>& pass, int64_t l, const Scratch<T>& scratch, Share share) {
    const LayerArrays<T>& to = pass.layers[l];
    const Examples<T> examples{
        pass.units(l), lanes<T>, scratch.net_input, nullptr, scratch.predicted, nullptr, nullptr};
    by_examples(pass, l, to.net_input, scratch.net_input, share, [&](int64_t row, int rows) {
        softmax(examples);
        to_rows(scratch.predicted, pass.units(l), rows, to.output + row * to.stride, to.stride);
        if (!to.derivative) return;
        to_rows(scratch.predicted, pass.units(l), rows, to.derivative + row * to.stride, to.stride);
    });
}

template <class T>
void drop_out(const Pass<T>& pass, int64_t l, T* array, T* second, Share share) {
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
    else if (l == 1 && pass.own.weights)
        multiply<T>({from.output, from.stride, 1}, {pass.own.weights, pass.own.count, 1, false},
                    pass.rows, pass.own.count, layer.from, layer.from, single_thread, scratch.panel,
                    epilogue.from_column(pass.own.first));
    else
        multiply<T>({from.output, from.stride, 1},
                    {pass.parameters + layer.weights, layer.to, 1, false}, pass.rows, layer.to,
                    layer.from, layer.from, context.share, scratch.panel, epilogue);
    // The rows of this thread's share are also those of its examples in the output layer.
    const bool loss_follows = pass.computes_loss && l == pass.depth();
    if (loss_follows && !parallel_over_panels<T>(layer.to, context.share.threads)) return;
    context.barrier();
    if (row_wise && !loss_follows) {
        softmax_layer(pass, l, scratch, context.share);
        context.barrier();
    }
    if (pass.dropout_rate(l) > 0) {
        const bool softmax = layer.activation == Activation::softmax;
        drop_out(pass, l, to.output, softmax ? nullptr : to.derivative, context.share);
        context.barrier();
    }
}

// The prediction, the loss of each example and delta(L).
template <class T>
void output_layer(const Pass<T>& pass, const Scratch<T>& scratch, const ThreadContext& context) {
    const int64_t last = pass.depth(), units = pass.units(last);
    const LayerArrays<T>& to = pass.layers[last];
    alignas(64) double losses[lanes<T>];
    const Examples<T> examples{units,           lanes<T>,          scratch.net_input,
                               scratch.targets, scratch.predicted, scratch.delta,
                               losses};
    by_examples(pass, last, to.net_input, scratch.net_input, context.share,
                [&](int64_t row, int rows) {
                    const int64_t at = row * to.stride;
                    to_lanes(pass.targets + at, to.stride, rows, units, scratch.targets);
                    objective(*pass.network, examples);
                    for (int example = 0; example < rows; ++example)
                        pass.losses[row + example] = losses[example];
                    if (pass.sample_weight)
                        examples.scale_delta(load(pass.sample_weight + row, rows));
                    if (to.output)
                        to_rows(scratch.predicted, units, rows, to.output + at, to.stride);
                    if (to.delta) to_rows(scratch.delta, units, rows, to.delta + at, to.stride);
                });
    context.barrier();
}

// delta(l-1) = c (delta(l) W(l)^T) * g'(in(l-1)), elementwise.
template <class T>
struct DeltaEpilogue {
    T multiplier;
    const T* derivative;  // null behind softmax, whose Jacobian looks at whole rows
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
    if (pass.dropout_rate(l) > 0) drop_out<T>(pass, l, to.delta, nullptr, share);
    const int64_t units = pass.units(l);
    const Examples<T> examples{units,         lanes<T>, nullptr, nullptr, scratch.predicted,
                               scratch.delta, nullptr};
    by_examples(pass, l, to.derivative, scratch.predicted, share, [&](int64_t row, int rows) {
        T* delta = to.delta + row * to.stride;
        to_lanes(delta, to.stride, rows, units, scratch.delta);
        softmax_backward(examples);
        to_rows(scratch.delta, units, rows, delta, to.stride);
    });
}

// Does each thread have columns of a hidden layer to itself, all the way forward and back? Its
// derivative, and delta(1), are then read by nobody else, so they stand in arrays of its own.
template <class T>
bool columns_are_local(const Pass<T>& pass, int64_t l, int threads) {
    return l > 0 && l < pass.depth() && parallel_over_panels<T>(pass.units(l), threads) &&
           pass.layer(l).activation != Activation::softmax && pass.dropout_rate(l) == 0 &&
           pass.layer(l).connection == Connection::dense &&
           pass.layer(l + 1).connection == Connection::dense;
}

// Behind delta(L), does each thread read only what it wrote itself, until the next step exchanges
// y(1)? With one hidden layer, yes, where its columns of y(1) are also its rows of a W(2) that is
// too narrow to be shared by columns.
template <class T>
bool backward_is_local(const Pass<T>& pass, int threads) {
    return pass.depth() == 2 && columns_are_local(pass, 1, threads) &&
           pass.units(1) % (threads * tile_columns<T>) == 0 &&
           !parallel_over_panels<T>(pass.units(2), threads);
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
    if (pass.dropout_rate(0) > 0)
        drop_out<T>(pass, 0, pass.layers[0].output, nullptr, single_thread);
    for (int64_t l = 1; l <= pass.depth(); ++l) forward_layer(pass, l, scratch, context);
    output_layer(pass, scratch, context);
    for (int64_t l = pass.depth(); l > 1; --l) backward_layer(pass, l, scratch, context);
}

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

// Hands each tile of dE/dW(l) to `use` as soon as it is finished.
template <class T, class Use>
struct GradientEpilogue {
    const Use& use;
    int64_t at, stride;
    T mean;

    void prepare(int64_t row, int64_t column, int rows, int columns) const {
        use.prepare(at + row * stride + column, stride, rows, columns);
    }
    void operator()(int64_t row, int64_t column, const T* tile, int rows, int columns) const {
        const int64_t place = at + row * stride + column;
        if (columns != stride || columns % lanes<T> == 0) {
            use(GradientBlock<T>{tile, tile_columns<T>, place, stride, rows, columns, mean});
            return;
        }
        // Whole rows of a narrow layer are one piece: whole vectors go over it.
        alignas(64) T piece[tile_rows * tile_columns<T> + lanes<T>];
        for (int r = 0; r < rows; ++r)
            for (int c = 0; c < columns; c += lanes<T>)
                store(piece + r * columns + c, load(tile + r * tile_columns<T> + c));
        use(GradientBlock<T>{piece, 0, place, 0, 1, int64_t(rows) * columns, mean});
    }
};

// dE/dW(l) = c y(l-1)^T delta(l) / batch_weight and dE/db(l), block by block to what `use` has for
// this group of parameters, so that training needs no array of gradients.
template <class T, class Use>
void layer_gradient(const Pass<T>& pass, int64_t l, double batch_weight, T* panel, Share share,
                    const Use& use) {
    const Layer& layer = pass.layer(l);
    const LayerArrays<T>&before = pass.layers[l - 1], &here = pass.layers[l];
    const double mean = batch_weight != 0 ? 1 / batch_weight : 0;
    const T weight_mean = T(layer.multiplier * mean);
    const auto weights = use.weights(layer), biases = use.biases(layer);
    const Left<T> y{before.output, 1, before.stride};
    if (l == 1 && pass.own.weights) {
        const auto own = use.own_weights(layer);
        multiply<T>(y, {here.delta + pass.own.first, here.stride, 1, true}, layer.from,
                    pass.own.count, pass.rows, batch_block, single_thread, panel,
                    GradientEpilogue<T, decltype(own)>{own, 0, pass.own.count, weight_mean});
    } else if (layer.connection == Connection::dense) {
        multiply<T>(
            y, {here.delta, here.stride, 1, true}, layer.from, layer.to, pass.rows, batch_block,
            share, panel,
            GradientEpilogue<T, decltype(weights)>{weights, layer.weights, layer.to, weight_mean});
    }
    alignas(64) T sums[lanes<T>];
    const Columns columns = columns_of<T>(layer.to, share);
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

// The inputs of the next batch, somewhere in a large array. While the products of this one keep the
// core busy, they are asked for, a few lines a tile, so that gathering them need not wait. Examples
// of only a few lines come quickly enough; a large batch would drive the weights out of the cache.
template <class T>
class NextInputs {
public:
    NextInputs(const T* x, int64_t units, const int64_t* order, int64_t rows, int64_t tiles)
        : x_(x), units_(units), order_(order), end_(order + rows) {
        const int64_t lines_in_row = (units + line<T> - 1) / line<T>;
        const int64_t lines = rows * lines_in_row;
        lines_a_tile_ = lines_in_row < 8 || lines > 4096 ? 0 : (lines + tiles - 1) / tiles;
    }

    void ask() {
        for (int64_t i = 0; i < lines_a_tile_ && order_ < end_; ++i) {
            __builtin_prefetch(x_ + *order_ * units_ + column_, 0, 2);
            column_ += line<T>;
            if (column_ < units_) continue;
            column_ = 0;
            ++order_;
        }
    }

private:
    const T* x_;
    int64_t units_;
    const int64_t *order_, *end_;
    int64_t column_ = 0, lines_a_tile_;
};

// Updates the parameters by their gradients while these are in the first-level cache.
template <class T>
struct UpdateParameters {
    const UpdateStep<T>& step;
    OwnColumns<T> own;
    NextInputs<T>* next;

    struct OfGroup {
        Group<T> group;
        NextInputs<T>* next;
        void prepare(int64_t at, int64_t stride, int64_t rows, int64_t columns) const {
            prefetch(group, at, stride, rows, columns);
            next->ask();
        }
        void operator()(const GradientBlock<T>& block) const { update(group, block); }
    };
    OfGroup weights(const Layer& layer) const {
        return {step.group(layer.weight_rate, false), next};
    }
    OfGroup own_weights(const Layer& layer) const {
        Group<T> group = step.group(layer.weight_rate, false);
        group.parameters = own.weights;
        group.first = own.state;
        group.second = own.state + layer.from * own.count;
        return {group, next};
    }
    OfGroup biases(const Layer& layer) const { return {step.group(layer.bias_rate, true), next}; }
};

// Keeps the gradients in an array laid out as the parameters.
template <class T>
struct KeepGradient {
    T* to;

    void prepare(int64_t, int64_t, int64_t, int64_t) const {}
    void operator()(const GradientBlock<T>& block) const {
        block.each(
            [&](int64_t at, Vec<T> gradient, int count) { store(to + at, gradient, count); });
    }
    KeepGradient weights(const Layer&) const { return *this; }
    // Where gradients are kept, all threads work on the network's own weights.
    KeepGradient own_weights(const Layer&) const { return *this; }
    KeepGradient biases(const Layer&) const { return *this; }
};

// The factor that makes a gradient at most `longest` long. Squares are summed in float64, in pieces
// of a fixed size whose sums are added in order, so that threads can share them.
inline constexpr int64_t norm_piece = 4096;

template <class T>
void sum_squares(const T* gradient, int64_t count, Share share, double* pieces) {
    const int64_t all = (count + norm_piece - 1) / norm_piece;
    for (int64_t piece = share.begin(all); piece < share.end(all); ++piece) {
        const int64_t begin = piece * norm_piece;
        const int64_t end = count - begin < norm_piece ? count : begin + norm_piece;
        double sum = 0;
        for (int64_t i = begin; i < end; ++i) sum += double(gradient[i]) * double(gradient[i]);
        pieces[piece] = sum;
    }
}

inline double clipping_factor(const double* pieces, int64_t count, double longest) {
    double sum = 0;
    for (int64_t piece = 0; piece * norm_piece < count; ++piece) sum += pieces[piece];
    const double norm = __builtin_sqrt(sum);
    return norm > longest ? longest / norm : 1;
}

// Updates all parameters by an array of gradients.
template <class T>
void update_all(const Network& network, const UpdateStep<T>& step, const T* gradient, T factor,
                Share share) {
    const UpdateParameters<T> use{step, {}, nullptr};
    const auto apply = [&](const auto& update_group, int64_t first, int64_t count) {
        const int64_t vectors = (count + lanes<T> - 1) / lanes<T>;
        const int64_t begin = share.begin(vectors) * lanes<T>;
        const int64_t end = share.end(vectors) * lanes<T>;
        const int64_t columns = (end < count ? end : count) - begin;
        update_group(
            GradientBlock<T>{gradient + first + begin, 0, first + begin, 0, 1, columns, factor});
    };
    for (int64_t l = 0; l < network.depth; ++l) {
        const Layer& layer = network.layers[l];
        apply(use.weights(layer), layer.weights, layer.weight_count());
        if (layer.biases >= 0) apply(use.biases(layer), layer.biases, layer.to);
    }
}

// In order, a chain for each 256 examples.
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

// What one thread of the team does in a training. Thread 0 also stores the losses.
template <class T>
struct TrainingThread {
    const Training<T>& training;
    Pass<T> pass;
    Scratch<T> scratch;
    T* gradient;      // all of it, only where it is clipped
    double* squares;  // its squares' sums
    ThreadContext context;

    void run(int64_t first, int64_t end) {
        fetch_own();
        take_steps(first, end);
        bring_back_own();
    }

    void fetch_own() {
        own_columns([](T* own, T* all, size_t bytes) { __builtin_memcpy(own, all, bytes); });
    }
    void take_steps(int64_t first, int64_t end) {
        for (int64_t s = first; s < end; ++s) step(s);
    }
    void bring_back_own() {
        own_columns([](T* own, T* all, size_t bytes) { __builtin_memcpy(all, own, bytes); });
    }

    // Calls `copy(own, all, bytes)` for each row of this thread's columns, and of their state.
    template <class Copy>
    void own_columns(const Copy& copy) const {
        if (!pass.own.weights) return;
        const Layer& layer = pass.layer(1);
        const int64_t count = pass.own.count, size = layer.from * count;
        for (int64_t row = 0; row < layer.from; ++row) {
            const int64_t own = row * count, all = layer.weights + row * layer.to + pass.own.first;
            copy(pass.own.weights + own, training.parameters + all, size_t(count) * sizeof(T));
            for (int64_t k = 0; k < state_rows(training.update.rule); ++k)
                copy(pass.own.state + k * size + own,
                     training.state + k * training.state_stride + all, size_t(count) * sizeof(T));
        }
    }

    void step(int64_t s) {
        pass.rows = training.batch_starts[s + 1] - training.batch_starts[s];
        pass.step = training.steps_before + s + 1;
        gather(training.order + training.batch_starts[s]);
        forward_and_backward(pass, scratch, context);
        const double batch_weight = total_weight(pass.sample_weight, pass.rows);
        if (context.share.thread == 0)
            training.step_losses[s] = weighted_loss(pass.sample_weight, pass.losses, pass.rows);
        change_parameters(s, batch_weight);
        // A clipped update is shared anew, over all parameters.
        if (training.update.clip_norm != 0 || !backward_is_local(pass, context.share.threads))
            context.barrier();
    }

    // All inputs, and this thread's share of what only the output layer looks at.
    void gather(const int64_t* order) {
        const int64_t last = pass.depth(), outputs = pass.units(last);
        copy_examples(training.x, pass.units(0), order, 0, pass.rows, pass.layers[0].output,
                      pass.layers[0].stride);
        copy_examples(training.targets, outputs, order, context.share.begin(pass.rows),
                      context.share.end(pass.rows), pass.targets, pass.layers[last].stride);
        for (int64_t row = 0; pass.sample_weight && row < pass.rows; ++row)
            pass.sample_weight[row] = training.sample_weight[order[row]];
    }

    NextInputs<T> inputs_of(int64_t s) const {
        const int64_t begin = training.batch_starts[s], end = training.batch_starts[s + 1];
        const int64_t panels =
            (panel_count<T>(pass.units(1)) + context.share.threads - 1) / context.share.threads;
        const int64_t tiles = (pass.units(0) + tile_rows - 1) / tile_rows * panels;
        return {training.x, pass.units(0), training.order + begin, end - begin, tiles};
    }

    static void copy_examples(const T* from, int64_t units, const int64_t* order, int64_t begin,
                              int64_t end, T* to, int64_t stride) {
        for (int64_t row = begin; row < end; ++row) {
            const T* example = from + order[row] * units;
            for (int64_t k = 0; k < units; k += lanes<T>)
                store(to + row * stride + k, load(example + k, lanes_left<T>(k, units)));
        }
    }

    void change_parameters(int64_t s, double batch_weight) {
        const UpdateStep<T> step{
            training.update, training.parameters,        training.state, training.state_stride,
            pass.step,       training.learning_rates[s], batch_weight};
        if (training.update.clip_norm == 0) {
            NextInputs<T> next = inputs_of(s + 1 < training.steps ? s + 1 : s);
            each_gradient(batch_weight, UpdateParameters<T>{step, pass.own, &next});
            return;
        }
        const int64_t count = training.network.parameter_count;
        each_gradient(batch_weight, KeepGradient<T>{gradient});
        context.barrier();
        sum_squares(gradient, count, context.share, squares);
        context.barrier();
        const double factor = clipping_factor(squares, count, training.update.clip_norm);
        update_all(training.network, step, gradient, T(factor), context.share);
    }

    template <class Use>
    void each_gradient(double batch_weight, const Use& use) {
        for (int64_t l = pass.depth(); l >= 1; --l)
            layer_gradient(pass, l, batch_weight, scratch.panel, context.share, use);
    }
};

}  // namespace glassnet::GLASSNET_ISA
