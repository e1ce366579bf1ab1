// SPDX-License-Identifier: MIT
//
// The few calls of QEMU's TCG plugin interface that our plugins use, of API versions 1 to 4.
//
// Debian's QEMU loads plugins but ships no qemu-plugin.h, so the prototypes are declared here by hand, from the
// interface's documentation (QEMU manual, "QEMU TCG Plugins").
#ifndef GLENDA_QEMU_PLUGIN_H
#define GLENDA_QEMU_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#define QEMU_PLUGIN_EXPORT __attribute__((visibility("default")))
#define WEAK __attribute__((weak))

typedef uint64_t qemu_plugin_id_t;

/// A block of guest instructions that QEMU translates and runs as one, and one instruction of it. Both opaque.
struct qemu_plugin_tb;
struct qemu_plugin_insn;

/// Given to qemu_plugin_install; valid only during that call.
typedef struct {
    const char* target_name;
    struct {
        int min, cur;
    } version;  // API versions that this QEMU accepts
    _Bool system_emulation;
    struct {
        int smp_vcpus, max_vcpus;
    } system;
} qemu_info_t;

enum qemu_plugin_op { QEMU_PLUGIN_INLINE_ADD_U64 };
enum qemu_plugin_cb_flags { QEMU_PLUGIN_CB_NO_REGS };

typedef void (*qemu_plugin_udata_cb_t)(qemu_plugin_id_t id, void* data);
typedef void (*qemu_plugin_vcpu_simple_cb_t)(qemu_plugin_id_t id, unsigned vcpu);
typedef void (*qemu_plugin_vcpu_udata_cb_t)(unsigned vcpu, void* data);
typedef void (*qemu_plugin_vcpu_tb_trans_cb_t)(qemu_plugin_id_t id, struct qemu_plugin_tb* tb);

void qemu_plugin_register_vcpu_idle_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_simple_cb_t callback);
void qemu_plugin_register_vcpu_resume_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_simple_cb_t callback);
void qemu_plugin_register_atexit_cb(qemu_plugin_id_t id, qemu_plugin_udata_cb_t callback, void* data);
void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, qemu_plugin_vcpu_tb_trans_cb_t callback);

size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb* tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb* tb);
struct qemu_plugin_insn* qemu_plugin_tb_get_insn(const struct qemu_plugin_tb* tb, size_t index);

size_t qemu_plugin_insn_size(const struct qemu_plugin_insn* insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn* insn);

void qemu_plugin_register_vcpu_tb_exec_cb(struct qemu_plugin_tb* tb, qemu_plugin_vcpu_udata_cb_t callback,
                                          enum qemu_plugin_cb_flags flags, void* data);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn* insn, qemu_plugin_vcpu_udata_cb_t callback,
                                            enum qemu_plugin_cb_flags flags, void* data);

// Not in every version. See versions.h, which chooses between them.

/// An array with an entry for each hart, and a number of 64 bits at `offset` in each entry.
struct qemu_plugin_scoreboard;
typedef struct {
    struct qemu_plugin_scoreboard* scoreboard;
    size_t offset;
} qemu_plugin_u64;

WEAK void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn* insn, enum qemu_plugin_op op,
                                                     void* counter, uint64_t addend);
WEAK void qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(struct qemu_plugin_insn* insn, enum qemu_plugin_op op,
                                                              qemu_plugin_u64 counter, uint64_t addend);
WEAK struct qemu_plugin_scoreboard* qemu_plugin_scoreboard_new(size_t entry_size);
WEAK void* qemu_plugin_scoreboard_find(struct qemu_plugin_scoreboard* scoreboard, unsigned vcpu);
WEAK void qemu_plugin_read_memory_vaddr(void);  // nobody calls it, so its type does not matter

/// The same function: up to version 2 it returns a pointer to the instruction's bytes, from version 3 on it copies
/// them.
const void* point_to_insn_data(const struct qemu_plugin_insn* insn) __asm__("qemu_plugin_insn_data");
size_t copy_insn_data(const struct qemu_plugin_insn* insn, void* to, size_t length) __asm__("qemu_plugin_insn_data");

#endif
