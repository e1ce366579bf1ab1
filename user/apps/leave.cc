// SPDX-License-Identifier: MIT
// Starts a program and ends at once, so that the program goes on without it: `leave NAME [ARGS...]`.
#include "glenda/print.h"
#include "glenda/process.h"

using namespace glenda;

int main(int argc, char** argv) {
    std::string_view words[16];
    const unsigned count = argc - 1 < 16 ? unsigned(argc - 1) : 16;
    for (unsigned i = 0; i < count; i++) words[i] = argv[i + 1];
    const auto arguments = std::span<const std::string_view>(words).first(count);
    if (arguments.empty()) {
        print("usage: leave NAME [ARGS...]\n");
        return 2;
    }
    const auto child = process::spawn({.file = arguments[0], .arguments = arguments.subspan(1)});
    if (!child) print("leave: {}: {}\n", arguments[0], child.error());
    return child ? 0 : 1;
}
