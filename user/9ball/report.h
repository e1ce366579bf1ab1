// SPDX-License-Identifier: MIT
// 9Ball's own messages: milestones, and one line that says why the system cannot go on.
#pragma once

#include "glenda/format.h"

namespace glenda::nineball {

void say_text(std::string_view text);
[[noreturn]] void fail_text(std::string_view text);
[[noreturn]] void fail_without_log_text(std::string_view text);

/// Writes a line into the journal.
template <typename... Args>
void say(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
    say_text(FixedText<240>(format, args...));
}

/// Handles a fatal error: prints the end of the log and the reason on the kernel's console, then switches off.
template <typename... Args>
[[noreturn]] void fail(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
    fail_text(FixedText<240>(format, args...));
}

/// The same without the log, for when another thread may be in the middle of changing the journal.
template <typename... Args>
[[noreturn]] void fail_without_log(FormatString<std::type_identity_t<Args>...> format, const Args&... args) {
    fail_without_log_text(FixedText<240>(format, args...));
}

enum class PowerState { Off, Reboot };
/// Ends an orderly run.
[[noreturn]] void enter_power_state(PowerState state);

}  // namespace glenda::nineball
