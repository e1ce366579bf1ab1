// SPDX-License-Identifier: MIT
// Makes the root task; start_root_task(), at the end, is the list of steps.
//
// abi/boot_info.h is the contract: what the task finds, and where. The kernel does only what must happen before there
// is a program to do it: it loads one program and describes the machine to it. That program starts drivers and
// services.
//
// The order matters at two places. All steps that allocate come before give_memory(), which gives away what is left.
// And the thread becomes ready last, when everything that it can see is in place.
#include "boot/root_task.h"

#include <algorithm>
#include <cstring>

#include "abi/boot_info.h"
#include "boot/root_space.h"
#include "boot/survey.h"
#include "cap/cnode.h"
#include "debug/print.h"
#include "format/cpio.h"
#include "format/elf.h"
#include "mem/mapping.h"
#include "sched/schedule.h"

namespace glenda {

constinit Slot* root_slots = nullptr;

namespace {

constexpr std::uint64_t kLargePage = bit(kLargeFrameBits);

Capability capability(CapType type, void* object = nullptr, unsigned size_bits = 0, Rights rights = Rights::All) {
    Capability cap;
    cap.type = type;
    cap.rights = rights;
    cap.size_bits = size_bits;
    cap.object = object;
    return cap;
}

/// What is being made, so that the steps below read as a list. `slots` is the root CNode; `next_slot` is its first slot
/// that has no fixed meaning and is still empty.
struct Builder {
    const Hardware& hardware;
    FreeMemory& memory;
    RootSpace space;
    Slot* slots;
    BootInfo& info;
    std::uint64_t next_slot = kRootFirstDynamic;

    Builder(const Hardware& hw, FreeMemory& free)
        : hardware(hw),
          memory(free),
          space(free),
          slots(reinterpret_cast<Slot*>(allocate_zeroed(free, kRootCNodeRadix + kSlotBits))),
          info(*reinterpret_cast<BootInfo*>(allocate_zeroed(free, kPageBits))) {}

