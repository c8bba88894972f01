// The memory of passes and trainings, from an arena.
#pragma once

#include "arena.h"
#include "training.h"

namespace glassnet::GLASSNET_ISA {
namespace {

inline int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

inline int64_t widest_layer(const Network& network) {
    int64_t widest = network.layers[0].from;
    for (int64_t l = 0; l < network.depth; ++l) widest = larger(widest, network.layers[l].to);
    return widest;
}

enum class PassKind { prediction, training, trace };

template <class T>
Pass<T> allocate_pass(Arena& arena, const Network& network, const T* parameters, int64_t rows,
                      PassKind kind) {
    const int64_t depth = network.depth;
    Pass<T> pass{};
    pass.network = &network;
    pass.parameters = parameters;
    pass.rows = rows;
    pass.layers = arena.allocate<LayerArrays<T>>(depth + 1);
    pass.computes_loss = kind != PassKind::prediction;
    for (int64_t l = 0; l <= depth; ++l) {
        const int64_t stride = row_stride<T>(pass.units(l)), size = rows * stride;
        const bool last = l == depth, trains = l > 0 && pass.computes_loss;
        LayerArrays<T> arrays{nullptr, nullptr, nullptr, nullptr, stride};
        if (l > 0 && (last || pass.row_wise(l) || kind == PassKind::trace))
            arrays.net_input = arena.allocate<T>(size);
        if (l > 0 && (!last || kind != PassKind::training)) arrays.output = arena.allocate<T>(size);
        if (trains && !last) arrays.derivative = arena.allocate<T>(size);
        if (trains) arrays.delta = arena.allocate<T>(size);
        if (pass.layers) pass.layers[l] = arrays;
    }
    if (kind != PassKind::training)  // in training, each thread has its own
        pass.targets = arena.allocate<T>(rows * row_stride<T>(pass.units(depth)));
    pass.losses = arena.allocate<double>(rows);
    return pass;
}

template <class T>
Scratch<T> allocate_scratch(Arena& arena, const Network& network, int64_t rows, bool sparse) {
    const int64_t widest = widest_layer(network), examples = widest * lanes<T>;
    return {arena.allocate<T>(sparse ? 0 : rows * row_stride<T>(network.layers[0].from)),
            arena.allocate<T>(larger(widest, rows) * tile_columns<T>),
            arena.allocate<T>(examples),
            arena.allocate<T>(examples),
            arena.allocate<T>(examples),
            arena.allocate<T>(examples)};
}

// Larger arrays are shared by the threads: their rows are long, and copies would take memory.
inline constexpr int64_t max_local_size = 1 << 20;

template <class T>
LocalColumns<T> allocate_local_columns(Arena& arena, const Training<T>& training, Share share) {
    const Layer& layer = training.network.layers[0];
    if (share.threads == 1 || training.sparse_x.starts || layer.connection != Connection::dense ||
        layer.weight_count() > max_local_size || training.update.clip_norm != 0 ||
        training.step_squares || !parallel_over_panels<T>(layer.to, share.threads))
        return {};
    const ColumnRange columns = column_range<T>(layer.to, share);
    const int64_t size = layer.from * columns.count();
    T* weights = arena.allocate<T>(size);
    T* state = arena.allocate<T>(size * state_rows(training.update.rule));
    return {weights, state, columns.first, columns.count()};
}

// How many inputs of a batch are not 0, at most; 0 where the inputs are dense.
template <class T>
int64_t largest_sparse_batch(const Training<T>& training) {
    const int64_t* starts = training.sparse_x.starts;
    int64_t largest = 0;
    for (int64_t s = 0; starts && s < training.steps; ++s) {
        int64_t numbers = 0;
        for (int64_t i = training.batch_starts[s]; i < training.batch_starts[s + 1]; ++i)
            numbers += starts[training.order[i] + 1] - starts[training.order[i]];
        largest = larger(largest, numbers);
    }
    return largest;
}

template <class T>
SparseBuffer<T> allocate_sparse(Arena& arena, int64_t rows, int64_t numbers) {
    return {arena.allocate<int64_t>(rows + 1), arena.allocate<int32_t>(numbers),
            arena.allocate<T>(numbers)};
}

// One thread's view of a batch: its thread-local buffers, and those that the team shares.
template <class T>
struct ThreadBuffers {
    Pass<T> pass;
    Scratch<T> scratch;
    SparseBuffer<T> x{}, x_transposed{};

