// SPDX-License-Identifier: MIT
// Least privilege, in writing: the slots that a service is started with, as init.toml has it. Whoever has power can
// compare them with what Factotum's INSPECT finds (user/apps/inspect.cc does).
#pragma once

#include "init_config.h"
#include "protocol/nineball.h"

namespace glenda::nineball {

using ManifestSlots = FixedVector<ManifestSlot, 16>;

/// What process `pid` has as that service.
ManifestSlots manifest_of(const ServiceConfig& config, std::uint64_t pid);

}  // namespace glenda::nineball
