// SPDX-License-Identifier: MIT
// Defines what boot/root_task.cc would: that file is not part of the host build. See check_fixture.h.
#include "boot/root_task.h"

namespace glenda {

constinit Slot* root_slots = nullptr;

}  // namespace glenda
