// SPDX-License-Identifier: MIT
// Changes how urgent a process is; 0 is this process itself.
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"

using namespace glenda;

namespace {

struct Name {
    std::string_view name;
    SchedClass wanted;
};
constexpr Name kNames[] = {{"system", SchedClass::System},
                           {"interactive", SchedClass::Interactive},
                           {"normal", SchedClass::Normal},
                           {"batch", SchedClass::Batch}};

std::int64_t signed_number(std::string_view text) {
    const bool is_negative = text.starts_with('-');
    if (is_negative) text.remove_prefix(1);
    const auto value = std::int64_t(to_number(text).value_or(99));
    return is_negative ? -value : value;
}

}  // namespace

int main(int argc, char** argv) {
    const std::uint64_t pid = argc >= 3 ? to_number(argv[1]).value_or(~std::uint64_t{0}) : 0;
    for (const Name& each : kNames) {
        if (argc < 3 || each.name != argv[2]) continue;
        const std::int64_t nice = argc > 3 ? signed_number(argv[3]) : 0;
        const std::uint64_t slice = argc > 4 ? to_number(argv[4]).value_or(1) : 0;
        const std::uint64_t target = pid != 0 ? pid : process::get_pid().value_or(0);
        const auto done = process::set_sched(target, each.wanted, nice, slice);
        print("sched: {}\n", done ? "done" : name_of(done.error()));
        return done ? 0 : 1;
    }
    print("usage: sched PID system|interactive|normal|batch [NICE [MICROSECONDS]]\n");
    return 2;
}
