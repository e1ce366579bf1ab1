// SPDX-License-Identifier: MIT
// Starts itself, N deep. Each waits for its child, so that N processes wait at the same time.
#include "glenda/format.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"

using namespace glenda;

namespace {

/// How many processes there are from this one on; 0 if that failed.
std::uint64_t nest(std::string_view whole, std::uint64_t left) {
    if (left == 0) return 1;
    FixedText<24> text("{}", left - 1);
    const std::string_view arguments[] = {text.view(), whole};
    const auto child = process::spawn({.file = "nest", .arguments = arguments});
    if (!child) return 0;
    const auto ended = process::wait(std::int64_t(*child));
    return ended && ended->status.code() > 0 ? std::uint64_t(ended->status.code()) + 1 : 0;
}

}  // namespace

int main(int argc, char** argv) {
    const auto left = argc == 2 || argc == 3 ? to_number(argv[1]) : std::nullopt;
    if (!left) {
        print("usage: nest DEPTH\n");
        return 0;
    }
    const std::uint64_t processes = nest(argv[argc - 1], *left);
    if (argc == 2) print("nest: {} processes\n", processes);
    return int(processes);
}
