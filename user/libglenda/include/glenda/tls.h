// SPDX-License-Identifier: MIT
// Thread-local storage for additional threads. The startup code sets up the first thread's.
#pragma once

#include <cstddef>
#include <cstdint>

#include "abi/message.h"

namespace glenda {

/// The size of a thread's block, and its alignment.
std::size_t tls_block_size();
std::size_t tls_block_alignment();

/// Initialises a block for a thread whose UTCB is `utcb`. Returns the value for the thread's tp register.
std::uint64_t init_tls_block(void* block, Utcb* utcb);

/// The value for the gp register of every thread in this program.
inline std::uint64_t global_pointer() {
    std::uint64_t value;
    asm("mv %0, gp" : "=r"(value));
    return value;
}

}  // namespace glenda
