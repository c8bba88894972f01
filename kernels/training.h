// A batch forward and backward through the layers, and the loop over steps around it. Each thread
// of a team runs these same functions on its share of every product, with barriers between the
// phases. It works on the same columns of a layer in every phase, so that it mostly reads what it
// wrote itself; what no other thread reads is in thread-local arrays.
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
    LayerArrays<T> to;  // output null where the activation needs whole rows

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

// The prediction, the loss of each example and delta(L).
template <class T>
void output_layer(const Pass<T>& pass, const Scratch<T>& scratch, const ThreadContext& context) {
    const int64_t last = pass.depth(), units = pass.units(last);
    const LayerArrays<T>& to = pass.layers[last];
    alignas(64) double losses[lanes<T>];
    const Examples<T> examples{units,           lanes<T>,          scratch.net_input,
                               scratch.targets, scratch.predicted, scratch.delta,
                               losses};
    for_each_row_block(
        pass, last, to.net_input, scratch.net_input, context.share, [&](int64_t row, int rows) {
            const int64_t at = row * to.stride;
            rows_to_lanes(pass.targets + at, to.stride, rows, units, scratch.targets);
            objective(*pass.network, examples);
            for (int example = 0; example < rows; ++example)
                pass.losses[row + example] = losses[example];
            if (pass.sample_weight) examples.scale_delta(load(pass.sample_weight + row, rows));
            if (to.output) lanes_to_rows(scratch.predicted, units, rows, to.output + at, to.stride);
            if (to.delta) lanes_to_rows(scratch.delta, units, rows, to.delta + at, to.stride);
        });
    context.barrier();
}

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

// Does each thread work on the same columns of a hidden layer forward and backward? Its derivative,
// and delta(1), are then read by no other thread, so they are in thread-local arrays.
template <class T>
bool columns_are_local(const Pass<T>& pass, int64_t l, int threads) {
    return l > 0 && l < pass.depth() && parallel_over_panels<T>(pass.units(l), threads) &&
           pass.layer(l).activation != Activation::softmax && pass.dropout_rate(l) == 0 &&
           pass.layer(l).connection == Connection::dense &&
           pass.layer(l + 1).connection == Connection::dense;
}

