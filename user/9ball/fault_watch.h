// SPDX-License-Identifier: MIT
// A second thread of 9Ball that handles faults of Factotum and of 9Ball's first thread.
//
// The first thread cannot handle them: it may be waiting for a reply from Factotum when Factotum faults, and then both
// would wait forever. The system cannot run without these two, so the watcher reports the fault and switches the
// machine off.
#pragma once

#include "format/bytes.h"
#include "glenda/bootstrap.h"

namespace glenda::nineball {

class FaultWatch {
public:
    /// Starts the watcher. From here on it also reports 9Ball's own faults. It reads function names from `initrd`.
    Result<void> start(Bootstrap& bootstrap, Bytes initrd);

    /// Factotum's fault handler.
    Endpoint for_factotum() const { return for_factotum_; }

private:
    Endpoint for_factotum_{};
};

}  // namespace glenda::nineball
