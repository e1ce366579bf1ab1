// SPDX-License-Identifier: MIT
// The kernel's own words on the debug console: print("hart ", 3, " at ", Hex{pc}, "\n").
//
// No format strings: each argument says by its type how it is printed, so that none can be of the wrong type. It is
// slow, because each character waits for the UART: whoever prints much must stop in between (should_pause).
// Handout: reference/kernel-design.md, "Printing".
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

namespace glenda {

struct Hex {
    std::uint64_t value;
};

void print_one(std::string_view text);
void print_one(Hex hex);
void print_one(std::uint64_t number);
template <std::integral T>
void print_one(T number) {
    print_one(static_cast<std::uint64_t>(number));
}

template <typename... Parts>
void print(Parts... parts) {
    (print_one(parts), ...);
}

/// A bug in the kernel: say where, and stop everything.
[[noreturn]] void panic(const char* what, const char* file, unsigned line);

/// Ends the report of a panic: prints the last of the trace and the line "END PANIC", by which readers know that there
/// is no more to come, and stops this hart for ever.
[[noreturn]] void end_panic();

#define ASSERT(condition)                                                         \
    do {                                                                          \
        if (!(condition)) [[unlikely]]                                            \
            ::glenda::panic("assertion failed: " #condition, __FILE__, __LINE__); \
    } while (false)

}  // namespace glenda
