// SPDX-License-Identifier: MIT
// Starting programs, in the way of Unix: the shell makes a copy of itself, and the copy becomes the program.
#include "run.h"

#include "program.h"

namespace glenda::shell {

namespace {

constexpr int kCannotRun = 127;  // what a copy returns that could not become the program

}  // namespace

Job start(char** arguments) {
    const Job child = process::fork();
    if (child < 0) print("{}: there is no room for another process\n", std::string_view(arguments[0]));
    if (child != 0) return child;
    const FixedText<64> path("bin/{}", std::string_view(arguments[0]));
    char name[65] = {};
    __builtin_memcpy(name, path.view().data(), path.view().size());
    process::exec(name, arguments);
    print("{}: there is no such program\n", std::string_view(arguments[0]));
    exit(kCannotRun);
}

Ended wait_for_one() {
    int status = 0;
    const Job job = process::wait(&status);
    return {job, status};
}

}  // namespace glenda::shell
