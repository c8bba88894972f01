// With arguments.h the only file that knows Python: arrays in, checked, and the interpreter lock
// released while the kernels work. Nothing is converted silently: a wrong precision or a strided
// array is refused.
#include <nanobind/nanobind.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <map>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <tuple>
#include <variant>

#include "arguments.h"
#include "dispatch.h"
#include "team.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using namespace glassnet;

// Memory for the kernels, aligned to cache lines. A small amount, enough for one example in a small
// network, is on the stack.
class Workspace {
public:
    explicit Workspace(size_t bytes)
        : memory_(bytes <= sizeof(small_) ? small_
                                          : ::operator new[](bytes, std::align_val_t(128))) {}
    ~Workspace() {
        if (memory_ != small_) ::operator delete[](memory_, std::align_val_t(128));
    }
    Workspace(const Workspace&) = delete;
    Workspace& operator=(const Workspace&) = delete;
    void* get() const { return memory_; }

private:
    alignas(128) unsigned char small_[32768];
    void* memory_;
};

template <class T>
void run(const Program& program, const Update& update, std::optional<std::vector<double>> dropout,
         uint64_t seed, Vector<T> parameters, Rows<T> state, int64_t steps_before,
         const Inputs<T>& given_x, Matrix<const T> targets,
         std::optional<Vector<const T>> sample_weight, Vector<const int64_t> order,
         Vector<const int64_t> batch_starts, Vector<const double> learning_rates,
         Vector<double> step_losses, std::optional<Vector<double>> step_squares,
         double largest_term, int threads, bool autotune_threads) {
    const int64_t count = program.network().parameter_count;
    const CheckedInputs<T> x(program, given_x);
    const int64_t steps = checked_steps(x, order, batch_starts);
    require(int64_t(parameters.shape(0)) == count, "the parameters do not fit the network");
    require(fits(state, update, count), "the state does not fit the optimizer");
    require(int64_t(targets.shape(0)) == x.rows && int64_t(targets.shape(1)) == program.outputs(),
            "targets do not fit x and the network");
    require_sample_weight(sample_weight, targets.shape(0));
    require(int64_t(learning_rates.shape(0)) == steps && int64_t(step_losses.shape(0)) == steps,
            "one learning rate and one loss for each step");
    require(!step_squares || int64_t(step_squares->shape(0)) == steps,
            "one sum of squared weights for each step");
    require(threads >= 1, "at least one thread");
    require_dropout(dropout, program.network());

    nb::gil_scoped_release no_interpreter_lock;
    Network network = program.network();
    network.output_loss.largest_term = largest_term;
    const Training<T> training{network,
                               update,
                               {dropout ? dropout->data() : nullptr, seed},
                               parameters.data(),
                               state.data(),
                               state.stride(0),
                               steps_before,
                               x.dense,
                               x.sparse,
                               targets.data(),
                               sample_weight ? sample_weight->data() : nullptr,
                               order.data(),
                               batch_starts.data(),
                               learning_rates.data(),
                               steps,
                               step_losses.data(),
                               step_squares ? step_squares->data() : nullptr};
    Team team(threads);
    const Workspace memory(
        program.kernels<T>().training_bytes(training, team.size(), autotune_threads));
    program.kernels<T>().run(training, team, autotune_threads, memory.get());
}

template <class T>
void trace(const Program& program, Vector<const T> parameters, Matrix<const T> x,
           Matrix<const T> targets, std::optional<Vector<const T>> sample_weight,
           std::optional<std::vector<double>> dropout, uint64_t seed, int64_t step,
           Vector<T> net_inputs, Vector<T> outputs, Vector<T> deltas, Vector<T> gradient,
           Vector<double> losses) {
    const int64_t rows = int64_t(x.shape(0)), count = program.network().parameter_count;
    const int64_t units = rows * program.hidden_and_output_units();
    require(int64_t(parameters.shape(0)) == count && int64_t(gradient.shape(0)) == count,
            "the parameters do not fit the network");
    require(rows >= 1 && int64_t(x.shape(1)) == program.inputs(), "x does not fit the network");
    require(int64_t(targets.shape(0)) == rows && int64_t(targets.shape(1)) == program.outputs(),
            "targets do not fit x and the network");
    require_sample_weight(sample_weight, x.shape(0));
    require(int64_t(net_inputs.shape(0)) == units && int64_t(outputs.shape(0)) == units &&
                int64_t(deltas.shape(0)) == units && int64_t(losses.shape(0)) == rows,
            "the arrays of the trace do not fit the network");
    require_dropout(dropout, program.network());

    nb::gil_scoped_release no_interpreter_lock;
    const Workspace memory(program.kernels<T>().trace_bytes(program.network(), rows));
    program.kernels<T>().trace(
        program.network(), parameters.data(),
        {x.data(),
         targets.data(),
         sample_weight ? sample_weight->data() : nullptr,
         rows,
         {dropout ? dropout->data() : nullptr, seed},
         step},
        {net_inputs.data(), outputs.data(), deltas.data(), gradient.data(), losses.data()},
        memory.get());
}

