// SPDX-License-Identifier: MIT
// Ranges of addresses, and rights to them, as processes name them.
#pragma once

#include <optional>

#include "abi/method.h"
#include "vm/layout.h"

namespace glenda::factotum {

struct Range {
    std::uint64_t start = 0;
    std::uint64_t end = 0;
};

/// The pages of `length` bytes from `start` on. Nothing if that is no range, or not one that a process may change: from
/// devices to lists of processes, and its UTCBs.
inline std::optional<Range> range_of(std::uint64_t start, std::uint64_t length) {
    if (start % kPageSize != 0 || length == 0 || length > kUserEnd || start > kUserEnd - length) return std::nullopt;
    const std::uint64_t end = start + align_up(length, kPageSize);
    const bool is_above = start >= kSnapshotArea + kAreaSize && end <= kUtcbArea;
    if (start < kPageSize || !(end <= kDeviceArea || is_above)) return std::nullopt;
    return Range{start, end};
}

/// Whether memory can have these rights.
inline bool is_known(MapFlags rights) {
    return rights == MapFlags{} || rights == MapFlags::Read || rights == MapFlags::ReadWrite ||
           rights == MapFlags::ReadExecute;
}

}  // namespace glenda::factotum
