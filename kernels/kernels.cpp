// The entry points of one instruction set. CMake compiles this file once for each of them; nothing
// in it or in what it includes may use templates of the standard library, because a weak symbol
// built for a newer instruction set could be linked everywhere.
#include "training.h"

namespace glassnet::GLASSNET_ISA {
namespace {

// Hands out pieces of one block of memory; without a block it only counts what it would hand out.
class Arena {
public:
    explicit Arena(void* base) : base_(static_cast<char*>(base)) {}

    template <class T>
    T* take(int64_t count) {
        const size_t at = used_;
        used_ += (size_t(count) * sizeof(T) + 63) / 64 * 64;
        return base_ ? reinterpret_cast<T*>(base_ + at) : nullptr;
    }
    size_t used() const { return used_; }

private:
    char* base_;
    size_t used_ = 0;
};

int64_t larger(int64_t a, int64_t b) { return a > b ? a : b; }

int64_t widest_layer(const Network& network) {
    int64_t widest = network.layers[0].from;
    for (int64_t l = 0; l < network.depth; ++l) widest = larger(widest, network.layers[l].to);
    return widest;
}

template <class T>
T** take_pointers(Arena& arena, int64_t depth) {
    T** pointers = arena.take<T*>(depth + 1);
    for (int64_t l = 0; pointers && l <= depth; ++l) pointers[l] = nullptr;
    return pointers;
}

enum class Keep { prediction, training, trace };

// A pass whose arrays come from the arena. With an arena that only counts, nothing is written.
template <class T>
Pass<T> take_pass(Arena& arena, const Network& network, const T* parameters, int64_t rows,
                  Keep keep) {
    const int64_t depth = network.depth;
    Pass<T> pass{network, parameters, rows, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr};
    pass.output = take_pointers<T>(arena, depth);
    pass.derivative = take_pointers<T>(arena, depth);
    pass.delta = take_pointers<T>(arena, depth);
    pass.net_input = take_pointers<T>(arena, depth);
    for (int64_t l = 0; l <= depth; ++l) {
        const int64_t size = rows * pass.units(l);
        T* output = arena.take<T>(size);
        const bool row_wise = l > 0 && whole_row(pass, l),
                   learns = l > 0 && keep != Keep::prediction;
        const bool keeps_net_input = row_wise || (l > 0 && keep == Keep::trace);
        T* net_input = keeps_net_input ? arena.take<T>(size) : nullptr;
        T* derivative = learns && !row_wise ? arena.take<T>(size) : nullptr;
        T* delta = learns ? arena.take<T>(size) : nullptr;
        if (!pass.output) continue;
        pass.output[l] = output;
        pass.net_input[l] = net_input;
        pass.derivative[l] = derivative;
        pass.delta[l] = delta;
    }
    pass.costs = arena.take<double>(rows);
    return pass;
}

template <class T>
T* take_panel(Arena& arena, const Network& network, int64_t rows) {
    return arena.take<T>(larger(widest_layer(network), rows) * tile_columns<T>);
}

// Prediction goes over the rows in chunks that stay in the second-level cache.
inline constexpr int64_t prediction_rows = 96;

template <class T>
void take_training(Arena& arena, const Network& network, const T* parameters, int64_t rows,
                   int threads, Pass<T>& pass, T*& desired, T*& panels) {
    pass = take_pass(arena, network, parameters, rows, Keep::training);
    desired = arena.take<T>(rows * pass.units(network.depth));
    panels = take_panel<T>(arena, network, rows);
    for (int thread = 1; thread < threads; ++thread) take_panel<T>(arena, network, rows);
}

template <class T>
size_t prediction_bytes(const Network& network) {
    Arena arena(nullptr);
    const Pass<T> pass = take_pass<T>(arena, network, nullptr, prediction_rows, Keep::prediction);
    take_panel<T>(arena, network, prediction_rows);
    arena.take<T>(pass.units(network.depth));
    return arena.used();
}

template <class T>
size_t workspace_bytes(const Network& network, int64_t largest_batch, int threads) {
    Arena training(nullptr), trace(nullptr);
    Pass<T> pass;
    T *desired, *panels;
    take_training<T>(training, network, nullptr, largest_batch, threads, pass, desired, panels);
    take_pass<T>(trace, network, nullptr, largest_batch, Keep::trace);
    take_panel<T>(trace, network, largest_batch);
    const size_t prediction = prediction_bytes<T>(network) * size_t(threads);
    const size_t most = training.used() > trace.used() ? training.used() : trace.used();
    return most > prediction ? most : prediction;
}

template <class T>
struct RunCall {
    const Training<T>& training;
    Pass<T> pass;
    T* desired;
    T* panels;
    int64_t panel_size;
    Team& team;
};

template <class T>
void run(const Training<T>& training, Team& team, void* workspace) {
    int64_t largest_batch = 0;
    for (int64_t s = 0; s < training.steps; ++s)
        largest_batch =
            larger(largest_batch, training.batch_starts[s + 1] - training.batch_starts[s]);
    Arena arena(workspace);
    RunCall<T> call{training, {}, nullptr, nullptr, 0, team};
    take_training<T>(arena, training.network, training.parameters, largest_batch, team.size(),
                     call.pass, call.desired, call.panels);
    Arena one_panel(nullptr);
    take_panel<T>(one_panel, training.network, largest_batch);
    call.panel_size = int64_t(one_panel.used() / sizeof(T));
    team.each(
        [](void* argument, int member) {
            RunCall<T>& call = *static_cast<RunCall<T>*>(argument);
            Pass<T> pass = call.pass;
            pass.panel = call.panels + member * call.panel_size;
            run_member(call.training, pass, call.desired, Share{member, call.team.size()},
                       call.team);
        },
        &call);
}

template <class T>
struct KeepGradient {
    T* gradient;
    void operator()(int64_t at, Vec<T> value, int count) const {
        if (gradient) store(gradient + at, value, count);
    }
};

template <class T>
void copy_layers(const Pass<T>& pass, T* const* layers, T* to) {
    for (int64_t l = 1; to && l <= pass.network.depth; ++l) {
        const int64_t size = pass.rows * pass.units(l);
        __builtin_memcpy(to, layers[l], size_t(size) * sizeof(T));
        to += size;
    }
}

template <class T>
void trace(const Network& network, const T* parameters, const T* x, const T* desired, int64_t rows,
           const Trace<T>& result, void* workspace) {
    Arena arena(workspace);
    Pass<T> pass = take_pass(arena, network, parameters, rows, Keep::trace);
    pass.panel = take_panel<T>(arena, network, rows);
    pass.costs = result.costs;
    __builtin_memcpy(pass.output[0], x, size_t(rows * pass.units(0)) * sizeof(T));
    Team alone(1);
    forward_and_backward(pass, desired, Share{0, 1}, alone, KeepGradient<T>{result.gradient});
    copy_layers(pass, pass.net_input, result.net_inputs);
    copy_layers(pass, pass.output, result.outputs);
    copy_layers(pass, pass.delta, result.deltas);
}

template <class T>
void update_all(const Optimizer& optimizer, T* parameters, T* state, const T* gradient,
                int64_t count, int64_t steps_before, double learning_rate) {
    const UpdateStep<T> step =
        update_step(optimizer, parameters, state, count, steps_before + 1, learning_rate);
    for (int64_t at = 0; at < count; at += lanes<T>) {
        const int valid = count - at < lanes<T> ? int(count - at) : lanes<T>;
        update(step, at, load(gradient + at, valid), valid);
    }
}

template <class T>
struct PredictCall {
    const Network& network;
    const T *parameters, *x, *desired;
    int64_t rows;
    T* predicted;
    double* costs;
    int members;
    char* workspace;
    size_t member_bytes;
};

template <class T>
void predict_member(const PredictCall<T>& call, int member) {
    Arena arena(call.workspace + size_t(member) * call.member_bytes);
    Pass<T> pass =
        take_pass(arena, call.network, call.parameters, prediction_rows, Keep::prediction);
    pass.panel = take_panel<T>(arena, call.network, prediction_rows);
    T* delta = arena.take<T>(pass.units(call.network.depth));  // a by-product of the costs
    const int64_t last = call.network.depth, inputs = pass.units(0), outputs = pass.units(last);
    const int64_t chunks = (call.rows + prediction_rows - 1) / prediction_rows;
    const Share share{member, call.members}, everything{0, 1};
    Team alone(1);
    for (int64_t chunk = share.begin(chunks); chunk < share.end(chunks); ++chunk) {
        const int64_t begin = chunk * prediction_rows;
        pass.rows = call.rows - begin < prediction_rows ? call.rows - begin : prediction_rows;
        pass.output[0] = const_cast<T*>(call.x) + begin * inputs;  // only read
        for (int64_t l = 1; l <= last; ++l) forward_layer(pass, l, everything, alone);
        const Activation activation = pass.layer(last).activation;
        for (int64_t row = 0; row < pass.rows; ++row) {
            const T* net_input = pass.net_input[last] + row * outputs;
            T* predicted = call.predicted + (begin + row) * outputs;
            if (call.desired)
                call.costs[begin + row] = objective_row(call.network.cost, activation, net_input,
                                                        call.desired + (begin + row) * outputs,
                                                        outputs, predicted, delta);
            else
                activate_row(activation, net_input, outputs, predicted);
        }
    }
}

template <class T>
void predict(const Network& network, const T* parameters, const T* x, const T* desired,
             int64_t rows, T* predicted, double* costs, Team& team, void* workspace) {
    PredictCall<T> call{network,
                        parameters,
                        x,
                        desired,
                        rows,
                        predicted,
                        costs,
                        team.size(),
                        static_cast<char*>(workspace),
                        prediction_bytes<T>(network)};
    team.each([](void* argument,
                 int member) { predict_member(*static_cast<PredictCall<T>*>(argument), member); },
              &call);
}

// For the tests: the elementary functions by number.
template <class T>
void elementary(int32_t function, const T* x, T* y, int64_t count) {
    for (int64_t at = 0; at < count; at += lanes<T>) {
        const int valid = count - at < lanes<T> ? int(count - at) : lanes<T>;
        const Vec<T> value = load(x + at, valid);
        switch (function) {
            case 0: store(y + at, exponential<T>(value), valid); break;
            case 1: store(y + at, exponential_minus_one<T>(value), valid); break;
            case 2: store(y + at, log_one_plus<T>(value), valid); break;
            case 3: store(y + at, activate_sigmoid<T>(value).output, valid); break;
            case 4: store(y + at, activate_sigmoid<T>(value).derivative, valid); break;
            case 5: store(y + at, activate_tanh<T>(value).output, valid); break;
            default: store(y + at, activate_tanh<T>(value).derivative, valid); break;
        }
    }
}

}  // namespace

extern const Kernels<float> kernels_float32;
extern const Kernels<double> kernels_float64;
const Kernels<float> kernels_float32{workspace_bytes<float>, run<float>,     trace<float>,
                                     update_all<float>,      predict<float>, elementary<float>};
const Kernels<double> kernels_float64{workspace_bytes<double>, run<double>,     trace<double>,
                                      update_all<double>,      predict<double>, elementary<double>};

}  // namespace glassnet::GLASSNET_ISA
