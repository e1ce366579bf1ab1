// SPDX-License-Identifier: MIT
// Ends a program after an internal error: prints the reason, then exits with kPanicStatus.
#pragma once

#include "glenda/print.h"

namespace glenda {

constexpr int kPanicStatus = 134;

/// The last component of argv[0].
std::string_view program_name();

/// Ends the program, after the message.
[[noreturn]] void stop_after_panic();

/// Prints "PROGRAM: panic: ..." and ends the program.
template <typename... Args>
[[noreturn]] void panic(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
    print("{}: panic: ", program_name());
    print(format, args...);
    print("\n");
    stop_after_panic();
}

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

/// Panics if the condition is false, which is a bug in this program. For a client's mistake, return an error instead.
#define ASSERT(condition)                                               \
    do {                                                                \
        if (!(condition)) [[unlikely]]                                  \
            ::glenda::assertion_failed(#condition, __FILE__, __LINE__); \
    } while (false)

}  // namespace glenda
