// SPDX-License-Identifier: MIT
// What boot/root_task.cc, which is no part of the host build, would have set. See check_fixture.h.
#include "boot/root_task.h"

namespace glenda {

constinit Slot* root_slots = nullptr;

}  // namespace glenda
