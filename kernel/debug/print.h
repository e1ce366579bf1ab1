// SPDX-License-Identifier: MIT
// The kernel's messages on the debug console: print("hart ", 3, " at ", Hex{pc}, "\n").
//
// There are no format strings: the type of each argument says how it is printed, so none can have the wrong type.
// Printing is slow, because each character waits for the UART. Code that prints much must check for interrupts in
// between (should_pause in sched/schedule.h). Handout: reference/kernel-design.md, "Printing".
#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

namespace glenda {

/// A number to print in hexadecimal, with 0x in front.
struct Hex {
    std::uint64_t value;
};

/// Print one argument. A negative number is printed as if it were unsigned.
void print_one(std::string_view text);
void print_one(Hex hex);
void print_one(std::uint64_t number);
template <std::integral T>
void print_one(T number) {
    print_one(static_cast<std::uint64_t>(number));
}

/// Prints the arguments one after the other, with nothing in between and no line break at the end.
template <typename... Parts>
void print(Parts... parts) {
    (print_one(parts), ...);
}

/// Reports a bug in the kernel, and stops this hart for good. A user program's mistake must never lead here.
[[noreturn]] void panic(const char* what, const char* file, unsigned line);

/// Ends the report of a panic and stops this hart for good. Prints the last events of the trace and then "END PANIC",
/// by which readers (a person or the test harness) know that the report is complete.
[[noreturn]] void end_panic();

/// Panics unless `condition` holds. It is compiled in always: a kernel that has lost an invariant must not go on.
#define ASSERT(condition)                                                         \
    do {                                                                          \
        if (!(condition)) [[unlikely]]                                            \
            ::glenda::panic("assertion failed: " #condition, __FILE__, __LINE__); \
    } while (false)

}  // namespace glenda
