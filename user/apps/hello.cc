// SPDX-License-Identifier: MIT
// The first program to run. Prints a greeting, or its arguments, one per line.
#include "glenda/print.h"

using namespace glenda;

int main(int argc, char** argv) {
    if (argc == 1) print("hello, world\n");
    for (int i = 1; i < argc; i++) print("{}\n", std::string_view(argv[i]));
    return 0;
}
