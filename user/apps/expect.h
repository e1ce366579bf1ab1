// SPDX-License-Identifier: MIT
// For programs that show what Factotum does: each says what it expects, and ends if it is not so.
#pragma once

#include <cstdint>
#include <string_view>
#include <type_traits>

#include "glenda/environment.h"
#include "glenda/print.h"
#include "glenda/process.h"

namespace glenda {

/// The word at an address. It is read, or written, when this is: the map may change meanwhile.
inline volatile std::uint64_t& word(std::uint64_t address) {
    return *reinterpret_cast<volatile std::uint64_t*>(address);
}

/// Ends the program, and says what is wrong, if it is not fine.
inline void must(bool is_fine, std::string_view what) {
    if (is_fine) return;
    print("{}: wrong: {}\n", std::string_view(environment().arguments[0]), what);
    glenda::exit(1);
}

/// What was answered. Ends the program if that is an error.
template <typename T>
auto need(const Answer<T>& answer) {
    if (!answer) {
        print("{}: {}\n", std::string_view(environment().arguments[0]), answer.error());
        glenda::exit(1);
    }
    if constexpr (!std::is_void_v<T>) return *answer;
}

}  // namespace glenda
