// One forward and backward pass with all its arrays.
#pragma once

#include "copy.h"
#include "memory.h"

namespace glassnet::GLASSNET_ISA {
namespace {

template <class T>
size_t trace_bytes(const Network& network, int64_t rows) {
    Arena arena(nullptr);
    allocate_pass<T>(arena, network, nullptr, rows, PassKind::trace);
    allocate_scratch<T>(arena, network, rows, false);
    return arena.used();
}

template <class T>
void trace(const Network& network, const T* parameters, const Batch<T>& batch,
           const Trace<T>& result, void* workspace) {
    Arena arena(workspace);
    Pass<T> pass = allocate_pass(arena, network, parameters, batch.rows, PassKind::trace);
    const Scratch<T> scratch = allocate_scratch<T>(arena, network, batch.rows, false);
    const int64_t last = network.depth, inputs = pass.units(0), outputs = pass.units(last);
    pass.dropout = batch.dropout;
    pass.step = batch.step;
    pass.losses = result.losses;
    pass.sample_weight = const_cast<T*>(batch.sample_weight);  // only read
    pass.layers[0].output = scratch.x;
    copy_rows(batch.x, inputs, batch.rows, inputs, scratch.x, pass.layers[0].stride);
    copy_rows(batch.targets, outputs, batch.rows, outputs, pass.targets, pass.layers[last].stride);
    Team team_of_one(1);
    forward_and_backward(pass, scratch, ThreadContext{single_thread, team_of_one});
    const double batch_weight = total_weight(batch.sample_weight, batch.rows);
    for (int64_t l = last; l >= 1; --l)
        layer_gradient(pass, l, batch_weight, scratch.panel, single_thread,
                       StoreGradient<T>{result.gradient});
    copy_layers(pass, &LayerArrays<T>::net_input, result.net_inputs);
    copy_layers(pass, &LayerArrays<T>::output, result.outputs);
    copy_layers(pass, &LayerArrays<T>::delta, result.deltas);
}

}  // namespace
}  // namespace glassnet::GLASSNET_ISA
