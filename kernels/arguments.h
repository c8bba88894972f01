// What Python gives, checked before the kernels see it.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <algorithm>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <variant>
#include <vector>

#include "dispatch.h"

namespace glassnet {

namespace nb = nanobind;

template <class T>
using Vector = nb::ndarray<T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
template <class T>
using Matrix = nb::ndarray<T, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <class T>
using Rows = nb::ndarray<T, nb::ndim<2>, nb::device::cpu>;  // rows may be strided

// Inputs: a matrix; or, of sparse rows, where each starts, the columns of its numbers, and these.
template <class T>
using Inputs =
    std::variant<Matrix<const T>,
                 std::tuple<Vector<const int64_t>, Vector<const int32_t>, Vector<const T>>>;

inline void require(bool condition, const char* message) {
    if (!condition) throw std::invalid_argument(message);
}

// The hyper-parameters of an activation, a loss or a rule, by name.
using Given = std::map<std::string, double>;

// Puts them in their order. A number that is not known is as wrong as one that is missing.
template <class Kind>
void take_hyper_parameters(Kind kind, const Given& given, double* numbers) {
    const HyperParameters declared = hyper_parameters(kind);
    std::string expected, got;
    size_t count = 0;
    bool known = true;
    for (int k = 0; k < max_hyper_parameters; ++k) {
        const char* name = declared.names[k];
        numbers[k] = 0;
        if (!name) continue;
        const auto found = given.find(name);
        expected += (count++ ? ", " : "") + std::string(name);
        if (found == given.end())
            known = false;
        else
            numbers[k] = found->second;
    }
    for (const auto& [name, value] : given) got += (got.empty() ? "" : ", ") + name;
    if (!known || given.size() != count)
        throw std::invalid_argument("expected the hyper-parameters (" + expected + "), but got (" +
                                    got + ")");
}

// A network's shape and the instruction set that it runs on.
class Program {
public:
    Program(const std::vector<Layer>& layers, OutputLoss output_loss, const std::string& isa)
        : instruction_set_(find_instruction_set(isa)), layers_(layers) {
        require(!layers_.empty(), "a network has at least one layer of weights");
        int64_t count = 0, units = layers_.front().from;
        for (const Layer& layer : layers_) {
            require(layer.from > 0 && layer.to > 0, "a layer has at least one unit");
            require(units == layer.from, "layers do not fit together");
            require(layer.connection == Connection::dense || layer.from == layer.to,
                    "a scale layer has as many units as the layer before");
            require(layer.weights == count, "parameters are in the order of the layers");
            count += layer.weight_count();
            require(layer.biases < 0 || layer.biases == count, "biases follow their weights");
            count += layer.biases < 0 ? 0 : layer.to;
            units = layer.to;
        }
        network_ = {layers_.data(), int64_t(layers_.size()), count, output_loss};
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

template <class T>
bool fits(const Rows<T>& state, const Update& update, int64_t parameters) {
    return int64_t(state.shape(0)) == state_rows(update.rule) &&
           int64_t(state.shape(1)) == parameters && (parameters == 1 || state.stride(1) == 1);
}

template <class T>
void require_sample_weight(const std::optional<Vector<const T>>& sample_weight, size_t rows) {
    require(!sample_weight || sample_weight->shape(0) == rows,
            "one sample weight for each example");
}

inline void require_dropout(const std::optional<std::vector<double>>& rates,
                            const Network& network) {
    require(!rates || int64_t(rates->size()) == network.depth,
            "one rate of dropout for the inputs and for each hidden layer");
}

// Inputs that fit the network.
template <class T>
struct CheckedInputs {
    int64_t rows, inputs, numbers;
    const T* dense;  // or null
    SparseRows<T> sparse;

    CheckedInputs(const Program& program, const Inputs<T>& x)
        : inputs(program.inputs()), numbers(0), dense(nullptr), sparse{} {
        if (const auto* matrix = std::get_if<Matrix<const T>>(&x)) {
            require(int64_t(matrix->shape(1)) == inputs, "x does not fit the network");
            rows = int64_t(matrix->shape(0));
            dense = matrix->data();
            return;
        }
        const auto& [starts, columns, values] = std::get<1>(x);
        require(program.network().layers[0].connection == Connection::dense,
                "sparse x needs a first layer that is dense");
        require(starts.shape(0) >= 1 && columns.shape(0) == values.shape(0),
                "sparse x has a start and an end of its rows, and a column for each number");
        rows = int64_t(starts.shape(0)) - 1;
        numbers = int64_t(values.shape(0));
        sparse = {starts.data(), columns.data(), values.data()};
    }

    // A row that is sparse lies where there are numbers, in columns that there are.
    void require_row(int64_t row) const {
        if (dense) return;
        const int64_t first = sparse.starts[row], end = sparse.starts[row + 1];
        require(0 <= first && first <= end && end <= numbers, "a sparse row is not there");
        const bool known =
            std::all_of(sparse.columns + first, sparse.columns + end,
                        [&](int32_t column) { return column >= 0 && column < inputs; });
        require(known, "sparse x has a column that is not there");
    }
};

template <class T>
int64_t checked_steps(const CheckedInputs<T>& x, const Vector<const int64_t>& order,
                      const Vector<const int64_t>& starts) {
    require(starts.shape(0) >= 1, "batches have a start and an end");
    const int64_t steps = int64_t(starts.shape(0)) - 1;
    for (int64_t s = 0; s < steps; ++s)
        require(starts(s) >= 0 && starts(s + 1) > starts(s), "a batch has at least one example");
    require(starts(steps) <= int64_t(order.shape(0)), "the order is too short");
    const int64_t* examples = order.data();
    const bool known = std::all_of(examples, examples + order.shape(0),
                                   [&](int64_t row) { return row >= 0 && row < x.rows; });
    require(known, "the order names an example that is not there");
    std::for_each(examples, examples + order.shape(0), [&](int64_t row) { x.require_row(row); });
    return steps;
}

}  // namespace glassnet
