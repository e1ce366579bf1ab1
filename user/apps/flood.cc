// SPDX-License-Identifier: MIT
// Writes a number of lines into the log: `flood LINES`.
#include "glenda/nineball.h"
#include "glenda/print.h"

using namespace glenda;

int main(int argc, char** argv) {
    unsigned lines = 0;
    for (const char* digit = argc == 2 ? argv[1] : ""; *digit >= '0' && *digit <= '9'; digit++)
        lines = 10 * lines + unsigned(*digit - '0');
    for (unsigned i = 1; i <= lines; i++) (void)nineball::log(FixedText<64>("flood: line {} of {}\n", i, lines));
    return 0;
}
