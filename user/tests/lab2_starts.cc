// SPDX-License-Identifier: MIT
// The root task starts: its memory, its stack and what the kernel tells it are there. Nothing here makes a system call
// that the kernel knows, because it cannot look up a capability yet.
//
// The verdict goes where the kernel will print it without being asked: into ra, before a system call that it does not
// know. grade/labs/lab2_starts.py reads that line.
#include "common/ktest.h"
#include "common/option.h"
#include "common/tag.h"

namespace {

using namespace glenda;

/// What is wrong, as a number; 0 if nothing is.
unsigned first_fault(int argc, char** argv) {
    if (ktest::boot_info().magic != kBootInfoMagic) return 1;
    if (ktest::boot_info().untyped_count == 0) return 2;
    if (argc != 1 || std::string_view(argv[0]) != "bin/lab2_starts") return 3;
    if (utcb() != reinterpret_cast<Utcb*>(kRootUtcbAddress)) return 4;
    utcb()->words[7] = 7;
    return utcb()->words[7] == 7 ? 0 : 5;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view nonce = ktest::text_option(ktest::boot_info().command_line, "nonce");
    const unsigned fault = first_fault(argc, argv);
    const std::uint64_t verdict = fault != 0 ? fault : ktest::tag_of(nonce, "root_starts");
    asm volatile(
        "mv ra, %0\n"
        "li a7, 1\n"
        "ecall"
        :
        : "r"(verdict)
        : "ra", "a7");
    return 0;
}
