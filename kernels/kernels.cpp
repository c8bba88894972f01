// The entry points of one instruction set. CMake compiles this file once for each of them; nothing
// in it or in what it includes may use templates of the standard library, because a weak symbol
// built for a newer instruction set could be linked everywhere.
#include <time.h>

#include "small.h"
#include "training.h"

namespace glassnet::GLASSNET_ISA {
namespace {

// A bump allocator over one block of memory; without a block it only counts the bytes.
class Arena {
public:
    explicit Arena(void* base) : base_(static_cast<char*>(base)) {}

    template <class T>
    T* allocate(int64_t count) {
        const size_t at = used_;
        used_ += (size_t(count) * sizeof(T) + 127) / 128 * 128;
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
Scratch<T> allocate_scratch(Arena& arena, const Network& network, int64_t rows) {
    const int64_t widest = widest_layer(network), examples = widest * lanes<T>;
    return {arena.allocate<T>(rows * row_stride<T>(network.layers[0].from)),
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
    if (share.threads == 1 || layer.connection != Connection::dense ||
        layer.weight_count() > max_local_size || training.update.clip_norm != 0 ||
        !parallel_over_panels<T>(layer.to, share.threads))
        return {};
    const ColumnRange columns = column_range<T>(layer.to, share);
    const int64_t size = layer.from * columns.count();
    T* weights = arena.allocate<T>(size);
    T* state = arena.allocate<T>(size * state_rows(training.update.rule));
    return {weights, state, columns.first, columns.count()};
}

// One thread's view of a batch: its thread-local buffers, and those that the team shares.
template <class T>
struct ThreadBuffers {
    Pass<T> pass;
    Scratch<T> scratch;

    ThreadBuffers(Arena& arena, const Training<T>& training, const Pass<T>& shared, int64_t rows,
                  Share share)
        : pass(shared), scratch(allocate_scratch<T>(arena, training.network, rows)) {
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
    T* gradient;
    double* squares;
    char* thread_memory;  // thread_bytes for each thread
    size_t thread_bytes;

    TrainingMemory(Arena& arena, const Training<T>& training, int64_t rows, int threads)
        : pass(allocate_pass(arena, training.network, training.parameters, rows,
                             PassKind::training)) {
        pass.dropout = training.dropout;
        const int64_t count = training.update.clip_norm != 0 ? training.network.parameter_count : 0;
        gradient = arena.allocate<T>(count);
        squares = arena.allocate<double>((count + norm_block - 1) / norm_block);
        thread_bytes = 0;
        for (int number = 0; number < threads; ++number) {
            Arena counted(nullptr);
            ThreadBuffers<T>(counted, training, pass, rows, {number, threads});
            if (counted.used() > thread_bytes) thread_bytes = counted.used();
        }
        thread_memory = arena.allocate<char>(int64_t(thread_bytes) * threads);
    }

    TrainingThread<T> thread(const Training<T>& training, int64_t rows, Share share,
                             Team& team) const {
        Arena arena(thread_memory + size_t(share.thread) * thread_bytes);
        const ThreadBuffers<T> buffers(arena, training, pass, rows, share);
        return {training, buffers.pass, buffers.scratch, gradient, squares, {share, team}};
    }
};

int64_t largest_batch(const int64_t* batch_starts, int64_t steps) {
    int64_t largest = 0;
    for (int64_t s = 0; s < steps; ++s)
        largest = larger(largest, batch_starts[s + 1] - batch_starts[s]);
    return largest;
}

template <class T>
size_t training_bytes(const Training<T>& training, int threads, bool autotune_threads) {
    const int64_t rows = largest_batch(training.batch_starts, training.steps);
    Arena arena(nullptr);
    if (SmallTraining<T>::fits(training, rows)) {
        SmallTraining<T>(training).allocate(arena, rows);
        return arena.used();
    }
    TrainingMemory<T>(arena, training, rows, threads);
    if (autotune_threads && threads > 1) TrainingMemory<T>(arena, training, rows, 1);
    return arena.used();
}

template <class T>
struct RunArguments {
    const Training<T>& training;
    const TrainingMemory<T>& team_memory;
    const TrainingMemory<T>* single_memory;  // null where nothing is to be tuned
    int64_t rows;                            // of the largest batch
    Team& team;
    bool single_is_faster;

    TrainingThread<T> team_thread(int thread) const {
        return team_memory.thread(training, rows, {thread, team.size()}, team);
    }
};

template <class T>
double measure_seconds(TrainingThread<T>& thread, int64_t first, int64_t end) {
    timespec began, ended;
    clock_gettime(CLOCK_MONOTONIC, &began);
    thread.take_steps(first, end);
    clock_gettime(CLOCK_MONOTONIC, &ended);
    return double(ended.tv_sec - began.tv_sec) + 1e-9 * double(ended.tv_nsec - began.tv_nsec);
}

// So many steps are measured each way.
inline constexpr int64_t trial_steps = 24;

// Whether a team is faster than a single thread depends on how far apart its cores are, and the
// system does not tell. Both give the same bits, so both are measured on the first steps, and the
// faster one takes the rest.
template <class T>
void run_thread(RunArguments<T>& arguments, int thread) {
    TrainingThread<T> in_team = arguments.team_thread(thread);
    const int64_t steps = arguments.training.steps;
    if (!arguments.single_memory || steps < 8 * trial_steps) {
        in_team.run(0, steps);
        return;
    }
    in_team.load_local_columns();
    in_team.take_steps(0, trial_steps);  // warm-up: until all threads are awake
    const double team_seconds = measure_seconds(in_team, trial_steps, 2 * trial_steps);
    in_team.store_local_columns();
    in_team.context.barrier();
    Team team_of_one(1);
    const auto single = [&] {
        return arguments.single_memory->thread(arguments.training, arguments.rows, single_thread,
                                               team_of_one);
    };
    if (thread == 0) {
        TrainingThread<T> trial = single();
        arguments.single_is_faster =
            measure_seconds(trial, 2 * trial_steps, 3 * trial_steps) < team_seconds;
    }
    in_team.context.barrier();
    if (!arguments.single_is_faster)
        in_team.run(3 * trial_steps, steps);
    else if (thread == 0)
        single().run(3 * trial_steps, steps);
}

template <class T>
void run(const Training<T>& training, Team& team, bool autotune_threads, void* workspace) {
    const int64_t rows = largest_batch(training.batch_starts, training.steps);
    Arena arena(workspace);
    if (SmallTraining<T>::fits(training, rows)) {
        SmallTraining<T> small(training);
        small.allocate(arena, rows);
        small.run();
        return;
    }
    const auto on_each_thread = [](void* arguments, int thread) {
        run_thread(*static_cast<RunArguments<T>*>(arguments), thread);
    };
    const TrainingMemory<T> team_memory(arena, training, rows, team.size());
    RunArguments<T> arguments{training, team_memory, nullptr, rows, team, false};
    if (!autotune_threads || team.size() == 1) {
        team.parallel(on_each_thread, &arguments);
        return;
    }
    const TrainingMemory<T> single_memory(arena, training, rows, 1);
    arguments.single_memory = &single_memory;
    team.parallel(on_each_thread, &arguments);
}

// Rows of an array whose rows are `from_stride` apart to one whose rows are `to_stride` apart.
template <class T>
void copy_rows(const T* from, int64_t from_stride, int64_t rows, int64_t columns, T* to,
               int64_t to_stride) {
    for (int64_t row = 0; row < rows; ++row)
        __builtin_memcpy(to + row * to_stride, from + row * from_stride,
                         size_t(columns) * sizeof(T));
}

template <class T>
void copy_layers(const Pass<T>& pass, T* LayerArrays<T>::* array, T* to) {
    for (int64_t l = 1; to && l <= pass.depth(); ++l) {
        const int64_t units = pass.units(l);
        copy_rows(pass.layers[l].*array, pass.layers[l].stride, pass.rows, units, to, units);
        to += pass.rows * units;
    }
}

template <class T>
size_t trace_bytes(const Network& network, int64_t rows) {
    Arena arena(nullptr);
    allocate_pass<T>(arena, network, nullptr, rows, PassKind::trace);
    allocate_scratch<T>(arena, network, rows);
    return arena.used();
}

template <class T>
void trace(const Network& network, const T* parameters, const Batch<T>& batch,
           const Trace<T>& result, void* workspace) {
    Arena arena(workspace);
    Pass<T> pass = allocate_pass(arena, network, parameters, batch.rows, PassKind::trace);
    const Scratch<T> scratch = allocate_scratch<T>(arena, network, batch.rows);
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

template <class T>
void update_parameters(const Network& network, const Update& update, T* parameters, T* state,
                       int64_t state_stride, const T* gradient, double* squares,
                       double batch_weight, int64_t step, double learning_rate) {
    const int64_t count = network.parameter_count;
    double factor = 1;
    if (update.clip_norm != 0) {
        sum_squares(gradient, count, single_thread, squares);
        factor = clipping_factor(squares, count, update.clip_norm);
    }
    const UpdateStep<T> now{update, parameters,    state,       state_stride,
                            step,   learning_rate, batch_weight};
    update_all(network, now, gradient, T(factor), single_thread);
}

// Prediction goes over the rows in chunks that stay in the second-level cache.
inline constexpr int64_t chunk_rows = 96;

template <class T>
size_t prediction_bytes(const Network& network, int64_t rows) {
    Arena arena(nullptr);
    const int64_t chunk = rows < chunk_rows ? rows : chunk_rows;
    allocate_pass<T>(arena, network, nullptr, chunk, PassKind::prediction);
    allocate_scratch<T>(arena, network, chunk);
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

template <class T>
void predict_thread(const PredictArguments<T>& arguments, int thread) {
    const Prediction<T>& prediction = arguments.prediction;
    const int64_t rows = prediction.rows;
    Arena arena(arguments.workspace + size_t(thread) * arguments.thread_bytes);
    const int64_t chunk = rows < chunk_rows ? rows : chunk_rows;
    Pass<T> pass =
        allocate_pass(arena, arguments.network, prediction.parameters, chunk, PassKind::prediction);
    const Scratch<T> scratch = allocate_scratch<T>(arena, arguments.network, chunk);
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
        pass.layers[0].output = const_cast<T*>(prediction.x) + at * inputs;  // only read
        if (!all_finite(pass.layers[0].output, pass.rows * inputs))
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

// For the tests: the elementary functions by number.
template <class T>
void elementary(int32_t function, const T* x, T* y, int64_t count) {
    for (int64_t at = 0; at < count; at += lanes<T>) {
        const int valid = lanes_left<T>(at, count);
        const Vec<T> value = load(x + at, valid);
        const auto put = [&](Vec<T> result) { store(y + at, result, valid); };
        switch (function) {
            case 0: put(exp<T>(value)); break;
            case 1: put(exp_and_expm1<T>(value).expm1); break;
            case 2: put(log1p<T>(value)); break;
            case 3: put(log<T>(value)); break;
            case 4: put(normal<T>(value).tail); break;
            default: put(normal<T>(value).density); break;
        }
    }
}

// For the tests: an activation's value, or its derivative.
template <class T>
void activate(Activation activation, double parameter, bool derivative, const T* x, T* y,
              int64_t count) {
    with_activation<T>(activation, parameter, [&](const auto& function) {
        for (int64_t at = 0; at < count; at += lanes<T>) {
            const int valid = lanes_left<T>(at, count);
            const Activated<T> result = function(load(x + at, valid));
            store(y + at, derivative ? result.derivative : result.output, valid);
        }
    });
}

template <class T>
constexpr Kernels<T> kernels{
    training_bytes<T>,   run<T>,     trace_bytes<T>, trace<T>,   update_parameters<T>,
    prediction_bytes<T>, predict<T>, elementary<T>,  activate<T>};

}  // namespace

extern const Kernels<float> kernels_float32;
extern const Kernels<double> kernels_float64;
const Kernels<float> kernels_float32 = kernels<float>;
const Kernels<double> kernels_float64 = kernels<double>;

}  // namespace glassnet::GLASSNET_ISA
