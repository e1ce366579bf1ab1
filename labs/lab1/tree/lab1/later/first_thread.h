// SPDX-License-Identifier: MIT
// The first thread: the one program that the kernel loads. All others are loaded by programs.
#pragma once

#include <string_view>

namespace glenda {

/// Makes a thread that runs the file `path` of the initrd, with `path` and `command_line` as its arguments, in a VSpace
/// and a CSpace of its own, and makes it ready. Stops with a message if that fails. Precondition: there is no thread
/// yet.
void start_first_thread(std::string_view path, std::string_view command_line);

}  // namespace glenda
