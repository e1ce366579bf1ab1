// SPDX-License-Identifier: MIT
// Asks Factotum after each run of a program whether all invariants of its books hold. Arguments: "NAME ARGUMENTS", ...
// Needs power, so it runs as a service.
#include <algorithm>

#include "glenda/print.h"
#include "glenda/process.h"

using namespace glenda;

namespace {

constexpr std::size_t kMostWords = 4;

/// Runs a program to its end.
Answer<void> run(std::string_view command) {
    std::string_view words[kMostWords] = {};
    std::size_t count = 0;
    for (std::string_view rest = command; !rest.empty() && count < kMostWords;) {
        const std::size_t size = std::min(rest.find(' '), rest.size());
        words[count++] = rest.substr(0, size);
        rest.remove_prefix(std::min(size + 1, rest.size()));
    }
    TRY(pid, process::spawn({.file = words[0], .arguments = {words + 1, count - 1}, .priority = 90}));
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
