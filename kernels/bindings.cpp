// The only file that knows Python: arrays in, checked, and the interpreter lock released while the
// kernels work. Nothing is converted silently: a wrong precision or a strided array is refused.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>

#include "dispatch.h"
#include "team.h"

namespace nb = nanobind;
using namespace nb::literals;

namespace {

using namespace glassnet;

template <class T>
using Vector = nb::ndarray<T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using Matrix = nb::ndarray<T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

void require(bool condition, const char* message) {
    if (!condition) throw std::invalid_argument(message);
}

// (from, to, offset of the weights, offset of the biases or -1, activation)
using LayerTuple = std::tuple<int64_t, int64_t, int64_t, int64_t, int32_t>;

// A network's shape and the instruction set that it runs on.
class Program {
public:
    Program(const std::vector<LayerTuple>& layers, int32_t cost, const std::string& isa)
        : instruction_set_(find_instruction_set(isa)) {
        require(!layers.empty(), "a network has at least one layer of weights");
        int64_t count = 0;
        for (const auto& [from, to, weights, biases, activation] : layers) {
            require(from > 0 && to > 0, "a layer has at least one unit");
            require(layers_.empty() || layers_.back().to == from, "layers do not fit together");
            require(weights == count && (biases < 0 || biases == count + from * to),
                    "parameters stand in the order of the layers");
            count += from * to + (biases < 0 ? 0 : to);
            layers_.push_back({from, to, weights, biases, static_cast<Activation>(activation)});
        }
        network_ = {layers_.data(), int64_t(layers_.size()), count, static_cast<Cost>(cost)};
    }
    Program(const Program&) = delete;
    Program& operator=(const Program&) = delete;