    ThreadBuffers(Arena& arena, const Training<T>& training, const Pass<T>& shared, int64_t rows,
                  int64_t sparse_numbers, Share share)
        : pass(shared),
          scratch(allocate_scratch<T>(arena, training.network, rows, training.sparse_x.starts)) {
        if (training.sparse_x.starts) {
            x = allocate_sparse<T>(arena, rows, sparse_numbers);
            x_transposed = allocate_sparse<T>(arena, pass.units(0), sparse_numbers);
            pass.x = x.rows();
            pass.x_transposed = x_transposed.rows();
        }
        pass.layers = arena.allocate<LayerArrays<T>>(pass.depth() + 1);
        pass.local = allocate_local_columns(arena, training, share);
        for (int64_t l = 0; l <= pass.depth(); ++l) {
            const int64_t whole = rows * row_stride<T>(pass.units(l));
            const bool local = share.threads > 1 && whole <= max_local_size &&
                               columns_are_local(pass, l, share.threads);
            const int64_t size = local ? whole : 0;
            T* derivative = arena.allocate<T>(size);
            T* delta = arena.allocate<T>(l == 1 ? size : 0);
            if (!pass.layers) continue;
            LayerArrays<T>& arrays = pass.layers[l];
            arrays = shared.layers[l];
            if (local) arrays.derivative = derivative;
            if (local && l == 1) arrays.delta = delta;
        }
        const int64_t outputs = rows * row_stride<T>(pass.units(pass.depth()));
        const bool by_rows = !parallel_over_panels<T>(pass.units(pass.depth()), share.threads);
        T* net_input = arena.allocate<T>(by_rows ? outputs : 0);
        pass.targets = arena.allocate<T>(outputs);
        pass.sample_weight = training.sample_weight ? arena.allocate<T>(rows) : nullptr;
        if (!pass.layers) return;
        pass.layers[0].output = scratch.x;
        if (by_rows) pass.layers[pass.depth()].net_input = net_input;
    }
};

// All memory of a training except parameters, state and data.
template <class T>
struct TrainingMemory {
    Pass<T> pass;
    int64_t sparse_numbers;
    T* gradient;
    double* squares;
    char* thread_memory;  // thread_bytes for each thread
    size_t thread_bytes;

    TrainingMemory(Arena& arena, const Training<T>& training, int64_t rows, int threads)
        : pass(allocate_pass(arena, training.network, training.parameters, rows,
                             PassKind::training)),
          sparse_numbers(largest_sparse_batch(training)) {
        pass.dropout = training.dropout;
        const int64_t count = training.update.clip_norm != 0 ? training.network.parameter_count : 0;
        gradient = arena.allocate<T>(count);
        squares = arena.allocate<double>(
            larger((count + norm_block - 1) / norm_block, weight_blocks(training.network)));
        thread_bytes = 0;
        for (int number = 0; number < threads; ++number) {
            Arena counted(nullptr);
            ThreadBuffers<T>(counted, training, pass, rows, sparse_numbers, {number, threads});
            if (counted.used() > thread_bytes) thread_bytes = counted.used();
        }
        thread_memory = arena.allocate<char>(int64_t(thread_bytes) * threads);
    }

    TrainingThread<T> thread(const Training<T>& training, int64_t rows, Share share,
                             Team& team) const {
        Arena arena(thread_memory + size_t(share.thread) * thread_bytes);
        const ThreadBuffers<T> buffers(arena, training, pass, rows, sparse_numbers, share);
        return {training, buffers.pass, buffers.scratch, buffers.x, buffers.x_transposed,
                gradient, squares,      {share, team}};
    }
};

}  // namespace
}  // namespace glassnet::GLASSNET_ISA
