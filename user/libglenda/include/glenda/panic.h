// SPDX-License-Identifier: MIT
// The end of a program that finds itself broken: say why, then exit with kPanicStatus.
#pragma once

#include "glenda/print.h"

namespace glenda {

constexpr int kPanicStatus = 134;

/// The last part of argv[0].
std::string_view program_name();

/// End the program after a message has been printed.
[[noreturn]] void stop_after_panic();

/// Print "PROGRAM: panic: ..." and end the program.
template <typename... Args>
[[noreturn]] void panic(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
    print("{}: panic: ", program_name());
    print(format, args...);
    print("\n");
    stop_after_panic();
}

[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

/// What must be true in a right program. A client's mistake is an error code, not an assertion.
#define ASSERT(condition)                                               \
    do {                                                                \
        if (!(condition)) [[unlikely]]                                  \
            ::glenda::assertion_failed(#condition, __FILE__, __LINE__); \
    } while (false)

}  // namespace glenda
