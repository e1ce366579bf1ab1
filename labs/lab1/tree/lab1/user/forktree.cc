// SPDX-License-Identifier: MIT
// A tree of processes: each forks two children, one after the other, down to a depth. Each prints its place in the tree
// and returns the number of processes below it and itself, which its parent adds up.
#include "glenda/number.h"
#include "program.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kMaxDepth = 5;  // 63 processes, but at most 6 at a time

/// The place of this process: a digit for each generation, which child it is.
char place[kMaxDepth + 1] = {};

/// Prints this process and makes the ones below it. Returns how many they are, or ends the program.
int grow(std::uint64_t generation, std::uint64_t depth) {
    print("*{}\n", std::string_view(place, generation));
    int count = 1;
    if (generation == depth) return count;
    for (char child = '0'; child < '2'; child++) {
        place[generation] = child;
        const long pid = process::fork();
        if (pid == 0) exit(grow(generation + 1, depth));
        int below = 0;
        if (pid < 0 || process::wait(&below) != pid) {
            print("forktree: no child at {}\n", std::string_view(place, generation + 1));
            exit(1);
        }
        count += below;
    }
    return count;
}

}  // namespace

int main(int argc, char** argv) {
    const auto depth = to_number(argc == 1 ? "2" : argc == 2 ? argv[1] : "");
    if (!depth || *depth > kMaxDepth) {
        print("usage: forktree [DEPTH]    DEPTH is 0 to {}; without it, 2\n", kMaxDepth);
        return 2;
    }
    print("{} processes\n", grow(0, *depth));
    return 0;
}