// After delta(L), does each thread read only what it wrote itself, until the next step exchanges
// y(1)? Then there is no barrier. So it is with one hidden layer, where a thread's columns of y(1)
// are also its rows of a W(2) that is too narrow to be split by columns.
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
        apply_dropout<T>(pass, 0, pass.layers[0].output, nullptr, single_thread);
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
    if (l == 1 && pass.local.weights) {
        const auto local = consumer.local_weights(layer);
        multiply<T>(y, {here.delta + pass.local.first, here.stride, 1, true}, layer.from,
                    pass.local.count, pass.rows, batch_block, single_thread, panel,
                    GradientEpilogue<T, decltype(local)>{local, 0, pass.local.count, weight_mean});
    } else if (layer.connection == Connection::dense) {
        multiply<T>(
            y, {here.delta, here.stride, 1, true}, layer.from, layer.to, pass.rows, batch_block,
            share, panel,
            GradientEpilogue<T, decltype(weights)>{weights, layer.weights, layer.to, weight_mean});
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

// Prefetches the inputs of the next batch, which are scattered in a large array, while the products
// of this one are computed: a few cache lines with each tile. Examples of a few lines need no
// prefetching; a large batch would evict the weights from the cache.
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

// Updates the parameters by their gradients while these are in the first-level cache.
template <class T>
struct UpdateParameters {
    const UpdateStep<T>& step;
    LocalColumns<T> local;
    InputPrefetcher<T>* prefetcher;

    struct GroupUpdate {
        ParameterGroup<T> group;
        InputPrefetcher<T>* prefetcher;
        void prepare(int64_t at, int64_t stride, int64_t rows, int64_t columns) const {
            prefetch(group, at, stride, rows, columns);
            prefetcher->prefetch_lines();
        }
        void operator()(const GradientBlock<T>& block) const { update(group, block); }
    };
    GroupUpdate weights(const Layer& layer) const {
        return {step.group(layer.weight_rate, false), prefetcher};
    }
    GroupUpdate local_weights(const Layer& layer) const {
        ParameterGroup<T> group = step.group(layer.weight_rate, false);
        group.parameters = local.weights;
        group.state1 = local.state;
        group.state2 = local.state + layer.from * local.count;
        return {group, prefetcher};
    }
    GroupUpdate biases(const Layer& layer) const {
        return {step.group(layer.bias_rate, true), prefetcher};
    }
};

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

// Gradient clipping by the global norm. Squares are summed in float64, in blocks of a fixed size
// whose sums are added in order, so that threads can split them.
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

// Updates all parameters by an array of gradients.
template <class T>
void update_all(const Network& network, const UpdateStep<T>& step, const T* gradient, T factor,
                Share share) {
    const UpdateParameters<T> consumer{step, {}, nullptr};
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
        apply(consumer.weights(layer), layer.weights, layer.weight_count());
        if (layer.biases >= 0) apply(consumer.biases(layer), layer.biases, layer.to);
    }
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

// What one thread of the team does in a training. Thread 0 also stores the losses.
template <class T>
struct TrainingThread {
    const Training<T>& training;
    Pass<T> pass;
    Scratch<T> scratch;
    T* gradient;      // all of it, only where it is clipped
    double* squares;  // its sums of squares
    ThreadContext context;

    void run(int64_t first, int64_t end) {
        load_local_columns();
        take_steps(first, end);
        store_local_columns();
    }

    void load_local_columns() {
        copy_local_columns(
            [](T* local, T* shared, size_t bytes) { __builtin_memcpy(local, shared, bytes); });
    }
    void take_steps(int64_t first, int64_t end) {
        for (int64_t s = first; s < end; ++s) step(s);
    }
    void store_local_columns() {
        copy_local_columns(
            [](T* local, T* shared, size_t bytes) { __builtin_memcpy(shared, local, bytes); });
    }

    // Calls `copy(local, shared, bytes)` for each row of this thread's columns, and of their state.
    template <class Copy>
    void copy_local_columns(const Copy& copy) const {
        if (!pass.local.weights) return;
        const Layer& layer = pass.layer(1);
        const int64_t count = pass.local.count, size = layer.from * count;
        for (int64_t row = 0; row < layer.from; ++row) {
            const int64_t local = row * count,
                          shared = layer.weights + row * layer.to + pass.local.first;
            copy(pass.local.weights + local, training.parameters + shared,
                 size_t(count) * sizeof(T));
            for (int64_t k = 0; k < state_rows(training.update.rule); ++k)
                copy(pass.local.state + k * size + local,
                     training.state + k * training.state_stride + shared,
                     size_t(count) * sizeof(T));
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
        update_parameters(s, batch_weight);
        // A clipped update is split differently, over all parameters.
        if (training.update.clip_norm != 0 || !backward_is_local(pass, context.share.threads))
            context.barrier();
    }

    // All inputs, and this thread's share of what only the output layer reads.
    void gather(const int64_t* order) {
        const int64_t last = pass.depth(), outputs = pass.units(last);
        copy_examples(training.x, pass.units(0), order, 0, pass.rows, pass.layers[0].output,
                      pass.layers[0].stride);
        copy_examples(training.targets, outputs, order, context.share.begin(pass.rows),
                      context.share.end(pass.rows), pass.targets, pass.layers[last].stride);
        for (int64_t row = 0; pass.sample_weight && row < pass.rows; ++row)
            pass.sample_weight[row] = training.sample_weight[order[row]];
    }

    InputPrefetcher<T> prefetcher_for(int64_t s) const {
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

    void update_parameters(int64_t s, double batch_weight) {
        const UpdateStep<T> step{
            training.update, training.parameters,        training.state, training.state_stride,
            pass.step,       training.learning_rates[s], batch_weight};
        if (training.update.clip_norm == 0) {
            InputPrefetcher<T> prefetcher = prefetcher_for(s + 1 < training.steps ? s + 1 : s);
            compute_gradients(batch_weight, UpdateParameters<T>{step, pass.local, &prefetcher});
            return;
        }
        const int64_t count = training.network.parameter_count;
        compute_gradients(batch_weight, StoreGradient<T>{gradient});
        context.barrier();
        sum_squares(gradient, count, context.share, squares);
        context.barrier();
        const double factor = clipping_factor(squares, count, training.update.clip_norm);
        update_all(training.network, step, gradient, T(factor), context.share);
    }

    template <class Consumer>
    void compute_gradients(double batch_weight, const Consumer& consumer) {
        for (int64_t l = pass.depth(); l >= 1; --l)
            layer_gradient(pass, l, batch_weight, scratch.panel, context.share, consumer);
    }
};

}  // namespace glassnet::GLASSNET_ISA