    void give(std::uint64_t slot, const Capability& cap) { slots[slot].fill_as_root(cap); }
    void give_next(const Capability& cap) {
        ASSERT(next_slot < bit(kRootCNodeRadix));
        give(next_slot++, cap);
    }
};

/// Makes read-only Frames of `size_bits` for `range` and maps them from `address` on. Both ends of the range are
/// aligned to that size. Returns their slots.
SlotRange give_frames(Builder& b, PhysRange range, unsigned size_bits, std::uint64_t address) {
    SlotRange slots{b.next_slot, b.next_slot};
    for (PhysAddr at = range.begin; at < range.end; at = at + bit(size_bits), address += bit(size_bits)) {
        Capability frame = capability(CapType::Frame, to_pointer(at), size_bits, Rights::Read | Rights::Grant);
        b.space.map({address}, frame, MapFlags::Read);
        b.give_next(frame);
    }
    slots.end = b.next_slot;
    return slots;
}

/// The initrd may begin anywhere within its first large page; `initrd_address` says where.
void give_initrd(Builder& b) {
    const FdtRange initrd = b.hardware.machine.initrd().value_or(FdtRange{});
    const PhysRange frames{{align_down(initrd.base, kLargePage)}, {align_up(initrd.base + initrd.size, kLargePage)}};
    b.info.initrd_frames = give_frames(b, frames, kLargeFrameBits, kRootInitrd);
    b.info.initrd_address = kRootInitrd + (initrd.base - frames.begin.value);
    b.info.initrd_size = initrd.size;
}

void give_device_tree(Builder& b) {
    const PhysAddr tree = to_physical(b.hardware.tree.data());
    const PhysRange pages{{align_down(tree.value, kPageSize)},
                          {align_up(tree.value + b.hardware.tree.size(), kPageSize)}};
    b.info.dtb_frames = give_frames(b, pages, kFrameBits, kRootDtb);
    b.info.dtb_address = kRootDtb + (tree - pages.begin);
    b.info.dtb_size = b.hardware.tree.size();
}

/// Copies the segments of `elf` into new pages. The part of a segment that the file does not fill stays zero (its
/// .bss). Precondition: ElfFile::parse() has checked that segments lie in user space and share no page.
void load(Builder& b, const ElfFile& elf) {
    for (const ElfSegment& segment : elf.segments()) {
        MapFlags flags = MapFlags::Read;
        if (segment.access == ElfAccess::ReadWrite) flags = MapFlags::ReadWrite;
        if (segment.access == ElfAccess::ReadExecute) flags = MapFlags::ReadExecute;
        const std::uint64_t end = segment.vaddr + segment.data.size();
        for (std::uint64_t page = align_down(segment.vaddr, kPageSize); page < segment.end(); page += kPageSize) {
            std::byte* memory = b.space.map_new_page({page}, flags);
            const std::uint64_t from = std::max(page, segment.vaddr), to = std::min(page + kPageSize, end);
            if (from < to) std::memcpy(memory + (from - page), segment.data.data() + (from - segment.vaddr), to - from);
        }
        b.info.root_image_end = align_up(segment.end(), kPageSize);
    }
}

/// Maps the stack and puts on it what the System V ABI wants. Returns the stack pointer:
///
///   sp ->  argc = 1 | argv[0] | argv end | envp end | auxv end ... | name, up to kRootStackTop
std::uint64_t make_stack(Builder& b, std::string_view name) {
    std::byte* top_page = nullptr;
    for (std::uint64_t page = kRootStackTop - kRootStackSize; page < kRootStackTop; page += kPageSize)
        top_page = b.space.map_new_page({page}, MapFlags::ReadWrite);
    constexpr std::uint64_t kNameRoom = 64, kFrameRoom = 64;
    const std::uint64_t name_address = kRootStackTop - kNameRoom;
    std::memcpy(top_page + kPageSize - kNameRoom, name.data(), std::min<std::size_t>(name.size(), kNameRoom - 1));
    auto* frame = reinterpret_cast<std::uint64_t*>(top_page + kPageSize - kNameRoom - kFrameRoom);
    frame[0] = 1;
    frame[1] = name_address;
    return kRootStackTop - kNameRoom - kFrameRoom;
}

/// Fills in what BootInfo says about the machine. Cuts the command line to the room there.
void describe(Builder& b, const Hart& hart, std::uint64_t entry_cycle) {
    BootInfo& info = b.info;
    const FdtMachine& machine = b.hardware.machine;
    info.magic = kBootInfoMagic;
    info.timebase = machine.timebase_frequency().value_or(0);
    info.ram_base = machine.memory().front().base;
    for (const FdtRange& bank : machine.memory()) info.ram_size += bank.size;
    info.hart_count = hart_count;
    info.boot_hart = hart.hardware;
    info.entry_cycle = entry_cycle;
    const std::string_view line = machine.bootargs();
    std::memcpy(info.command_line, line.data(), std::min(line.size(), sizeof info.command_line - 1));
}

/// Adds one Untyped, in the next slot and in the list of BootInfo. When the list is full the rest is left out.
void give_untyped(Builder& b, const FreeMemory::Block& block, CapFlags flags) {
    if (b.info.untyped_count == kMaxBootUntypeds) return;
    Capability cap = capability(CapType::Untyped, to_pointer(block.address), block.size_bits);
    cap.flags = flags;
    b.give_next(cap);
    b.info.untypeds[b.info.untyped_count++] = {
        block.address.value, static_cast<std::uint8_t>(block.size_bits), flags == CapFlags::Device, {}};
}

/// Gives away everything below the first RAM as device memory, but for the interrupt controllers: a program that could
/// write to them could take interrupts from others.
void give_device_memory(Builder& b) {
    FreeMemory devices;
    devices.add({{0}, {b.info.ram_base}});
    for (const FdtRange& plic : b.hardware.plics.all()) devices.remove({{plic.base}, {plic.base + plic.size}});
    for (;;) {
        const FreeMemory::Block block = devices.take_block(kPageBits, kMaxUntypedBits);
        if (block.size_bits == 0) return;
        give_untyped(b, block, CapFlags::Device);
    }
}

/// Gives away the rest of the memory. Must be the last step that uses it.
void give_memory(Builder& b) {
    b.info.untyped.first = b.next_slot;
    give_device_memory(b);
    std::uint64_t given = 0;
    for (;;) {
        const FreeMemory::Block block = b.memory.take_block(kPageBits, kMaxUntypedBits);
        if (block.size_bits == 0) break;
        give_untyped(b, block, CapFlags::None);
        given += bit(block.size_bits);
    }
    b.info.untyped.end = b.next_slot;
    b.info.kernel_size = b.info.ram_size - given;
    b.info.empty = {b.next_slot, bit(kRootCNodeRadix)};
}

Tcb& make_thread(Builder& b, Hart& hart, const Capability& utcb) {
    Tcb& tcb = *reinterpret_cast<Tcb*>(allocate_zeroed(b.memory, kTcbBits));
    init_thread(tcb);
    tcb.hart = &hart;
    tcb.priority = tcb.max_priority = kMaxPriority;
    tcb.satp = satp_of(to_physical(b.space.vspace().object), asid_of(b.space.vspace().space));
    address_spaces.note_use(b.space.vspace().space, hart.hardware);
    tcb.utcb = &utcb.as<Utcb>();
    tcb.utcb_address = {kRootUtcbAddress};
    std::memcpy(tcb.name, "root", 5);
    return tcb;
}

/// Fills the slots with fixed meanings, then the Tcb's own slots. These are derived from the former, as if the task had
/// configured the thread itself: revoking its CNode works for it as for any other thread.
void give_initial_capabilities(Builder& b, Tcb& tcb, Capability utcb) {
    Capability cnode = capability(CapType::CNode, b.slots, kRootCNodeRadix);
    cnode.guard_bits = default_guard_bits(kRootCNodeRadix);
    Capability boot_info = capability(CapType::Frame, &b.info, kFrameBits, Rights::Read | Rights::Grant);
    b.space.map({kRootBootInfo}, boot_info, MapFlags::Read);
    b.space.map({kRootUtcbAddress}, utcb, MapFlags::ReadWrite);
    b.give(kRootCNode, cnode);
    b.give(kRootVSpace, b.space.vspace());
    b.give(kRootTcb, capability(CapType::Tcb, &tcb));
    b.give(kRootUtcb, utcb);
    b.give(kRootIrqControl, capability(CapType::IrqControl));
    b.give(kRootConsole, capability(CapType::Console));
    b.give(kRootMachine, capability(CapType::Machine));
    b.give(kRootBootInfoFrame, boot_info);
    hold_in_tcb(tcb.cspace, b.slots[kRootCNode]);
    note_cspace(tcb);
    hold_in_tcb(tcb.vspace, b.slots[kRootVSpace]);
    hold_in_tcb(tcb.utcb_frame, b.slots[kRootUtcb]);
}

/// Finds the program in the initrd and checks it. Stops with a message that says what is missing or wrong.
ElfFile find_program(const Hardware& hardware, std::string_view name) {
    const auto initrd = hardware.machine.initrd();
    if (!initrd) refuse_to_boot("initrd", "", "there is none; start QEMU with -initrd build/initrd.cpio");
    const Cpio archive{{to_pointer<const std::byte>(PhysAddr{initrd->base}), initrd->size}};
    const auto file = archive.find(name);
    if (!file) refuse_to_boot("initrd", name, file.error().what);
    const auto elf = ElfFile::parse(file->data);
    if (!elf) refuse_to_boot("root task", name, elf.error().what);
    return *elf;
}

}  // namespace

void start_root_task(Hart& hart, const Hardware& hardware, FreeMemory& free_memory, std::uint64_t entry_cycle) {
    std::string_view name = option(hardware.machine.bootargs(), "root");
    if (name.empty()) name = "bin/9ball";
    const ElfFile elf = find_program(hardware, name);

    Builder b{hardware, free_memory};
    root_slots = b.slots;
    const Capability utcb = capability(CapType::Frame, allocate_zeroed(free_memory, kPageBits), kFrameBits);
    Tcb& tcb = make_thread(b, hart, utcb);
    give_initial_capabilities(b, tcb, utcb);
    load(b, elf);
    tcb.registers.sp() = make_stack(b, name);
    tcb.registers.pc = elf.entry();
    tcb.registers.a(0) = kRootUtcbAddress;
    give_initrd(b);
    give_device_tree(b);
    describe(b, hart, entry_cycle);
    give_memory(b);
    arch::flush_instructions(0);
    make_ready(tcb);
    b.info.root_cycle = arch::cycles();
}

}  // namespace glenda
