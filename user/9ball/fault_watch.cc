// SPDX-License-Identifier: MIT
// See fault_watch.h.
#include "fault_watch.h"

#include "abi/fault.h"
#include "factotum_start.h"
#include "format/cpio.h"
#include "format/elf.h"
#include "glenda/environment.h"
#include "glenda/message.h"
#include "glenda/panic.h"
#include "glenda/tls.h"
#include "protocol/factotum.h"
#include "report.h"

namespace glenda::nineball {

namespace {

constexpr std::uint64_t kPage = std::uint64_t{1} << kFrameBits;
constexpr std::uint64_t kWatchUtcb = 0x20'0020'0000;
constexpr std::uint64_t kWatchStack = 0x20'0020'2000;
constexpr std::uint64_t kWatchStackPages = 8;
constexpr unsigned kWatchPriority = kNineballPriority + 1;  // it waits for faults before anybody can have one

/// The watcher's data, written before it starts.
struct Watched {
    Endpoint endpoint{};
    Reply reply{};
    Bytes factotum{};  // the executables
    Bytes nineball{};
};
constinit Watched watched;
alignas(64) constinit std::byte watch_tls[256] = {};

const char* what_happened(const Received& fault) {
    if (FaultKind(fault.label()) == FaultKind::Vm) {
        switch (Access(fault.words[2])) {
            case Access::Read: return "read";
            case Access::Write: return "write";
            case Access::Execute: return "jump";
        }
    }
    return FaultKind(fault.label()) == FaultKind::UnknownSyscall ? "unknown system call" : "exception";
}

[[noreturn]] void watch() {
    Received fault;
    Message message;
    do message = watched.endpoint.recv(watched.reply.cptr());
    while (message.tag.is_error());
    fault.store(message);
    const bool is_factotum = fault.badge == kFactotumPid;
    const char* const program = is_factotum ? "factotum" : "9ball";
    const std::uint64_t pc = fault.words[0];
    FixedText<200> where("{:#x}", pc);
    if (const auto elf = ElfFile::parse(is_factotum ? watched.factotum : watched.nineball)) {
        if (const auto symbol = elf->symbol_at(pc)) where.add(" ({}+{:#x})", symbol->name, symbol->offset);
    }
    const FixedText<240> what("{} faulted: {}, address {:#x}, at pc {}", program, what_happened(fault), fault.words[1],
                              where.view());
    // While Factotum runs, the first thread waits. When that one faults, it may have been writing to the journal.
    if (is_factotum) fail("{}", what.view());
    fail_without_log("{}", what.view());
}

Bytes file_or_nothing(Bytes initrd, std::string_view name) {
    const auto entry = Cpio(initrd).find(name);
    return entry ? entry->data : Bytes{};
}

}  // namespace

Result<void> FaultWatch::start(Bootstrap& bootstrap, Bytes initrd) {
    const VSpace own = environment().vspace;
    const CNode node = bootstrap.node();
    TRY(endpoint, bootstrap.endpoint());
    TRY(reply, bootstrap.reply());
    watched = {endpoint, reply, file_or_nothing(initrd, "bin/factotum"), file_or_nothing(initrd, "bin/9ball")};

    TRY(factotum_slot, bootstrap.slot());
    TRY_VOID(node.mint(factotum_slot, node, endpoint.cptr(), Rights::Write | Rights::Grant, kFactotumPid));
    for_factotum_ = Endpoint(factotum_slot);
    TRY(own_slot, bootstrap.slot());
    TRY_VOID(node.mint(own_slot, node, endpoint.cptr(), Rights::Write | Rights::Grant, kNineballPid));

    TRY(utcb_frame, bootstrap.map_new(own, kWatchUtcb, 1));
    TRY_VOID(bootstrap.map_new(own, kWatchStack, kWatchStackPages));
    ASSERT(tls_block_size() <= sizeof(watch_tls));
    Registers registers;
    registers.pc = reinterpret_cast<std::uint64_t>(&watch);
    registers.sp = kWatchStack + kWatchStackPages * kPage;
    registers.gp = global_pointer();
    registers.tp = init_tls_block(watch_tls, reinterpret_cast<Utcb*>(kWatchUtcb));
    TRY(tcb, bootstrap.tcb());
    TRY_VOID(tcb.configure({node, own, Frame(utcb_frame), kWatchUtcb, {}}));
    TRY_VOID(tcb.set_priority(kWatchPriority, kWatchPriority));
    TRY_VOID(tcb.set_name("9ball-watch"));
    TRY_VOID(tcb.write_registers(registers));
    TRY_VOID(tcb.resume());
    return environment().tcb.configure({{}, {}, {}, 0, Endpoint(own_slot)});
}

}  // namespace glenda::nineball