// One step of an update by a gradient; `batch_weight` is the sum of its batch's sample weights.
template <class T>
void update(const Program& program, const Update& update, Vector<T> parameters, Rows<T> state,
            Vector<const T> gradient, double batch_weight, int64_t step, double learning_rate) {
    const int64_t count = program.network().parameter_count;
    require(int64_t(parameters.shape(0)) == count && int64_t(gradient.shape(0)) == count &&
                fits(state, update, count),
            "parameters, state and gradient do not fit the network and each other");
    std::vector<double> squares(size_t(update.clip_norm != 0 ? count / 4096 + 1 : 0));
    program.kernels<T>().update(program.network(), update, parameters.data(), state.data(),
                                state.stride(0), gradient.data(), squares.data(), batch_weight,
                                step, learning_rate);
}

// Without targets there are no losses. Returns whether all of x are finite numbers.
template <class T>
bool predict(const Program& program, Vector<const T> parameters, const Inputs<T>& given_x,
             std::optional<Matrix<const T>> targets, Matrix<T> predicted,
             std::optional<Vector<double>> losses, int threads) {
    require(int64_t(parameters.shape(0)) == program.network().parameter_count,
            "the parameters do not fit the network");
    const CheckedInputs<T> x(program, given_x);
    for (int64_t row = 0; row < x.rows; ++row) x.require_row(row);
    const size_t rows = size_t(x.rows);
    require(predicted.shape(0) == rows && int64_t(predicted.shape(1)) == program.outputs(),
            "predicted does not fit x and the network");
    require(!targets || (targets->shape(0) == rows && losses &&
                         targets->shape(1) == predicted.shape(1) && losses->shape(0) == rows),
            "targets and losses do not fit x and the network");
    require(threads >= 1, "at least one thread");

    nb::gil_scoped_release no_interpreter_lock;
    bool finite = true;
    Team team(threads);
    const Workspace memory(program.kernels<T>().prediction_bytes(program.network(), x.rows) *
                           size_t(team.size()));
    program.kernels<T>().predict(
        program.network(),
        {parameters.data(), x.dense, x.sparse, targets ? targets->data() : nullptr, x.rows,
         predicted.data(), losses ? losses->data() : nullptr, &finite},
        team, memory.get());
    return finite;
}

template <class T>
void elementary(const std::string& isa, Elementary function, Vector<const T> x, Vector<T> y) {
    require(x.shape(0) == y.shape(0), "x and y have the same size");
    find_instruction_set(isa).kernels<T>().elementary(function, x.data(), y.data(),
                                                      int64_t(x.shape(0)));
}

template <class T>
void activate(const std::string& isa, Activation activation, const Given& hyper_parameters,
              bool derivative, Vector<const T> x, Vector<T> y) {
    require(x.shape(0) == y.shape(0), "x and y have the same size");
    double p[max_hyper_parameters];
    take_hyper_parameters(activation, hyper_parameters, p);
    find_instruction_set(isa).kernels<T>().activate(activation, p, derivative, x.data(), y.data(),
                                                    int64_t(x.shape(0)));
}

template <class T>
void define(nb::module_& m) {
    m.def("run", &run<T>, "program"_a, "update"_a, "dropout"_a.none(), "seed"_a,
          "parameters"_a.noconvert(), "state"_a.noconvert(), "steps_before"_a, "x"_a.noconvert(),
          "targets"_a.noconvert(), "sample_weight"_a.noconvert().none(), "order"_a.noconvert(),
          "batch_starts"_a.noconvert(), "learning_rates"_a.noconvert(), "step_losses"_a.noconvert(),
          "step_squares"_a.noconvert().none(), "largest_term"_a, "threads"_a, "autotune_threads"_a);
    m.def("trace", &trace<T>, "program"_a, "parameters"_a.noconvert(), "x"_a.noconvert(),
          "targets"_a.noconvert(), "sample_weight"_a.noconvert().none(), "dropout"_a.none(),
          "seed"_a, "step"_a, "net_inputs"_a.noconvert(), "outputs"_a.noconvert(),
          "deltas"_a.noconvert(), "gradient"_a.noconvert(), "losses"_a.noconvert());
    m.def("update", &update<T>, "program"_a, "update"_a, "parameters"_a.noconvert(),
          "state"_a.noconvert(), "gradient"_a.noconvert(), "batch_weight"_a, "step"_a,
          "learning_rate"_a);
    m.def("predict", &predict<T>, "program"_a, "parameters"_a.noconvert(), "x"_a.noconvert(),
          "targets"_a.noconvert().none(), "predicted"_a.noconvert(), "losses"_a.noconvert().none(),
          "threads"_a);
    m.def("elementary", &elementary<T>, "isa"_a, "function"_a.noconvert(), "x"_a.noconvert(),
          "y"_a.noconvert());
    m.def("activate", &activate<T>, "isa"_a, "activation"_a.noconvert(), "hyper_parameters"_a,
          "derivative"_a, "x"_a.noconvert(), "y"_a.noconvert());
}

