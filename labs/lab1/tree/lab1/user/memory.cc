// SPDX-License-Identifier: MIT
// The memory of a process: the heap grows and shrinks, regions come and go, and a child's memory is its own.
#include "program.h"
#include "util/bits.h"

using namespace glenda;

namespace {

volatile std::uint64_t& word_at(long address) { return *reinterpret_cast<volatile std::uint64_t*>(address); }

int failures = 0;
void check(bool holds, std::string_view what) {
    print("{} {}\n", holds ? "ok  " : "FAIL", what);
    if (!holds) failures++;
}

/// Runs `body` in a child and returns the child's exit status.
template <typename Body>
int in_child(const Body& body) {
    if (process::fork() == 0) {
        body();
        exit(0);
    }
    int status = -1;
    process::wait(&status);
    return status;
}

void grow_and_shrink() {
    constexpr long kSize = 64 * kPageSize;
    const long start = process::sbrk(kSize);  // the end of the heap as it was
    bool zero = start > 0;
    for (long at = start; zero && at < start + kSize; at += kPageSize) {
        zero = word_at(at) == 0;
        word_at(at) = std::uint64_t(at);
    }
    check(zero, "sbrk gives pages of zeros");
    check(process::sbrk(0) == start + kSize, "sbrk(0) is the end of the heap");
    check(process::sbrk(-kSize) == start + kSize && process::sbrk(0) == start, "the heap shrinks");
    check(in_child([=] { word_at(start + kSize - 8) = 1; }) != 0, "what was given back is gone");
}

void map_and_unmap() {
    const long first = process::mmap(3 * kPageSize), second = process::mmap(kPageSize);
    const bool mapped = first > 0 && second > 0 && (second >= first + long(3 * kPageSize) || second < first);
    check(mapped, "mmap gives regions that do not overlap");
    if (!mapped) return;
    word_at(first) = 7;
    word_at(second) = 8;
    check(word_at(first) == 7 && word_at(first + 2 * kPageSize) == 0, "a region can be written");
    check(in_child([=] { word_at(first) = 9; }) == 0 && word_at(first) == 7, "a child writes to its own copy");
    check(process::munmap(first, 3 * kPageSize) == 0, "munmap takes a region back");
    check(in_child([=] { word_at(first) = 1; }) != 0, "what was unmapped is gone");
    check(word_at(second) == 8 && process::munmap(second, kPageSize) == 0, "its neighbour is still there");
}

}  // namespace

int main() {
    grow_and_shrink();
    map_and_unmap();
    return failures;
}
