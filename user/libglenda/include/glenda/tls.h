// SPDX-License-Identifier: MIT
// Thread-local storage for threads beyond the first: crt0 does the same for that one.
#pragma once

#include <cstddef>
#include <cstdint>

#include "abi/message.h"

namespace glenda {

/// Bytes of a thread's block, and what its address must be a multiple of.
std::size_t tls_block_size();
std::size_t tls_block_alignment();

/// Fill a block for a thread whose UTCB is `utcb`. The result goes into the thread's tp register.
/// gp must be that of the caller: the program's __global_pointer$.
std::uint64_t init_tls_block(void* block, Utcb* utcb);

/// The value that every thread of this program needs in its gp register.
inline std::uint64_t global_pointer() {
    std::uint64_t value;
    asm("mv %0, gp" : "=r"(value));
    return value;
}

}  // namespace glenda
