// SPDX-License-Identifier: MIT
// What libFuzzer calls. The build says which PARSER.
#include <cstdint>

#include "parser.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    glenda::fuzz::PARSER(std::as_bytes(std::span(data, size)));
    return 0;
}
