// SPDX-License-Identifier: MIT
//
// Which instructions may trap in the middle of a block, so that those behind them do not run.
// Source: RISC-V Unprivileged ISA, "RV64G Instruction Set Listings" and "RVC Instruction Set Listings".
#ifndef GLENDA_PLUGIN_TRAPS_H
#define GLENDA_PLUGIN_TRAPS_H

#include <stdbool.h>
#include <stdint.h>

static inline bool compressed_may_trap(uint32_t word) {
    unsigned function = word >> 13 & 7, second = word >> 2 & 31;
    switch (word & 3) {
        case 0: return function != 0;                                     // all but c.addi4spn reach memory
        case 1: return function > 4;                                      // up to there: constants and arithmetic
        default: return function != 0 && (function != 4 || second == 0);  // all but c.slli, c.mv, c.add
    }
}

/// False only for arithmetic on integer registers. Each jump, and what QEMU takes for illegal, ends its block.
static inline bool may_trap(uint32_t word) {
    if ((word & 3) != 3) return compressed_may_trap(word);
    switch (word & 0x7f) {
        case 0x13:  // with a constant
        case 0x17:  // auipc
        case 0x1b:  // with a constant, 32 bits
        case 0x33:  // with a register
        case 0x37:  // lui
        case 0x3b:  // with a register, 32 bits
            return false;
        default: return true;
    }
}

#endif
