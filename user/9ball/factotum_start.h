// SPDX-License-Identifier: MIT
// Bringing Factotum to life: its CNode, address space and thread, and the delegation of the machine's memory to it.
//
// After this, 9Ball makes no process and maps no memory again: it asks Factotum.
// Contract with Factotum: protocol/factotum_boot.h. Handout: lab 4, "Loading Factotum by hand".
#pragma once

#include "abi/boot_info.h"
#include "format/elf.h"
#include "glenda/bootstrap.h"
#include "memory_plan.h"

namespace glenda::nineball {

constexpr unsigned kNineballPriority = 250;
constexpr unsigned kFactotumPriority = 240;

/// What 9Ball brings, and what it gets back.
struct FactotumStart {
    const BootInfo& info;
    Bootstrap& bootstrap;
    const MemoryPlan& plan;
    Endpoint nineball;       // 9Ball's own, not badged
    Endpoint fault_handler;  // badged: takes Factotum's faults

    /// Load and start it. The capability with which 9Ball, as process kNineballPid, asks it.
    Result<Endpoint> run(const ElfFile& program);

    /// Bytes that 9Ball needs of its own to do so.
    static std::uint64_t memory_needed(const ElfFile& program);

private:
    Result<void> fill_cnode(CNode node, Tcb tcb, VSpace space, Frame utcb);
    Result<void> pass_initrd(CNode node, VSpace space, std::uint64_t& next);
    Result<void> pass_memory(CNode node, std::uint64_t& next);
};

}  // namespace glenda::nineball
