// SPDX-License-Identifier: MIT
//
// Measures how long a kernel keeps interrupts off: in instructions, on one hart.
//
// A stretch is a run of instructions of the kernel and of the firmware below it. It begins with the first of them after
// the user's, or after a poll or `wfi`. It ends with the `sret` that lets interrupts in, with `wfi`, which an interrupt
// ends, or at a poll: there a long operation asks whether an interrupt is pending. If one is, the operation is given
// up, and the rest of that stretch is the way out. Boot ends with the kernel's first `sret`; nothing before it counts.
//
// The longest stretch of each kind lies in a file that is mapped, so it is complete whenever QEMU is killed. With it
// comes its trail, the address of every block that ran, from which grade/glenda/latency.py tells what the kernel did.
//
// Usage: -plugin latency.so,page=PATH,kernel=BEGIN-END,firmware=BEGIN-END,poll=ADDRESS,pause=ADDRESS,skip=ADDRESS
//   kernel, firmware  where their instructions lie; everything else is the user's
//   poll              the function that asks whether an interrupt is pending
//   pause             the function that is called when one is
//   skip              a function for debugging: a stretch with a call of it does not count
// The file's layout is known here and in grade/glenda/latency.py.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "versions.h"

enum { kTrail = 32768 };
enum { kSret = 0x10200073, kWfi = 0x10500073 };  // RISC-V privileged specification, 3.3

/// How a stretch ends: at a poll, on the way out after a poll that found an interrupt, or by itself.
enum ending { kToPoll, kWayOut, kToExit, kEndings };

struct stretch {
    uint64_t instructions;
    uint64_t steps;    // of the trail; those past its end are not kept
    uint64_t polls;    // since the kernel was entered
    uint64_t skipped;  // 1: the function for debugging was called
    struct step {
        uint64_t address;  // of a block
        uint64_t before;   // instructions of the stretch when it began
    } trail[kTrail];
};

struct page {
    uint64_t stretches[kEndings];  // how many there were
    uint64_t skipped;              // and how many did not count
    uint64_t unused[4];
    struct stretch longest[kEndings];
};

static struct page* page;
static struct range { uint64_t begin, end; } kernel, firmware;
static uint64_t poll_address, pause_address, skip_address;

static int version;  // of the plugin interface that QEMU has
static enum { kBooting, kInUser, kInKernel } where = kBooting;
static uint64_t begin;  // of the stretch
static int found_one;
static struct stretch now;

static int contains(struct range range, uint64_t address) { return address >= range.begin && address < range.end; }

static void begin_stretch(uint64_t at, uint64_t polls) {
    begin = at;
    found_one = 0;
    now.steps = 0;
    now.polls = polls;
    now.skipped = 0;
}

static void end_stretch(uint64_t at, enum ending ending) {
    now.instructions = at - begin;
    page->stretches[ending]++;
    page->skipped += now.skipped;
    struct stretch* longest = &page->longest[ending];
    if (now.skipped || now.instructions <= longest->instructions) return;
    uint64_t kept = now.steps < kTrail ? now.steps : kTrail;
    memcpy(longest, &now, offsetof(struct stretch, trail) + kept * sizeof(struct step));
}

static void end_last_stretch(uint64_t at) { end_stretch(at, found_one ? kWayOut : kToExit); }

/// Runs before every block of the kernel or firmware, whose address is `data`.
static void before_system_block(unsigned vcpu, void* data) {
    (void)vcpu;
    if (where == kBooting) return;
    if (where == kInUser) begin_stretch(counted(), 0);
    where = kInKernel;
    if (now.steps < kTrail) now.trail[now.steps] = (struct step){(uintptr_t)data, counted() - begin};
    now.steps++;
}

/// Runs before every other block. The firmware may return to the user without a word to the kernel.
static void before_user_block(unsigned vcpu, void* data) {
    (void)vcpu, (void)data;
    if (where == kInKernel) {
        end_last_stretch(counted());
        where = kInUser;
    }
}

// These run before the instruction at which a stretch ends; it is not counted yet.

static void before_sret(unsigned vcpu, void* data) {
    (void)vcpu, (void)data;
    if (where == kInKernel) end_last_stretch(counted() + 1);
    where = kInUser;
}

