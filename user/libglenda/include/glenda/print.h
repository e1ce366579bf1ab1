// SPDX-License-Identifier: MIT
// Output, wherever this program's output goes.
//
// The kernel's Console in the root task and in services that hold it; else the terminal in `stdio`; else 9Ball's log.
// A print is collected in a buffer and sent in as few messages as it needs: a line of up to 256 bytes stays whole.
#pragma once

#include <string_view>

#include "glenda/format.h"

namespace glenda {

/// Write bytes as they are. Never fails visibly: there would be no place to say so.
void write_output(std::string_view text);

/// Formatting half of print.
void print_args(std::string_view format, std::span<const FormatArg> args);

template <typename... Args>
void print(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
    const FormatArg list[sizeof...(Args) + 1] = {format_arg(args)..., FormatArg{}};
    print_args(format.text(), {list, sizeof...(Args)});
}

/// Where write_output sends. A program that routes by itself (9Ball) sets its own.
using OutputHook = void (*)(std::string_view text);
void set_output_hook(OutputHook hook);

}  // namespace glenda
