// The entry points of one instruction set. CMake compiles this file once for each of them; nothing
// in it or in what it includes may use templates of the standard library, because a weak symbol
// built for a newer instruction set could be linked everywhere. The headers that only this file
// includes (run.h, trace.h, predict.h and the memory that they need) have an anonymous namespace:
// the compiler inlines functions with internal linkage more freely.
#include "predict.h"
#include "run.h"
#include "trace.h"

namespace glassnet::GLASSNET_ISA {
namespace {

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

// For the tests: an elementary function.
template <class T>
void elementary(Elementary function, const T* x, T* y, int64_t count) {
    for (int64_t at = 0; at < count; at += lanes<T>) {
        const int valid = lanes_left<T>(at, count);
        store(y + at, elementary_value<T>(function, load(x + at, valid)), valid);
    }
}

// For the tests: an activation's value, or its derivative.
template <class T>
void activate(Activation activation, const double* p, bool derivative, const T* x, T* y,
              int64_t count) {
    with_activation<T>(activation, p, [&](const auto& function) {
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
