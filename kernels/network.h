// The plain records that Python hands to the kernels. No instruction set, no Python, no templates
// of the standard library: every file may include this one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace glassnet {

// The order of these names is the order in engine/native.py.
enum class Activation : int32_t { identity, sigmoid, tanh, relu, softmax };
enum class Cost : int32_t { categorical_crossentropy, binary_crossentropy, mean_squared_error };
enum class Rule : int32_t { sgd, momentum, adam };

// One layer: weights of shape (from, to), row-major, at `weights` in the parameter buffer,
// and `to` biases at `biases`, or -1 where the layer has no bias unit.
struct Layer {
    int64_t from, to;
    int64_t weights, biases;
    Activation activation;
};

// layers[0] leads from the input to the first hidden layer, layers[depth - 1] to the output.
struct Network {
    const Layer* layers;
    int64_t depth;
    int64_t parameter_count;
    Cost cost;
};

struct Optimizer {
    Rule rule;
    double momentum;               // momentum
    double beta1, beta2, epsilon;  // adam
};

// A part of a training: `steps` steps, one after another. Step s learns from the examples
// order[batch_starts[s]] ... order[batch_starts[s + 1] - 1].
template <class T>
struct Training {
    Network network;
    Optimizer optimizer;
    T* parameters;         // (parameter_count)
    T* state;              // momentum: velocity; adam: first moments, then second moments
    int64_t steps_before;  // how many steps the optimizer has already taken
    const T* x;            // (examples, inputs)
    const T* desired;      // (examples, outputs)
    const int64_t* order;
    const int64_t* batch_starts;   // (steps + 1)
    const double* learning_rates;  // (steps)
    int64_t steps;
    double* step_costs;  // (steps): the sum of the cost over the step's examples, before the update
};

// Everything that one batch sends forward and backward, unfused. Arrays of layer l stand behind
// those of layer l - 1, each (rows, units); null pointers are left out.
template <class T>
struct Trace {
    T* net_inputs;  // layers 1 ... depth
    T* outputs;     // layers 1 ... depth
    T* deltas;      // layers 1 ... depth
    T* gradient;    // (parameter_count): of the mean cost
    double* costs;  // (rows)
};

class Team;

// What one instruction set offers for one precision.
template <class T>
struct Kernels {
    size_t (*workspace_bytes)(const Network&, int64_t largest_batch, int threads);
    void (*run)(const Training<T>&, Team&, void* workspace);
    void (*trace)(const Network&, const T* parameters, const T* x, const T* desired, int64_t rows,
                  const Trace<T>&, void* workspace);
    void (*update)(const Optimizer&, T* parameters, T* state, const T* gradient, int64_t count,
                   int64_t steps_before, double learning_rate);
    // With `desired`, the cost of each example too; without (null), only the prediction.
    void (*predict)(const Network&, const T* parameters, const T* x, const T* desired, int64_t rows,
                    T* predicted, double* costs, Team&, void* workspace);
    void (*elementary)(int32_t function, const T* x, T* y, int64_t count);
};

}  // namespace glassnet
