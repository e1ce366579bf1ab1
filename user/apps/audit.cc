// SPDX-License-Identifier: MIT
// Asks Factotum after each run of a program whether all invariants of its books hold. Arguments: "NAME ARGUMENT", ...
// Needs power, so it runs as a service.
#include "glenda/print.h"
#include "glenda/process.h"

using namespace glenda;

namespace {

/// Runs a program to its end.
Answer<void> run(std::string_view command) {
    std::string_view name = command, argument;
    if (const auto blank = command.find(' '); blank != command.npos) {
        name.remove_suffix(command.size() - blank);
        argument = command;
        argument.remove_prefix(blank + 1);
    }
    const std::string_view arguments[] = {argument};
    const std::span<const std::string_view> all(arguments);
    TRY(pid, process::spawn({.file = name, .arguments = argument.empty() ? all.first(0) : all, .priority = 90}));
    TRY_VOID(process::wait(std::int64_t(pid)));
    return {};
}

void report(std::string_view what) {
    const auto broken = process::audit();
    if (!broken)
        print("audit: after {}: {}\n", what, broken.error());
    else if (*broken != 0)
        print("audit: after {}: invariant {} is broken\n", what, *broken);
    else
        print("audit: after {}: fine\n", what);
}

}  // namespace

int main(int argc, char** argv) {
    report("the start");
    for (int i = 1; i < argc; i++) {
        if (const auto done = run(argv[i]); !done) print("audit: {}: {}\n", std::string_view(argv[i]), done.error());
        report(argv[i]);
    }
    return 0;
}
