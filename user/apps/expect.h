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

/// Runs a program with one argument in accounts of 1 page, 2 pages and so on: so whatever it asks for is refused once.
/// Says how many could run, and how many of those did not end well.
inline void run_poor(std::string_view program, std::string_view argument, std::uint64_t most) {
    std::uint64_t runs = 0, wrong = 0;
    for (std::uint64_t limit = 1; limit <= most; limit++) {
        const auto pid =
            process::spawn({.file = program, .arguments = {&argument, 1}, .flags = SpawnFlags::Limits, .limit = limit});
        if (!pid) {
            wrong += pid.error() != AnyError(ServerError::OutOfMemory);
            continue;
        }
        const auto ended = process::wait(std::int64_t(*pid));
        wrong += !ended || !ended->status.is_success();
        runs++;
    }
    print("{}: ran in {} small accounts, {} wrong\n", program, runs, wrong);
}

/// Whether it was done. Ends the program if it was refused for another reason than that there is no memory.
template <typename T>
bool is_done(const Answer<T>& answer) {
    if (!answer && answer.error() != AnyError(ServerError::OutOfMemory)) (void)need(answer);
    return answer.has_value();
}

}  // namespace glenda
