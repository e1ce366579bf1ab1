// SPDX-License-Identifier: MIT
// The order in which a VSpace flushes, changes satp and frees. QEMU, with one hart, forgives any order; here the
// machine is a record of what it was told.
//
// What counts: a page goes back only when the hart has forgotten the space and does not use its root table, and an
// identity goes back only when nothing is cached of it.
#include <cstring>

#include "check.h"
#include "mem/address_spaces.h"
#include "sched/hart.h"
#include "thread/vspace.h"

namespace glenda::host {

namespace {

constexpr unsigned kPages = 64;
alignas(kPageSize) std::byte pages[kPages][kPageSize];
unsigned references[kPages];

std::uint64_t used_satp = 0;  // what the hart was told
unsigned watched_asid = 0;    // the space that is looked at
bool is_cached = false;       // the hart may have translations of it
bool is_ending = false;       // from here on its pages go back
unsigned room_at_flush = 0;   // of address_spaces

Hart hart;
VSpace* space = nullptr;

unsigned index_of(PhysAddr page) { return static_cast<unsigned>((page.value - std::uint64_t(pages)) / kPageSize); }
unsigned asid_in(std::uint64_t satp) { return satp >> 44 & mask(16); }

void note_flush(unsigned asid) {
    if (asid != watched_asid) return;
    is_cached = false;
    room_at_flush = address_spaces.room();
}

/// A space with two pages, which the hart has used.
void begin() {
    harts[0] = &hart;
    const Result<VSpace*> created = VSpace::create();
    EXPECT(created.has_value());
    space = *created;
    watched_asid = asid_in(space->satp());
    EXPECT(space->map({kPageSize}, {3 * kPageSize}, MapFlags::ReadWrite).has_value());
    is_cached = true;
}

void end(bool is_used) {
    used_satp = hart.satp = is_used ? space->satp() : kernel_satp;
    const unsigned room = address_spaces.room();
    is_ending = true;
    space->release();
    is_ending = false;
    const bool was_flushed = !is_cached, was_flushed_before_its_identity_was_free = room_at_flush == room;
    EXPECT(was_flushed);
    EXPECT(was_flushed_before_its_identity_was_free);
    EXPECT(used_satp == kernel_satp && hart.satp == kernel_satp);
}

}  // namespace

void flush_before_free() {
    begin();
    end(false);
}

void satp_before_free() {
    begin();
    end(true);
    // A space that others refer to stays in use.
    begin();
    space->share();
    used_satp = hart.satp = space->satp();
    space->release();
    EXPECT(used_satp == space->satp() && hart.satp == space->satp());
    end(true);
}

void changes_are_flushed() {
    begin();
    EXPECT(space->map({4 * kPageSize}, {6 * kPageSize}, MapFlags::Read).has_value());
    const bool map_has_flushed = !is_cached;
    EXPECT(map_has_flushed);
    is_cached = true;
    space->unmap({kPageSize}, {5 * kPageSize});
    const bool unmap_has_flushed = !is_cached;
    EXPECT(unmap_has_flushed);
    is_cached = true;
    space->flush();
    EXPECT(!is_cached);
    end(false);
}

}  // namespace glenda::host

// --- the rest of the kernel, and the machine ------------------------------------------------------------------

namespace glenda {

constinit Hart* harts[kMaxHarts] = {};
constinit unsigned hart_count = 1;
constinit std::uint64_t kernel_satp = satp_of({0x8000'0000}, 0);
constinit Hart* executing_hart = nullptr;

PhysAddr allocate_page() {
    for (unsigned i = 0; i < host::kPages; i++) {
        if (host::references[i] != 0) continue;
        host::references[i] = 1;
        std::memset(host::pages[i], 0, kPageSize);
        return {std::uint64_t(host::pages[i])};
    }
    return {};
}
void share_page(PhysAddr page) { host::references[host::index_of(page)]++; }
void release_page(PhysAddr page) {
    if (host::is_ending) {
        const bool something_is_still_cached = host::is_cached;
        const bool hart_still_uses_it = host::asid_in(host::used_satp) == host::watched_asid ||
                                        host::asid_in(host::hart.satp) == host::watched_asid;
        EXPECT(!something_is_still_cached);
        EXPECT(!hart_still_uses_it);
    }
    EXPECT(host::references[host::index_of(page)]-- != 0);
}

namespace arch {

constinit std::uint64_t this_hart = 0;
void set_address_space(std::uint64_t satp) { host::used_satp = satp; }
void flush_space(unsigned asid, HartSet) { host::note_flush(asid); }
void flush_page(VirtAddr, unsigned asid, HartSet) { host::note_flush(asid); }
void flush_instructions(HartSet) {}
std::uint64_t now() { return 0; }
void fpu_enable() {}
void fpu_disable() {}

}  // namespace arch
}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda::host;
    alignas(glenda::kPageSize) static glenda::PageTable kernel_half;
    glenda::kernel_root = &kernel_half;
    return run_cases(argc, argv,
                     {{"flush_before_free", flush_before_free},
                      {"satp_before_free", satp_before_free},
                      {"changes_are_flushed", changes_are_flushed}});
}
