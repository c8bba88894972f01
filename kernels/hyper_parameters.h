// The numbers that an activation, a loss or an optimizer has besides the weights. Each kind is a
// list of names (GLASSNET_ACTIVATIONS and so on), said once: the enumeration, the names of the
// numbers, the function and what Python knows of them all come from it.
#pragma once

#include <cstdint>

namespace glassnet {

inline constexpr int max_hyper_parameters = 3;

// Their names, in order; null where there are fewer.
struct HyperParameters {
    const char* names[max_hyper_parameters];
};

}  // namespace glassnet

#define GLASSNET_ENUMERATOR(name, ...) name,
#define GLASSNET_NAMES_OF(name, function, ...) \
    case Kind::name: return {{__VA_ARGS__}};
