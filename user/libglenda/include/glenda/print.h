// SPDX-License-Identifier: MIT
// Output.
//
// It goes to the kernel's console if the program holds it (the root task, some services); else to the terminal in
// `stdio`; else to 9Ball's log. Each print is buffered, so a line of up to 256 bytes is one message and stays whole.
#pragma once

#include <string_view>

#include "glenda/format.h"

namespace glenda {

/// Writes bytes unchanged. Ignores errors, since there is no other place to report them.
void write_output(std::string_view text);

/// The part of print that is not a template.
void print_args(std::string_view format, std::span<const FormatArg> args);

template <typename... Args>
void print(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
    const FormatArg list[sizeof...(Args) + 1] = {format_arg(args)..., FormatArg{}};
    print_args(format.text(), {list, sizeof...(Args)});
}

/// Sets where output goes. 9Ball, for example, routes its own output.
using OutputHook = void (*)(std::string_view text);
void set_output_hook(OutputHook hook);

}  // namespace glenda
