// SPDX-License-Identifier: MIT
// Prints its arguments, one per line. The exit status is their number.
#include "program.h"

int main(int argc, char** argv) {
    for (int i = 1; i < argc; i++) glenda::print("{}: {}\n", i, std::string_view(argv[i]));
    return argc - 1;
}
