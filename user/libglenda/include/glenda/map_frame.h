// SPDX-License-Identifier: MIT
// Mapping a frame that this process was given: registers of a device, or memory that it shares.
//
// A process holds no page tables: Factotum maps for it (MMAP), at an address that it chooses.
#pragma once

#include <cstdint>

#include "glenda/message.h"

namespace glenda {

/// Map `frame` and say where. It stays mapped while the process lives, or the capability that `frame` came from.
Answer<std::uint64_t> map_frame(Frame frame, MapFlags rights = MapFlags::ReadWrite);

}  // namespace glenda
