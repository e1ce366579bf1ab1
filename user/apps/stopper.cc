// SPDX-License-Identifier: MIT
// Tries to stop a service and to start it again: `stopper NAME`.
#include "glenda/nineball.h"
#include "glenda/print.h"

using namespace glenda;

int main(int argc, char** argv) {
    const std::string_view name = argc > 1 ? argv[1] : "uart";
    const auto what = [](const Answer<void>& answer) { return answer ? "done" : name_of(answer.error()); };
    const auto stopped = nineball::stop(name);
    const auto started = nineball::start(name);
    print("stopper: stop: {}, start: {}\n", std::string_view(what(stopped)), std::string_view(what(started)));
    return 0;
}
