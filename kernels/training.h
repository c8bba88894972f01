// The steps of a training. Each thread of a team takes all of them, runs the same functions on its
// share of every product, and meets the others at barriers between the phases.
#pragma once

#include "backward.h"
#include "clipping.h"
#include "gradient.h"
#include "update.h"
#include "weight_squares.h"

namespace glassnet::GLASSNET_ISA {

// What one thread of the team does in a training. Thread 0 also stores the losses.
template <class T>
struct TrainingThread {
    const Training<T>& training;
    Pass<T> pass;
    Scratch<T> scratch;
    SparseBuffer<T> x, x_transposed;  // what the pass reads where the inputs are sparse
    T* gradient;                      // all of it, only where it is clipped
    double* squares;  // the sums of squares of blocks: of weights, or of the gradient
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
        if (training.step_squares) measure_weights(s);
        forward_and_backward(pass, scratch, context);
        const double batch_weight = total_weight(pass.sample_weight, pass.rows);
        if (context.share.thread == 0)
            training.step_losses[s] = weighted_loss(pass.sample_weight, pass.losses, pass.rows);
        update_parameters(s, batch_weight);
        // A clipped update is split differently, over all parameters.
        if (training.update.clip_norm != 0 || !backward_is_local(pass, context.share.threads))
            context.barrier();
    }

    void measure_weights(int64_t s) {
        context.barrier();  // the step before may have ended without one
        square_weights(training.network, training.parameters, context.share, squares);
        context.barrier();
        if (context.share.thread == 0)
            training.step_squares[s] = sum_of_blocks(squares, weight_blocks(training.network));
    }

    // All inputs, and this thread's share of what only the output layer reads.
    void gather(const int64_t* order) {
        const int64_t last = pass.depth(), outputs = pass.units(last);
        if (pass.is_sparse())
            gather_sparse(order);
        else
            copy_examples(training.x, pass.units(0), order, 0, pass.rows, pass.layers[0].output,
                          pass.layers[0].stride);
        copy_examples(training.targets, outputs, order, context.share.begin(pass.rows),
                      context.share.end(pass.rows), pass.targets, pass.layers[last].stride);
        for (int64_t row = 0; pass.sample_weight && row < pass.rows; ++row)
            pass.sample_weight[row] = training.sample_weight[order[row]];
    }

    void gather_sparse(const int64_t* order) {
        x.gather(training.sparse_x, order, pass.rows);
        if (pass.dropout_rate(0) > 0)
            x.apply_dropout({pass.dropout_rate(0), pass.dropout.seed, pass.step, 0}, pass.rows);
        x_transposed.transpose(pass.x, pass.rows, pass.units(0));
    }

    InputPrefetcher<T> prefetcher_for(int64_t s) const {
        const int64_t begin = training.batch_starts[s], end = training.batch_starts[s + 1];
        const int64_t panels =
            (panel_count<T>(pass.units(1)) + context.share.threads - 1) / context.share.threads;
        const int64_t tiles = (pass.units(0) + tile_rows - 1) / tile_rows * panels;
        const int64_t inputs = pass.is_sparse() ? 0 : pass.units(0);
        return {training.x, inputs, training.order + begin, end - begin, tiles};
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
