// SPDX-License-Identifier: MIT
// The hidden cases, in hidden.cc and hidden_turns.cc.
#pragma once

#include "selftest/cases.h"

namespace glenda::selftest {

void hidden_spaces_run_out();
void hidden_thread_numbers();
void hidden_ready_queue();
void hidden_yields();
void hidden_rests();

}  // namespace glenda::selftest
