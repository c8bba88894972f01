// The plain records that Python passes to the kernels. No instruction set, no Python, no templates
// of the standard library: every file may include this one.
#pragma once

#include <cstddef>
#include <cstdint>

namespace glassnet {

// The order of these names is the order in engine/native.py.
enum class Connection : int32_t { dense, scale };
enum class Activation : int32_t {
    identity,
    sigmoid,
    tanh,
    relu,
    leaky_relu,
    elu,
    selu,
    gelu,
    silu,
    mish,
    softplus,
    exponential,
    softmax
};
enum class Loss : int32_t {
    categorical_crossentropy,
    binary_crossentropy,
    mean_squared_error,
    mean_absolute_error,
    huber,
    poisson,
    pinball,
    half_squared_error,
    summed_binary_crossentropy,
    summed_poisson
};
// `gradient_only` updates nothing and stores the gradient in the optimizer state.
enum class Rule : int32_t { gradient_only, sgd, momentum, nesterov, rmsprop, adam };

// One layer: in = multiplier * (y W) + b, y = g(in). Dense weights are (from, to), row-major, at
// `weights` in the parameter buffer; a scale layer has from = to and one weight for each unit,
// in = multiplier * y * w + b. The `to` biases are at `biases`, which is -1 without a bias unit.
struct Layer {
    Connection connection;
    int64_t from, to;
    int64_t weights, biases;
    Activation activation;
    double activation_parameter;    // slope of leaky relu, alpha of elu
    double multiplier;              // fixed, 1 unless said otherwise
    double weight_rate, bias_rate;  // factors on the learning rate

    int64_t weight_count() const { return connection == Connection::dense ? from * to : to; }
};

// The loss of an example: which one, and its parameter (label smoothing, Huber's delta, the
// quantile).
struct OutputLoss {
    Loss loss;
    double parameter;
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
    double momentum;               // momentum, nesterov; rho of rmsprop
    double beta1, beta2, epsilon;  // adam; epsilon of rmsprop
    Penalty l1, l2;                // gradient += l1 sign(w) + l2 w
    Penalty decay;                 // w shrinks by learning rate * decay, beside the gradient
    double clip_norm;              // maximum norm of the gradient, or 0
};

// How many numbers of optimizer state each parameter has.
inline int64_t state_rows(Rule rule) { return rule == Rule::sgd ? 0 : rule == Rule::adam ? 2 : 1; }

// Which outputs are set to 0 in training: each layer's rate, and the seed of the masks.
struct Dropout {
    const double* rates;  // (depth): of the inputs, then of layers 1 ... depth - 1; or null
    uint64_t seed;
};

// A part of a training: `steps` steps, one after another. Step s learns from the examples
// order[batch_starts[s]] ... order[batch_starts[s + 1] - 1].
template <class T>
struct Training {
    Network network;
    Update update;
    Dropout dropout;
    T* parameters;           // (parameter_count)
    T* state;                // optimizer state: arrays of parameter_count numbers ...
    int64_t state_stride;    // ... so far apart
    int64_t steps_before;    // how many steps have been taken already
    const T* x;              // (examples, inputs)
    const T* targets;        // (examples, outputs)
    const T* sample_weight;  // (examples), or null where all count alike
    const int64_t* order;
    const int64_t* batch_starts;   // (steps + 1)
    const double* learning_rates;  // (steps)
    int64_t steps;
    double* step_losses;  // (steps): the sum of the weighted losses of the step's examples, before
                          // the update
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
    const T* x;        // (rows, inputs)
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
    void (*elementary)(int32_t function, const T* x, T* y, int64_t count);
    void (*activate)(Activation, double parameter, bool derivative, const T* x, T* y,
                     int64_t count);
};

}  // namespace glassnet
