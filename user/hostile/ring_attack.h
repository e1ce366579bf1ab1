// SPDX-License-Identifier: MIT
// One life of a hostile client of a device with sessions (user/driver/session_page.h): it writes what it likes into the
// page that it shares with the driver, whosever the slots are at that moment, and ends without a word.
//
// Some of its requests are right, else the driver would never look beyond the first check. Each step is reported to its
// parent (attack.h): the operation of a request that the driver has answered, or that of a step that no answer follows.
#pragma once

#include "attack.h"

namespace glenda::hostile {

/// Takes `count` steps, the same for each `seed` while the driver is as quick.
void attack_ring(const Target& target, std::uint64_t seed, std::uint64_t count);

}  // namespace glenda::hostile