static void before_wfi(unsigned vcpu, void* data) {
    (void)vcpu, (void)data;
    if (where != kInKernel) return;
    end_last_stretch(counted() + 1);
    begin_stretch(counted() + 1, 0);
}

static void before_poll(unsigned vcpu, void* data) {
    (void)vcpu, (void)data;
    if (where != kInKernel) return;
    end_stretch(counted(), kToPoll);
    begin_stretch(counted(), now.polls + 1);
}

static void before_pause(unsigned vcpu, void* data) {
    (void)vcpu, (void)data;
    found_one = 1;
}

static void before_skip(unsigned vcpu, void* data) {
    (void)vcpu, (void)data;
    now.skipped = 1;
}

static void watch(struct qemu_plugin_insn* instruction, qemu_plugin_vcpu_udata_cb_t callback) {
    qemu_plugin_register_vcpu_insn_exec_cb(instruction, callback, QEMU_PLUGIN_CB_NO_REGS, NULL);
}

static void translate_instruction(struct qemu_plugin_insn* instruction) {
    uint64_t address = qemu_plugin_insn_vaddr(instruction);
    if (contains(kernel, address)) {
        uint32_t word = instruction_word(instruction, version);
        if (word == kSret) watch(instruction, before_sret);
        if (word == kWfi) watch(instruction, before_wfi);
        if (address == poll_address) watch(instruction, before_poll);
        if (address == pause_address) watch(instruction, before_pause);
        if (address == skip_address) watch(instruction, before_skip);
    }
    count_before(instruction, 1);
}

static void translate(qemu_plugin_id_t id, struct qemu_plugin_tb* tb) {
    (void)id;
    uint64_t address = qemu_plugin_tb_vaddr(tb);
    int is_system = contains(kernel, address) || contains(firmware, address);
    qemu_plugin_register_vcpu_tb_exec_cb(tb, is_system ? before_system_block : before_user_block,
                                         QEMU_PLUGIN_CB_NO_REGS, (void*)(uintptr_t)address);
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); ++i) translate_instruction(qemu_plugin_tb_get_insn(tb, i));
}

/// The file at `path`, which is large enough and all zero, mapped, or NULL.
static struct page* map_page(const char* path) {
    struct stat status;
    int file = open(path, O_RDWR);
    if (file < 0) return NULL;
    void* memory = MAP_FAILED;
    if (fstat(file, &status) == 0 && (size_t)status.st_size >= sizeof(struct page))
        memory = mmap(NULL, sizeof(struct page), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return memory == MAP_FAILED ? NULL : memory;
}

static int read_range(const char* text, struct range* range) {
    char* end;
    range->begin = strtoull(text, &end, 0);
    if (*end != '-') return 0;
    range->end = strtoull(end + 1, &end, 0);
    return *end == 0;
}

/// Take one KEY=VALUE. 0: not understood.
static int read_argument(const char* argument) {
    const char* value = strchr(argument, '=');
    if (value == NULL) return 0;
    size_t length = (size_t)(value++ - argument);
#define IS(key) (length == sizeof key - 1 && memcmp(argument, key, length) == 0)
    if (IS("page")) return (page = map_page(value)) != NULL;
    if (IS("kernel")) return read_range(value, &kernel);
    if (IS("firmware")) return read_range(value, &firmware);
    if (IS("poll")) return (poll_address = strtoull(value, NULL, 0)) != 0;
    if (IS("pause")) return (pause_address = strtoull(value, NULL, 0)) != 0;
    if (IS("skip")) return (skip_address = strtoull(value, NULL, 0)) != 0;
#undef IS
    return 0;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t* info, int argc, char** argv) {
    if (!info->system_emulation || info->system.max_vcpus != 1) {
        fprintf(stderr, "latency: wants a whole system with one hart\n");
        return -1;
    }
    for (int i = 0; i < argc; ++i) {
        if (!read_argument(argv[i])) {
            fprintf(stderr, "latency: cannot use the argument %s\n", argv[i]);
            return -1;
        }
    }
    if (page == NULL || kernel.end == 0 || firmware.end == 0 || !poll_address || !pause_address || !skip_address) {
        fprintf(stderr, "latency: wants page=, kernel=, firmware=, poll=, pause= and skip=\n");
        return -1;
    }
    version = info->version.cur;
    prepare_counting();
    qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
    return 0;
}
