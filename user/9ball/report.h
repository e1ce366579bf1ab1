// SPDX-License-Identifier: MIT
// What 9Ball says: milestones as they pass, and one clear line when the system cannot go on.
#pragma once

#include "glenda/format.h"

namespace glenda::nineball {

void say_text(std::string_view text);
[[noreturn]] void fail_text(std::string_view text);

/// One line in the journal.
template <typename... Args>
void say(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
    say_text(FixedText<240>(format, args...));
}

/// The system cannot work: say why on the kernel's console, show what was last logged, switch the machine off.
template <typename... Args>
[[noreturn]] void fail(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
    fail_text(FixedText<240>(format, args...));
}

enum class PowerState { Off, Reboot };
/// The end of an orderly run.
[[noreturn]] void enter_power_state(PowerState state);

}  // namespace glenda::nineball
