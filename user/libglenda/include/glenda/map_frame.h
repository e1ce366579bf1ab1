// SPDX-License-Identifier: MIT
// Maps a frame that this process was given: a device's registers, or shared memory.
//
// A process has no page tables of its own. Factotum maps the frame (MMAP) and chooses the address.
#pragma once

#include <cstdint>

#include "glenda/message.h"

namespace glenda {

/// Maps `frame` and returns the address. The mapping lasts until the process ends or the frame is revoked.
Answer<std::uint64_t> map_frame(Frame frame, MapFlags rights = MapFlags::ReadWrite);

}  // namespace glenda
