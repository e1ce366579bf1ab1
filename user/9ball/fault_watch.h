// SPDX-License-Identifier: MIT
// A second thread of 9Ball, which waits for the faults of Factotum and of 9Ball's first thread.
//
// The first thread cannot: it waits for Factotum's answers, also while Factotum faults, and then both would wait for
// ever. Without either of the two nothing works, so the watcher tells what happened and switches the machine off.
#pragma once

#include "format/bytes.h"
#include "glenda/bootstrap.h"

namespace glenda::nineball {

class FaultWatch {
public:
    /// Start the watcher; from here on 9Ball's own faults are reported too. `initrd` is for the names of functions.
    Result<void> start(Bootstrap& bootstrap, Bytes initrd);

    /// The fault handler to give to Factotum.
    Endpoint for_factotum() const { return for_factotum_; }

private:
    Endpoint for_factotum_{};
};

}  // namespace glenda::nineball
