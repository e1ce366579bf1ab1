// SPDX-License-Identifier: MIT
// Thread-local storage: RISC-V psABI, variant I, local-exec model. tp points to the block's first byte.
#include "glenda/tls.h"

#include "glenda/syscall.h"

extern "C" {
extern const std::byte __tdata_start[];
// The value of these symbols is their address.
extern const std::byte __tdata_size[];
extern const std::byte __tls_size[];
extern const std::byte __tls_alignment[];
}

namespace glenda {

namespace {
std::size_t number(const std::byte* symbol) { return reinterpret_cast<std::size_t>(symbol); }
}  // namespace

std::size_t tls_block_size() { return number(__tls_size); }
std::size_t tls_block_alignment() { return number(__tls_alignment); }

std::uint64_t init_tls_block(void* block, Utcb* utcb) {
    auto* bytes = static_cast<std::byte*>(block);
    const std::size_t initialised = number(__tdata_size);
    __builtin_memcpy(bytes, __tdata_start, initialised);
    __builtin_memset(bytes + initialised, 0, tls_block_size() - initialised);
    // A variable has the same offset from tp in every block.
    std::uint64_t own_tp;
    asm("mv %0, tp" : "=r"(own_tp));
    const std::uint64_t offset = reinterpret_cast<std::uint64_t>(&thread_utcb) - own_tp;
    __builtin_memcpy(bytes + offset, &utcb, sizeof(utcb));
    return reinterpret_cast<std::uint64_t>(block);
}

}  // namespace glenda
