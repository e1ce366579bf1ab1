// SPDX-License-Identifier: MIT
// Partner threads. A partner's code is copied into a frame, which is mapped at the same address in every address space.
#include <cstring>

#include "bench.h"
#include "glenda/environment.h"

namespace glenda::bench {

namespace {

constexpr std::uint64_t kWindow = 0x20'0000'0000;  // in the root task: to write new code through
std::uint64_t next_shared = kCodeAddress;          // in the root task: the next partner that shares its address space

}  // namespace

Partner::Partner(Code code, Space space, Endpoint fault_handler) {
    const VSpace own = environment().vspace;
    const Frame frame = need(bootstrap->frame(), "code frame");
    need(bootstrap->map(frame, own, kWindow, MapFlags::ReadWrite), "map code to write");
    std::memcpy(reinterpret_cast<void*>(kWindow), code.data(), code.size());
    need(frame.unmap(), "unmap code");

    std::uint64_t address = kCodeAddress;
    if (space == Space::Own) {
        vspace = need(bootstrap->vspace(), "vspace");
    } else {
        vspace = own;
        address = next_shared;
        next_shared += 0x2000;
    }
    need(bootstrap->map(frame, vspace, address, MapFlags::ReadExecute), "map code");
    const Frame utcb = need(bootstrap->frame(), "utcb frame");
    need(bootstrap->map(utcb, vspace, address + 0x1000, MapFlags::ReadWrite), "map utcb");

    tcb = need(bootstrap->tcb(), "tcb");
    need(tcb.configure({.cspace = environment().cnode,
                        .vspace = vspace,
                        .utcb_frame = utcb,
                        .utcb_address = address + 0x1000,
                        .fault_handler = fault_handler}),
         "configure");
    need(tcb.set_name("partner"), "name");
    registers.pc = address;
}

void Partner::start(unsigned priority) {
    need(tcb.write_registers(registers), "write registers");
    need(tcb.set_priority(priority, priority), "priority");
    need(tcb.resume(), "resume");
}

void Partner::stop() { need(tcb.suspend(), "suspend"); }

}  // namespace glenda::bench
