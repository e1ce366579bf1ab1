// SPDX-License-Identifier: MIT
// See report.h.
#include "report.h"

#include "glenda/environment.h"
#include "journal.h"
#include "protocol/factotum.h"

namespace glenda::nineball {

namespace {

void on_console(std::string_view text) { (void)environment().console.write(FixedText<300>("9ball: {}\n", text)); }

}  // namespace

void say_text(std::string_view text) {
    journal().write(Log::kNineball, kNineballPid, "9ball", FixedText<260>("{}\n", text));
}

void fail_text(std::string_view text) {
    journal().dump_tail();
    fail_without_log_text(text);
}

void fail_without_log_text(std::string_view text) {
    on_console(text);
    on_console("the system cannot go on: switching the machine off");
    (void)environment().machine.shutdown();
    for (;;) __builtin_trap();
}

void enter_power_state(PowerState state) {
    const Machine machine = environment().machine;
    if (const auto sound = machine.check(); !sound || !*sound) on_console("the kernel's invariants do not hold");
    on_console(state == PowerState::Off ? "switching the machine off" : "starting the machine again");
    (void)(state == PowerState::Off ? machine.shutdown() : machine.reboot());
    fail("the firmware refuses");
}

}  // namespace glenda::nineball
