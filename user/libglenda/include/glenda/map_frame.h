// SPDX-License-Identifier: MIT
// Maps frames that this process was given: a device's registers, or shared memory.
//
// A process has no page tables of its own. Factotum maps the frames (MMAP) and chooses the address. A mapping lasts
// until the process ends or the frame is revoked.
#pragma once

#include <cstdint>

#include "glenda/message.h"

namespace glenda {

/// Maps `frame` and returns the address.
Answer<std::uint64_t> map_frame(Frame frame, MapFlags rights = MapFlags::ReadWrite);

/// Maps any number of frames of one size one behind the other, as they come: up to kMaxMessageCaps at a time.
class FrameRun {
public:
    /// `bytes`: of all frames that will be added.
    explicit FrameRun(std::uint64_t bytes, MapFlags rights = MapFlags::ReadWrite) : bytes_(bytes), rights_(rights) {}

    /// Maps `count` frames in consecutive slots of this program, at most kMaxMessageCaps, behind those before.
    Answer<void> add(CPtr first, unsigned count);
    /// Where the first frame is: after the first add().
    std::uint64_t address() const { return address_; }

private:
    std::uint64_t bytes_;
    MapFlags rights_;
    std::uint64_t address_ = 0;
    std::uint64_t next_ = 0;  // 0: none has been mapped
};

}  // namespace glenda
