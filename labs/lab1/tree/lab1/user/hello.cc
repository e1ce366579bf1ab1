// SPDX-License-Identifier: MIT
// The first program to run.
#include "program.h"

int main() {
    glenda::print("hello, world\n");
    return 0;
}
