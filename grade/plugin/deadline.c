// SPDX-License-Identifier: MIT
//
// Counts the guest's instructions by hart, and stops the guest's clock at a limit.
//
// The counters live in one page of a file that the harness maps too, so that it reads them at any time and QEMU never
// waits for it. A hart whose count reaches `limit` is held before its next block until the limit moves or QEMU is
// killed: a deadline falls on the same instruction however slow the host is. QEMU's other threads run on meanwhile.
//
// Usage: -plugin deadline.so,page=PATH[,exact=on]      (PATH: an existing file of at least 4 KiB, all zero)
//
// A block that is left early, by a fault or by an access to a device, counts whole. With exact=on and one hart this is
// put right before the next block, from another count of what has run. That makes a guest up to a third slower.
// The page's layout is known here and in grade/glenda/counters.py.
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "traps.h"
#include "versions.h"

enum { kPageSize = 4096, kMaxHarts = 63 };

/// One cache line a hart, so that harts on different host processors do not slow each other down.
struct hart {
    uint64_t instructions;  // executed so far, and the whole block that is being executed; see before_block()
    uint64_t idle;          // 1: in wfi. QEMU 7.2 tells only without -icount
    uint64_t held;          // 1: reached the limit, and is held
    uint64_t unused[5];
};

struct page {
    uint64_t harts;  // how many harts the machine has; written last, so not 0 means ready
    uint64_t limit;  // written by the harness. 0: none
    uint64_t unused[6];
    struct hart hart[kMaxHarts];
};
_Static_assert(sizeof(struct hart) == 64 && sizeof(struct page) == kPageSize, "the layout in counters.py");

static struct page* page;
static bool exact;
static int api_version;

/// Keep this hart from running until the harness raises or lifts the limit.
static void hold(struct hart* hart) {
    const struct timespec millisecond = {.tv_nsec = 1000 * 1000};
    __atomic_store_n(&hart->held, 1, __ATOMIC_RELEASE);
    for (;;) {
        uint64_t limit = __atomic_load_n(&page->limit, __ATOMIC_ACQUIRE);
        if (limit == 0 || hart->instructions < limit) break;
        nanosleep(&millisecond, NULL);
    }
    __atomic_store_n(&hart->held, 0, __ATOMIC_RELEASE);
}

/// Runs before every block. `data` is how many instructions the block has, which are counted at once. The exact count
/// is of one hart: an inline addition cannot tell harts apart in every QEMU.
static void before_block(unsigned vcpu, void* data) {
    struct hart* hart = &page->hart[vcpu];
    if (exact) hart->instructions = counted();
    uint64_t limit = __atomic_load_n(&page->limit, __ATOMIC_RELAXED);
    if (__builtin_expect(limit != 0 && hart->instructions >= limit, 0)) hold(hart);
    hart->instructions += (uintptr_t)data;
}

/// Counts each instruction that runs, several with one addition: those up to the next that may trap all run, or none.
static void count_exactly(const struct qemu_plugin_tb* tb, size_t length) {
    for (size_t first = 0, i = 0; i < length; ++i) {
        if (i + 1 < length && !may_trap(instruction_word(qemu_plugin_tb_get_insn(tb, i), api_version))) continue;
        count_before(qemu_plugin_tb_get_insn(tb, first), i + 1 - first);
        first = i + 1;
    }
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb* tb) {
    (void)id;
    size_t length = qemu_plugin_tb_n_insns(tb);
    qemu_plugin_register_vcpu_tb_exec_cb(tb, before_block, QEMU_PLUGIN_CB_NO_REGS, (void*)length);
    if (exact) count_exactly(tb, length);
}

/// Runs when QEMU ends: there is no next block to put the last one right. A QEMU that fails early has no hart yet.
static void at_exit(qemu_plugin_id_t id, void* data) {
    (void)id, (void)data;
    if (exact && page->hart[0].instructions != 0) page->hart[0].instructions = counted();
}

static void went_idle(qemu_plugin_id_t id, unsigned vcpu) {
    (void)id;
    __atomic_store_n(&page->hart[vcpu].idle, 1, __ATOMIC_RELEASE);
}

static void resumed(qemu_plugin_id_t id, unsigned vcpu) {
    (void)id;
    __atomic_store_n(&page->hart[vcpu].idle, 0, __ATOMIC_RELEASE);
}

/// The page in the file at `path`, mapped, or NULL.
static struct page* map_page(const char* path) {
    struct stat status;
    int file = open(path, O_RDWR);
    if (file < 0) return NULL;
    void* memory = MAP_FAILED;
    if (fstat(file, &status) == 0 && status.st_size >= kPageSize)  // touching a page beyond the end would be SIGBUS
        memory = mmap(NULL, kPageSize, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return memory == MAP_FAILED ? NULL : memory;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv) {
    int harts = info->system_emulation ? info->system.max_vcpus : 0;
    bool wants_exact = argc == 2 && strcmp(argv[1], "exact=on") == 0;
    if (argc != 1 + wants_exact || strncmp(argv[0], "page=", 5) != 0 || harts < 1 || harts > kMaxHarts) {
        fprintf(stderr, "deadline: wants page=PATH[,exact=on], a whole system, and at most %d harts\n", kMaxHarts);
        return -1;
    }
    page = map_page(argv[0] + 5);
    if (page == NULL) {
        fprintf(stderr, "deadline: cannot map 4 KiB of %s\n", argv[0] + 5);
        return -1;
    }
    exact = wants_exact && harts == 1;
    api_version = info->version.cur;
    prepare_counting();
    __atomic_store_n(&page->harts, (uint64_t)harts, __ATOMIC_RELEASE);
    qemu_plugin_register_atexit_cb(id, at_exit, NULL);
    qemu_plugin_register_vcpu_idle_cb(id, went_idle);
    qemu_plugin_register_vcpu_resume_cb(id, resumed);
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    return 0;
}
