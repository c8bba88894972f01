#include "dispatch.h"

#include <stdexcept>

namespace glassnet {

#define GLASSNET_DECLARE(isa)                     \
    namespace isa {                               \
    extern const Kernels<float> kernels_float32;  \
    extern const Kernels<double> kernels_float64; \
    }
GLASSNET_DECLARE(scalar)
#if defined(__x86_64__)
GLASSNET_DECLARE(avx512)
GLASSNET_DECLARE(avx2)
#elif defined(__aarch64__)
GLASSNET_DECLARE(neon)
#endif

namespace {

bool always() { return true; }

#if defined(__x86_64__)
bool has_avx2() {
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
           __builtin_cpu_supports("bmi2");
}
bool has_avx512() {
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
           __builtin_cpu_supports("avx512cd");
}
#endif

}  // namespace

const std::vector<InstructionSet>& instruction_sets() {
    static const std::vector<InstructionSet> sets = {
#if defined(__x86_64__)
        {"avx512", has_avx512, avx512::kernels_float32, avx512::kernels_float64},
        {"avx2", has_avx2, avx2::kernels_float32, avx2::kernels_float64},
#elif defined(__aarch64__)
        {"neon", always, neon::kernels_float32, neon::kernels_float64},
#endif
        {"scalar", always, scalar::kernels_float32, scalar::kernels_float64},
    };
    return sets;
}

const InstructionSet& find_instruction_set(const std::string& name) {
    std::string known;
    for (const InstructionSet& set : instruction_sets()) {
        if (name == set.name && set.available()) return set;
        if (set.available()) known += std::string(known.empty() ? "" : ", ") + set.name;
    }
    throw std::invalid_argument("instruction set '" + name +
                                "' is not available here; this processor has: " + known);
}

template <>
const Kernels<float>& InstructionSet::kernels<float>() const {
    return float32;
}
template <>
const Kernels<double>& InstructionSet::kernels<double>() const {
    return float64;
}

}  // namespace glassnet
