// SPDX-License-Identifier: MIT
// What boot/root_task.cc, which is no part of the host build, would have set. See kernel_check_test.cc.
#include "boot/root_task.h"

namespace glenda {

constinit Slot* root_slots = nullptr;

}  // namespace glenda
