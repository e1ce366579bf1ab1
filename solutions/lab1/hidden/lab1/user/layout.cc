// SPDX-License-Identifier: MIT
// A program with much of everything, for hidden_programs: it finds out whether it was loaded whole. Its exit status
// follows from its arguments.
#include "program.h"

namespace {

struct Words {
    std::uint64_t words[1500] = {};
};

constexpr Words counted(std::uint64_t factor) {
    Words all;
    for (unsigned i = 0; i < 1500; i++) all.words[i] = (i + 1) * factor;
    return all;
}

const Words constants = counted(3);  // some pages of .rodata
Words variables = counted(5);        // of .data
Words zeros;                         // of .bss, which the file does not hold
constinit thread_local std::uint64_t own = 41;

bool is_counted(const volatile std::uint64_t* words, std::uint64_t factor) {
    for (unsigned i = 0; i < 1500; i++) {
        if (words[i] != (i + 1) * factor) return false;
    }
    return true;
}

}  // namespace

int main(int argc, char** argv) {
    volatile std::uint64_t* const data = variables.words;
    volatile std::uint64_t* const bss = zeros.words;
    glenda::print("constants {}, variables {}, zeros {}, own {}, end {}\n", is_counted(constants.words, 3),
                  is_counted(data, 5), is_counted(bss, 0), own == 41, argv[argc] == nullptr);
    for (unsigned i = 0; i < 1500; i++) data[i] = bss[i] = 7;  // the next run must not see it
    int status = 0;
    for (int i = 1; i < argc; i++) {
        for (const char* at = argv[i]; *at != '\0'; at++) status = status * 10 + (*at - '0');
    }
    return argc > 5 ? -status : status;
}
