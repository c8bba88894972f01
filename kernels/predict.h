// Prediction, and the loss where there are targets.
#pragma once

#include "copy.h"
#include "memory.h"

namespace glassnet::GLASSNET_ISA {
namespace {

// Prediction goes over the rows in chunks that stay in the second-level cache.
inline constexpr int64_t chunk_rows = 96;

template <class T>
size_t prediction_bytes(const Network& network, int64_t rows) {
    Arena arena(nullptr);
    const int64_t chunk = rows < chunk_rows ? rows : chunk_rows;
    allocate_pass<T>(arena, network, nullptr, chunk, PassKind::prediction);
    allocate_scratch<T>(arena, network, chunk, true);
    return arena.used();
}

template <class T>
struct PredictArguments {
    const Network& network;
    const Prediction<T>& prediction;
    int threads;
    char* workspace;
    size_t thread_bytes;
};

// x * 0 is 0, unless x is infinite or not a number.
template <class T>
bool all_finite(const T* x, int64_t count) {
    Vec<T> sum{};
    for (int64_t i = 0; i < count; i += lanes<T>)
        sum = fma(load(x + i, lanes_left<T>(i, count)), Vec<T>{}, sum);
    for (int lane = 0; lane < lanes<T>; ++lane)
        if (sum[lane] != 0) return false;
    return true;
}

// Lets the pass read its rows of x; returns whether all their numbers are finite.
template <class T>
bool take_rows(const Prediction<T>& prediction, int64_t first, Pass<T>& pass) {
    if (const int64_t* starts = prediction.sparse_x.starts) {
        pass.x = {starts + first, prediction.sparse_x.columns, prediction.sparse_x.values};
        const int64_t begin = starts[first], end = starts[first + pass.rows];
        return all_finite(pass.x.values + begin, end - begin);
    }
    const int64_t inputs = pass.units(0);
    pass.layers[0].output = const_cast<T*>(prediction.x) + first * inputs;  // only read
    return all_finite(pass.layers[0].output, pass.rows * inputs);
}

template <class T>
void predict_thread(const PredictArguments<T>& arguments, int thread) {
    const Prediction<T>& prediction = arguments.prediction;
    const int64_t rows = prediction.rows;
    Arena arena(arguments.workspace + size_t(thread) * arguments.thread_bytes);
    const int64_t chunk = rows < chunk_rows ? rows : chunk_rows;
    Pass<T> pass =
        allocate_pass(arena, arguments.network, prediction.parameters, chunk, PassKind::prediction);
    const Scratch<T> scratch = allocate_scratch<T>(arena, arguments.network, chunk, true);
    pass.sample_weight = nullptr;
    pass.computes_loss = prediction.targets != nullptr;
    const int64_t last = pass.depth(), inputs = pass.units(0), outputs = pass.units(last);
    const int64_t chunks = (rows + chunk - 1) / chunk;
    const Share share{thread, arguments.threads};
    Team team_of_one(1);
    const ThreadContext context{single_thread, team_of_one};
    pass.layers[0].stride = inputs;
    for (int64_t at = share.begin(chunks) * chunk; at < rows && at < share.end(chunks) * chunk;
         at += chunk) {
        pass.rows = rows - at < chunk ? rows - at : chunk;
        if (!take_rows(prediction, at, pass))
            __atomic_store_n(prediction.finite, false, __ATOMIC_RELAXED);
        for (int64_t l = 1; l <= last; ++l) forward_layer(pass, l, scratch, context);
        if (prediction.targets) {
            pass.losses = prediction.losses + at;
            copy_rows(prediction.targets + at * outputs, outputs, pass.rows, outputs, pass.targets,
                      pass.layers[last].stride);
            output_layer(pass, scratch, context);
        }
        copy_rows(pass.layers[last].output, pass.layers[last].stride, pass.rows, outputs,
                  prediction.predicted + at * outputs, outputs);
    }
}

template <class T>
void predict(const Network& network, const Prediction<T>& prediction, Team& team, void* workspace) {
    PredictArguments<T> arguments{network, prediction, team.size(), static_cast<char*>(workspace),
                                  prediction_bytes<T>(network, prediction.rows)};
    const auto on_each_thread = [](void* arguments, int thread) {
        predict_thread(*static_cast<PredictArguments<T>*>(arguments), thread);
    };
    team.parallel(on_each_thread, &arguments);
}

}  // namespace
}  // namespace glassnet::GLASSNET_ISA