    const Network& network() const { return network_; }
    int64_t inputs() const { return layers_.front().from; }
    int64_t outputs() const { return layers_.back().to; }
    int64_t hidden_and_output_units() const {
        int64_t units = 0;
        for (const Layer& layer : layers_) units += layer.to;
        return units;
    }
    template <class T>
    const Kernels<T>& kernels() const {
        return instruction_set_.kernels<T>();
    }

private:
    const InstructionSet& instruction_set_;
    std::vector<Layer> layers_;
    Network network_;
};

struct Aligned {
    void operator()(std::byte* memory) const { ::operator delete[](memory, std::align_val_t(64)); }
};
using Workspace = std::unique_ptr<std::byte[], Aligned>;

template <class T>
Workspace workspace(const Program& program, int64_t largest_batch, int threads) {
    const size_t bytes =
        program.kernels<T>().workspace_bytes(program.network(), largest_batch, threads);
    return Workspace(new (std::align_val_t(64)) std::byte[bytes]);
}

// (rule, momentum, beta1, beta2, epsilon)
using OptimizerTuple = std::tuple<int32_t, double, double, double, double>;

Optimizer optimizer_from(const OptimizerTuple& tuple) {
    const auto& [rule, momentum, beta1, beta2, epsilon] = tuple;
    return {static_cast<Rule>(rule), momentum, beta1, beta2, epsilon};
}

int64_t state_size(const Optimizer& optimizer, int64_t parameters) {
    return parameters *
           static_cast<int64_t>(optimizer.rule);  // sgd: none, momentum: one, adam: two
}

template <class T>
void run(const Program& program, const OptimizerTuple& rule, Vector<T> parameters, Vector<T> state,
         int64_t steps_before, Matrix<const T> x, Matrix<const T> desired,
         Vector<const int64_t> order, Vector<const int64_t> batch_starts,
         Vector<const double> learning_rates, Vector<double> step_costs, int threads) {
    const Optimizer optimizer = optimizer_from(rule);
    const int64_t count = program.network().parameter_count, rows = int64_t(x.shape(0));
    const int64_t steps = int64_t(learning_rates.shape(0));
    require(int64_t(parameters.shape(0)) == count, "the parameters do not fit the network");
    require(int64_t(state.shape(0)) == state_size(optimizer, count),
            "the state does not fit the optimizer");
    require(int64_t(x.shape(1)) == program.inputs(), "x does not fit the network");
    require(int64_t(desired.shape(0)) == rows && int64_t(desired.shape(1)) == program.outputs(),
            "desired does not fit x and the network");
    require(int64_t(batch_starts.shape(0)) == steps + 1 && int64_t(step_costs.shape(0)) == steps,
            "one batch, one learning rate and one cost for each step");
    require(threads >= 1, "at least one thread");
    int64_t largest_batch = 0;
    for (int64_t s = 0; s < steps; ++s) {
        const int64_t size = batch_starts(s + 1) - batch_starts(s);
        require(batch_starts(s) >= 0 && size >= 1, "a batch has at least one example");
        largest_batch = std::max(largest_batch, size);
    }
    require(steps == 0 || batch_starts(steps) <= int64_t(order.shape(0)), "the order is too short");
    for (size_t i = 0; i < order.shape(0); ++i)
        require(order(i) >= 0 && order(i) < rows, "the order names an example that is not there");

    nb::gil_scoped_release no_interpreter_lock;
    const Workspace memory = workspace<T>(program, largest_batch, threads);
    Team team(threads);
    program.kernels<T>().run({program.network(), optimizer, parameters.data(), state.data(),
                              steps_before, x.data(), desired.data(), order.data(),
                              batch_starts.data(), learning_rates.data(), steps, step_costs.data()},
                             team, memory.get());
}

template <class T>
void trace(const Program& program, Vector<const T> parameters, Matrix<const T> x,
           Matrix<const T> desired, Vector<T> net_inputs, Vector<T> outputs, Vector<T> deltas,
           Vector<T> gradient, Vector<double> costs) {
    const int64_t rows = int64_t(x.shape(0)), count = program.network().parameter_count;
    const int64_t units = rows * program.hidden_and_output_units();
    require(int64_t(parameters.shape(0)) == count && int64_t(gradient.shape(0)) == count,
            "the parameters do not fit the network");
    require(rows >= 1 && int64_t(x.shape(1)) == program.inputs(), "x does not fit the network");
    require(int64_t(desired.shape(0)) == rows && int64_t(desired.shape(1)) == program.outputs(),
            "desired does not fit x and the network");
    require(int64_t(net_inputs.shape(0)) == units && int64_t(outputs.shape(0)) == units &&
                int64_t(deltas.shape(0)) == units && int64_t(costs.shape(0)) == rows,
            "the arrays of the trace do not fit the network");

    nb::gil_scoped_release no_interpreter_lock;
    const Workspace memory = workspace<T>(program, rows, 1);
    program.kernels<T>().trace(
        program.network(), parameters.data(), x.data(), desired.data(), rows,
        {net_inputs.data(), outputs.data(), deltas.data(), gradient.data(), costs.data()},
        memory.get());
}

template <class T>
void update(const std::string& isa, const OptimizerTuple& rule, Vector<T> parameters,
            Vector<T> state, Vector<const T> gradient, int64_t steps_before, double learning_rate) {
    const Optimizer optimizer = optimizer_from(rule);
    const int64_t count = int64_t(parameters.shape(0));
    require(int64_t(gradient.shape(0)) == count &&
                int64_t(state.shape(0)) == state_size(optimizer, count),
            "parameters, state and gradient do not fit each other");
    find_instruction_set(isa).kernels<T>().update(optimizer, parameters.data(), state.data(),
                                                  gradient.data(), count, steps_before,
                                                  learning_rate);
}

// Without a desired matrix there are no costs.
template <class T>
void predict(const Program& program, Vector<const T> parameters, Matrix<const T> x,
             std::optional<Matrix<const T>> desired, Matrix<T> predicted, Vector<double> costs,
             int threads) {
    require(int64_t(parameters.shape(0)) == program.network().parameter_count,
            "the parameters do not fit the network");
    require(int64_t(x.shape(1)) == program.inputs(), "x does not fit the network");
    require(predicted.shape(0) == x.shape(0) && int64_t(predicted.shape(1)) == program.outputs(),
            "predicted does not fit x and the network");
    require(!desired || (desired->shape(0) == x.shape(0) &&
                         desired->shape(1) == predicted.shape(1) && costs.shape(0) == x.shape(0)),
            "desired and costs do not fit x and the network");
    require(threads >= 1, "at least one thread");

    nb::gil_scoped_release no_interpreter_lock;
    const Workspace memory = workspace<T>(program, 1, threads);
    Team team(threads);
    program.kernels<T>().predict(program.network(), parameters.data(), x.data(),
                                 desired ? desired->data() : nullptr, int64_t(x.shape(0)),
                                 predicted.data(), costs.data(), team, memory.get());
}

template <class T>
void elementary(const std::string& isa, int32_t function, Vector<const T> x, Vector<T> y) {
    require(x.shape(0) == y.shape(0), "x and y have the same size");
    find_instruction_set(isa).kernels<T>().elementary(function, x.data(), y.data(),
                                                      int64_t(x.shape(0)));
}

template <class T>
void define(nb::module_& m) {
    m.def("run", &run<T>, "program"_a, "optimizer"_a, "parameters"_a.noconvert(),
          "state"_a.noconvert(), "steps_before"_a, "x"_a.noconvert(), "desired"_a.noconvert(),
          "order"_a.noconvert(), "batch_starts"_a.noconvert(), "learning_rates"_a.noconvert(),
          "step_costs"_a.noconvert(), "threads"_a);
    m.def("trace", &trace<T>, "program"_a, "parameters"_a.noconvert(), "x"_a.noconvert(),
          "desired"_a.noconvert(), "net_inputs"_a.noconvert(), "outputs"_a.noconvert(),
          "deltas"_a.noconvert(), "gradient"_a.noconvert(), "costs"_a.noconvert());
    m.def("update", &update<T>, "isa"_a, "optimizer"_a, "parameters"_a.noconvert(),
          "state"_a.noconvert(), "gradient"_a.noconvert(), "steps_before"_a, "learning_rate"_a);
    m.def("predict", &predict<T>, "program"_a, "parameters"_a.noconvert(), "x"_a.noconvert(),
          "desired"_a.noconvert().none(), "predicted"_a.noconvert(), "costs"_a.noconvert(),
          "threads"_a);
    m.def("elementary", &elementary<T>, "isa"_a, "function"_a, "x"_a.noconvert(),
          "y"_a.noconvert());
}

}  // namespace

NB_MODULE(_kernels, m) {
    m.doc() = "Glassnet's compiled kernels.";
    nb::class_<Program>(m, "Program")
        .def(nb::init<const std::vector<LayerTuple>&, int32_t, const std::string&>(), "layers"_a,
             "cost"_a, "isa"_a);
    define<float>(m);
    define<double>(m);
    m.def("instruction_sets", [] {
        std::vector<std::string> names;
        for (const InstructionSet& set : instruction_sets())
            if (set.available()) names.emplace_back(set.name);
        return names;
    });
    m.def("find_instruction_set", [](const std::string& name) { find_instruction_set(name); });
}
