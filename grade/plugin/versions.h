// SPDX-License-Identifier: MIT
//
// What differs between the versions of QEMU's plugin interface, hidden from the plugins: one build serves all of them.
//
//   version 1   QEMU 7.2 to 8.2   instructions are counted in a variable of ours, which all harts share
//   version 2   QEMU 9.0          they are counted in a scoreboard of QEMU's, which has an entry for each hart
//   version 3   QEMU 9.1          an instruction's bytes are copied, no longer pointed to
//   version 4   QEMU 9.2          the plugin may read memory, by which we know this version; we do not do it
//
// Functions that not every version has are weak: their address is null where QEMU lacks them. QEMU asks which version
// we were made for after it has loaded us, so there is time to look around before. A newer QEMU that refuses version 4
// says so, and the harness passes it on.
#ifndef GLENDA_PLUGIN_VERSIONS_H
#define GLENDA_PLUGIN_VERSIONS_H

#include <string.h>

#include "qemu_plugin.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = 1;

static uint64_t shared_count;                      // version 1
static struct qemu_plugin_scoreboard* scoreboard;  // from version 2 on

__attribute__((constructor)) static void choose_version(void) {
    if (qemu_plugin_scoreboard_new != NULL) qemu_plugin_version = qemu_plugin_read_memory_vaddr != NULL ? 4 : 2;
}

/// To be called once, before any instruction is counted.
static inline void prepare_counting(void) {
    if (qemu_plugin_scoreboard_new != NULL) scoreboard = qemu_plugin_scoreboard_new(sizeof(uint64_t));
}

/// While translating: add `count` each time just before this instruction runs. For a machine with one hart.
static inline void count_before(struct qemu_plugin_insn* instruction, uint64_t count) {
    if (scoreboard != NULL)
        qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(instruction, QEMU_PLUGIN_INLINE_ADD_U64,
                                                            (qemu_plugin_u64){.scoreboard = scoreboard}, count);
    else
        qemu_plugin_register_vcpu_insn_exec_inline(instruction, QEMU_PLUGIN_INLINE_ADD_U64, &shared_count, count);
}

/// How many instructions have been counted.
static inline uint64_t counted(void) {
    if (scoreboard == NULL) return shared_count;
    return *(const uint64_t*)qemu_plugin_scoreboard_find(scoreboard, 0);
}

/// The instruction's bits; 16 of them if it is compressed. `version`: the newest that QEMU knows, from qemu_info_t.
static inline uint32_t instruction_word(const struct qemu_plugin_insn* instruction, int version) {
    uint32_t word = 0;
    if (version >= 3) {
        copy_insn_data(instruction, &word, sizeof word);
    } else {
        size_t size = qemu_plugin_insn_size(instruction);
        memcpy(&word, point_to_insn_data(instruction), size < sizeof word ? size : sizeof word);
    }
    return word;
}

#endif
