// The plain records that Python passes to the kernels. No instruction set, no Python, no templates
// of the standard library: every file may include this one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "activation.h"
#include "optimizer.h"
#include "output_loss.h"

namespace glassnet {

enum class Connection : int32_t { dense, scale };

// One layer: in = multiplier * (y W) + b, y = g(in). Dense weights are (from, to), row-major, at
// `weights` in the parameter buffer; a scale layer has from = to and one weight for each unit,
// in = multiplier * y * w + b. The `to` biases are at `biases`, which is -1 without a bias unit.
struct Layer {
    Connection connection;
    int64_t from, to;
    int64_t weights, biases;
    Activation activation;
    double hyper_parameters[max_hyper_parameters];
    double multiplier;              // fixed, 1 unless said otherwise
    double weight_rate, bias_rate;  // factors on the learning rate

    int64_t weight_count() const { return connection == Connection::dense ? from * to : to; }
};

// The loss of an example: which one, and its hyper-parameters. What one output adds to it counts as
// `largest_term` at most, where losses are reported; the gradient is that of the whole loss.
struct OutputLoss {
    Loss loss;
    double hyper_parameters[max_hyper_parameters];
    double largest_term = __builtin_inf();
};

// layers[0] leads from the input to the first hidden layer, layers[depth - 1] to the output.
struct Network {
    const Layer* layers;
    int64_t depth;
    int64_t parameter_count;
    OutputLoss output_loss;
};

// The strength of a penalty on weights and on biases: a fixed part, and one that is divided by the
// total sample weight of the batch.
struct Penalty {
    double weights, weights_over_examples;
    double biases, biases_over_examples;

    bool acts() const {
        return weights != 0 || weights_over_examples != 0 || biases != 0 ||
               biases_over_examples != 0;
    }
};

// How gradients become new parameters.
struct Update {
    Rule rule;
    double hyper_parameters[max_hyper_parameters];
    Penalty l1, l2;    // gradient += l1 sign(w) + l2 w
    Penalty decay;     // w shrinks by learning rate * decay, beside the gradient
    double clip_norm;  // maximum norm of the gradient, or 0
};

// Which outputs are set to 0 in training: each layer's rate, and the seed of the masks.
struct Dropout {
    const double* rates;  // (depth): of the inputs, then of layers 1 ... depth - 1; or null
    uint64_t seed;
};

// Inputs of which most are 0. The others of row r are at starts[r] ... starts[r + 1] - 1, in the
// order of their columns.
template <class T>
struct SparseRows {
    const int64_t* starts;  // (rows + 1), or null where the inputs are dense
    const int32_t* columns;
    const T* values;
};

// A part of a training: `steps` steps, one after another. Step s learns from the examples
// order[batch_starts[s]] ... order[batch_starts[s + 1] - 1].
template <class T>
struct Training {
    Network network;
    Update update;
    Dropout dropout;
    T* parameters;         // (parameter_count)
    T* state;              // optimizer state: arrays of parameter_count numbers ...
    int64_t state_stride;  // ... so far apart
    int64_t steps_before;  // how many steps have been taken already
    const T* x;            // (examples, inputs), or null where they are sparse
    SparseRows<T> sparse_x;
    const T* targets;        // (examples, outputs)
    const T* sample_weight;  // (examples), or null where all count alike
    const int64_t* order;
    const int64_t* batch_starts;   // (steps + 1)
    const double* learning_rates;  // (steps)
    int64_t steps;
    double* step_losses;   // (steps): the sum of the weighted losses of the step's examples, before
                           // the update
    double* step_squares;  // (steps): the sum of the squared weights before the update, or null
};

// All arrays of one forward and backward pass, unfused. Those of layer l follow those of layer
// l - 1, each (rows, units); null pointers are left out.
template <class T>
struct Trace {
    T* net_inputs;   // layers 1 ... depth
    T* outputs;      // layers 1 ... depth
    T* deltas;       // layers 1 ... depth
    T* gradient;     // (parameter_count): of the weighted mean loss
    double* losses;  // (rows), each without its sample weight
};

// Examples to trace, and the number of the step whose dropout applies.
template <class T>
struct Batch {
    const T *x, *targets, *sample_weight;
    int64_t rows;
    Dropout dropout;
    int64_t step;
};

// Rows to predict; with `targets`, the loss of each too.
template <class T>
struct Prediction {
    const T* parameters;
    const T* x;  // (rows, inputs), or null where they are sparse
    SparseRows<T> sparse_x;
    const T* targets;  // (rows, outputs), or null
    int64_t rows;
    T* predicted;    // (rows, outputs)
    double* losses;  // (rows), where there are targets
    bool* finite;    // becomes false where a number of x is not finite
};

class Team;

// What one instruction set offers for one precision. `workspace` is memory of as many bytes as the
// function's companion says, aligned to 128.
template <class T>
struct Kernels {
    // `autotune_threads`: measure whether a single thread is faster than the team, and go on so.
    size_t (*training_bytes)(const Training<T>&, int threads, bool autotune_threads);
    void (*run)(const Training<T>&, Team&, bool autotune_threads, void* workspace);
    size_t (*trace_bytes)(const Network&, int64_t rows);
    void (*trace)(const Network&, const T* parameters, const Batch<T>&, const Trace<T>&,
                  void* workspace);
    // `squares` has room for a number for each 4096 parameters, or is null where nothing is
    // clipped.
    void (*update)(const Network&, const Update&, T* parameters, T* state, int64_t state_stride,
                   const T* gradient, double* squares, double batch_weight, int64_t step,
                   double learning_rate);
    size_t (*prediction_bytes)(const Network&, int64_t rows);  // for each thread
    void (*predict)(const Network&, const Prediction<T>&, Team&, void* workspace);
    void (*elementary)(Elementary, const T* x, T* y, int64_t count);
    void (*activate)(Activation, const double* p, bool derivative, const T* x, T* y, int64_t count);
};

}  // namespace glassnet