// What the kernels know by name.
void define_names(nb::module_& m) {
#define GLASSNET_VALUE(name, ...) .value(#name, Kind::name)
    {
        using Kind = Activation;
        nb::enum_<Kind>(m, "Activation") GLASSNET_ACTIVATIONS(GLASSNET_VALUE);
    }
    {
        using Kind = Loss;
        nb::enum_<Kind>(m, "Loss") GLASSNET_LOSSES(GLASSNET_VALUE);
    }
    {
        using Kind = Rule;
        nb::enum_<Kind>(m, "Rule") GLASSNET_RULES(GLASSNET_VALUE);
    }
    {
        using Kind = Elementary;
        nb::enum_<Kind>(m, "Elementary") GLASSNET_ELEMENTARY(GLASSNET_VALUE);
    }
#undef GLASSNET_VALUE
    nb::enum_<Connection>(m, "Connection")
        .value("dense", Connection::dense)
        .value("scale", Connection::scale);
}

// The plain records.
void define_layer(nb::module_& m) {
    nb::class_<Layer>(m, "Layer")
        .def(
            "__init__",
            [](Layer* self, Connection connection, int64_t from, int64_t to, int64_t weights,
               int64_t biases, Activation activation, const Given& hyper_parameters,
               double multiplier, double weight_rate, double bias_rate) {
                new (self) Layer{connection, from, to,         weights,     biases,
                                 activation, {},   multiplier, weight_rate, bias_rate};
                take_hyper_parameters(activation, hyper_parameters, self->hyper_parameters);
            },
            nb::kw_only(), "connection"_a.noconvert(), "from_units"_a, "to_units"_a, "weights"_a,
            "biases"_a, "activation"_a.noconvert(), "hyper_parameters"_a, "multiplier"_a,
            "weight_rate"_a, "bias_rate"_a);
}

void define_update(nb::module_& m) {
    nb::class_<Penalty>(m, "Penalty")
        .def(nb::init<double, double, double, double>(), "weights"_a, "weights_over_examples"_a,
             "biases"_a, "biases_over_examples"_a);
    nb::class_<Update>(m, "Update")
        .def(
            "__init__",
            [](Update* self, Rule rule, const Given& hyper_parameters, Penalty l1, Penalty l2,
               Penalty decay, double clip_norm) {
                new (self) Update{rule, {}, l1, l2, decay, clip_norm};
                take_hyper_parameters(rule, hyper_parameters, self->hyper_parameters);
            },
            nb::kw_only(), "rule"_a.noconvert(), "hyper_parameters"_a, "l1"_a, "l2"_a, "decay"_a,
            "clip_norm"_a);
}

void define_program(nb::module_& m) {
    nb::class_<Program>(m, "Program")
        .def(
            "__init__",
            [](Program* self, const std::vector<Layer>& layers, Loss loss,
               const Given& hyper_parameters, const std::string& isa) {
                OutputLoss output_loss{loss, {}};
                take_hyper_parameters(loss, hyper_parameters, output_loss.hyper_parameters);
                new (self) Program(layers, output_loss, isa);
            },
            "layers"_a, "loss"_a.noconvert(), "hyper_parameters"_a, "isa"_a);
}

}  // namespace

NB_MODULE(_kernels, m) {
    m.doc() = "Glassnet's compiled kernels.";
    // A command that Ctrl-C ends need not tidy up: what is left then is no leak of ours.
    nb::set_leak_warnings(false);
    define_names(m);
    define_layer(m);
    define_update(m);
    define_program(m);
    define<float>(m);
    define<double>(m);
    m.def("instruction_sets", [] {
        std::vector<std::string> names;
        for (const InstructionSet& set : instruction_sets())
            if (set.available()) names.emplace_back(set.name);
        return names;
    });
    m.def(
        "find_instruction_set", [](const std::string& name) { find_instruction_set(name); },
        "name"_a);
}
