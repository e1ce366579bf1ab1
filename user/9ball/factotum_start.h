// SPDX-License-Identifier: MIT
// Starts Factotum: makes its CNode, address space and thread, and delegates the machine's memory to it.
//
// Afterwards 9Ball creates no process and maps no memory itself, but asks Factotum.
// The contract with Factotum is in protocol/factotum_boot.h.
#pragma once

#include "abi/boot_info.h"
#include "format/elf.h"
#include "glenda/bootstrap.h"
#include "memory_plan.h"

namespace glenda::nineball {

constexpr unsigned kNineballPriority = 250;
constexpr unsigned kFactotumPriority = 240;

/// The inputs for starting Factotum.
struct FactotumStart {
    const BootInfo& info;
    Bootstrap& bootstrap;
    const MemoryPlan& plan;
    Endpoint nineball;       // 9Ball's own, unbadged
    Endpoint fault_handler;  // badged, for Factotum's faults

    /// Loads and starts Factotum. Returns the capability with which 9Ball, as process kNineballPid, calls it.
    Result<Endpoint> run(const ElfFile& program);

    /// Bytes that 9Ball must keep for this.
    static std::uint64_t memory_needed(const ElfFile& program);

private:
    Result<void> fill_cnode(CNode node, Tcb tcb, VSpace space, Frame utcb);
    Result<void> pass_initrd(CNode node, VSpace space, std::uint64_t& next);
    Result<void> pass_memory(CNode node, std::uint64_t& next);
};

}  // namespace glenda::nineball
