// SPDX-License-Identifier: MIT
// Lab 4, exercise 4.4: Factotum is started, here by this program, which counts the slots that it has afterwards.
#include <cstring>

#include "9ball/factotum_start.h"
#include "common/ktest.h"
#include "format/elf_layout.h"

namespace glenda::ktest {

namespace {

using nineball::FactotumStart;
using nineball::MemoryPlan;
using namespace elf_layout;

constexpr std::uint64_t kSlots = 256;

/// A program whose first instruction is none: it begins, and waits for its fault handler for ever.
ElfFile program() {
    constexpr std::uint64_t kBase = 0x1'0000, kSize = 0x100;
    static std::byte bytes[kSize];
    const FileHeader header{.ident = {0x7f, 'E', 'L', 'F', kClass64, kLittleEndian, kVersion},
                            .type = kTypeExecutable,
                            .machine = kMachineRiscv,
                            .version = kVersion,
                            .entry = kBase + sizeof(FileHeader) + sizeof(ProgramHeader),
                            .program_headers = sizeof(FileHeader),
                            .section_headers = 0,
                            .flags = 0,
                            .header_size = sizeof(FileHeader),
                            .program_header_size = sizeof(ProgramHeader),
                            .program_header_count = 1,
                            .section_header_size = 0,
                            .section_header_count = 0,
                            .section_names = 0};
    const ProgramHeader segment{kSegmentLoad, kFlagExecute, 0, kBase, kBase, kSize, kSize, kElfPageSize};
    std::memcpy(bytes, &header, sizeof(header));
    std::memcpy(bytes + sizeof(header), &segment, sizeof(segment));
    const auto file = ElfFile::parse(bytes);
    EXPECT(file.has_value());
    return *file;
}

/// What the kernel says of this machine, with a few pieces of memory alone.
const BootInfo& small_machine() {
    static BootInfo info = boot_info();
    info.untyped_count = 0;
    info.untyped.first = need(pool().slots(2));
    for (const unsigned bits : {23, 20}) {
        const CPtr slot = info.untyped.first + info.untyped_count;
        need(arena().retype(CapType::Untyped, bits, node(), slot));
        info.untypeds[info.untyped_count++] = {need(Untyped(slot).info()).address, std::uint8_t(bits), 0, {}};
    }
    return info;
}

/// Each slot that 9Ball has taken is full, or has been given back; and what was given back is empty.
void slots_given_back() {
    const BootInfo& info = small_machine();
    const CPtr first = need(pool().slots(kSlots));
    Bootstrap bootstrap(node(), {first, first + kSlots});
    MemoryPlan plan;
    EXPECT_OK(plan.make(info, bootstrap, FactotumStart::memory_needed(program()), 14));
    FactotumStart start{info, bootstrap, plan, need(pool().endpoint()), need(pool().endpoint())};
    EXPECT_OK(start.run(program()));

    const CPtr taken = bootstrap.empty().first;
    bool is_known[kSlots] = {};
    for (const nineball::FreeMemory& piece : plan.delegated()) {  // has moved; its slot is nobody's concern
        if (piece.slot >= first && piece.slot < taken) is_known[piece.slot - first] = true;
    }
    for (CPtr slot = need(bootstrap.slot()); slot < taken; slot = need(bootstrap.slot())) {
        EXPECT_EQ(need(node().info(slot)).type, CapType::Null);
        is_known[slot - first] = true;
    }
    unsigned empty_and_not_given_back = 0;
    for (CPtr slot = first; slot < taken; slot++) {
        const bool is_full = need(node().info(slot)).type != CapType::Null;
        empty_and_not_given_back += is_full || is_known[slot - first] ? 0 : 1;
    }
    EXPECT_EQ(empty_and_not_given_back, 0);
}

constexpr Case kCases[] = {{"slots_given_back", slots_given_back}};

}  // namespace

}  // namespace glenda::ktest

int main() { return glenda::ktest::run_cases(glenda::ktest::kCases); }
