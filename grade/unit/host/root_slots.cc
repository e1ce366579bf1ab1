// SPDX-License-Identifier: MIT
// A variable that boot/root_task.cc sets, which is not part of the host build. See check_fixture.h.
#include "boot/root_task.h"

namespace glenda {

constinit Slot* root_slots = nullptr;

}  // namespace glenda
