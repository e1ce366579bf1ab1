// SPDX-License-Identifier: MIT
// Tries to kill a process, and says what came of it.
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"

using namespace glenda;

int main(int argc, char** argv) {
    const auto pid = argc == 2 ? to_number(argv[1]) : std::nullopt;
    if (!pid) {
        print("usage: kill PID\n");
        return 2;
    }
    const auto killed = process::kill(*pid, 9);
    print("kill: {}\n", killed ? "done" : name_of(killed.error()));
    return killed ? 0 : 1;
}
