// SPDX-License-Identifier: MIT
// A freshly booted kernel for each test, and functions to act as its threads.
//
// boot() makes by hand what boot/root_task.cc would make: one hart, and a root thread whose CSpace is one CNode with
// capabilities to everything. Tests then make objects as user programs do, with system calls: call(), syscall(). While
// an interrupt is pending, a call is preempted, and is made again until it is done.
#pragma once

#include <gtest/gtest.h>

#include <initializer_list>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "abi/error.h"
#include "abi/message.h"
#include "abi/method.h"
#include "abi/syscall.h"
#include "cap/cnode.h"
#include "entry/entry.h"
#include "machine.h"
#include "object/ipc_objects.h"
#include "object/timer.h"
#include "sched/requests.h"
#include "sched/schedule.h"

namespace glenda::test {

using host::machine;

/// The errors in the derivation tree's links around and below `slot`; "" if there are none.
std::string tree_fault(const Slot& slot);

/// `slot` and everything below it, one line each in tree order: slot, type, rights, object.
std::string tree_dump(const Slot& slot);

/// The threads in `queue`, in order. Fails the test if the links are inconsistent.
std::vector<const Tcb*> threads_in(const TcbQueue& queue);

/// The first word of Retype.
constexpr std::uint64_t kind(CapType type, unsigned size_bits = 0, unsigned count = 1) {
    return RetypeKind{type, static_cast<std::uint8_t>(size_bits), count}.encode();
}
constexpr std::uint64_t word_of(Rights rights) { return static_cast<std::uint64_t>(rights); }
constexpr std::uint64_t word_of(MapFlags flags) { return static_cast<std::uint64_t>(flags); }
constexpr std::uint64_t kReadWrite = word_of(MapFlags::ReadWrite);

class KernelTest : public testing::Test {
protected:
    /// The root thread's capabilities. Slots from kFree on are empty.
    enum RootCap : CPtr {
        kCNode = 1,
        kVSpace,
        kTcb,
        kUtcb,
        kUntyped,  // 16 MiB
        kDevice,   // 2 GiB of device memory from physical address 0
        kIrqControl,
        kConsole,
        kMachine,
        kFree = 16,
    };
    static constexpr unsigned kRadix = 10;
    static constexpr unsigned kUntypedBits = 24;
    static constexpr unsigned kDeviceBits = 31;
    static constexpr std::uint64_t kPc = 0x10000;

    KernelTest() { boot(); }
    ~KernelTest() override;

    /// Makes a new machine and a new kernel. Nothing is left of the previous ones.
    void boot();

    /// Slot `n` of the root CNode.
    Slot& slot(CPtr n) const { return slots_[n]; }
    template <typename Object>
    Object& object(CPtr n) const {
        return slots_[n].cap.as<Object>();
    }
    Tcb& tcb(CPtr n) const { return object<Tcb>(n); }
    Tcb& root() const { return *root_; }
    Hart& hart() const { return *hart_; }

    /// Lets a tick pass.
    void tick_once() {
        machine.time += tick_length;
        tick(hart());
    }

    /// Makes `tcb`, which is ready, the current thread of its hart.
    void run(Tcb& tcb);

    /// Lets `tcb` enter the kernel once, as trap.S would. Returns false if it was preempted and would make the same
    /// system call again. Afterwards the hart has chosen the next thread.
    bool enter(Tcb& tcb, Syscall number, CPtr pointer, Tag tag = {}, std::initializer_list<std::uint64_t> words = {},
               CPtr reply = 0);

    /// Lets `tcb`, which was preempted, make its system call again. Returns false if it was preempted again.
    bool enter_again(Tcb& tcb);

    /// Lets `tcb` make a system call, again and again while it is preempted.
    void syscall(Tcb& tcb, Syscall number, CPtr pointer, Tag tag = {}, std::initializer_list<std::uint64_t> words = {},
                 CPtr reply = 0);

    /// Calls a method of a kernel object. The reply's words stay in the caller. Returns the kernel's error.
    template <typename Method>
    Error call(Tcb& caller, CPtr pointer, Method method, std::initializer_list<std::uint64_t> words = {}) {
        syscall(caller, Syscall::Call, pointer,
                Tag(static_cast<std::uint64_t>(method), static_cast<unsigned>(words.size())), words);
        return caller.tag().as_error();
    }
    template <typename Method>
    Error call(CPtr pointer, Method method, std::initializer_list<std::uint64_t> words = {}) {
        return call(*root_, pointer, method, words);
    }

    /// Makes `count` objects from kUntyped, in root's slots from `first` on.
    Error retype(CapType type, CPtr first, unsigned size_bits = 0, unsigned count = 1) {
        return call(kUntyped, UntypedMethod::Retype, {kind(type, size_bits, count), kCNode, first});
    }
    /// The same; fails the test if the kernel refuses. Returns `first`.
    CPtr make(CapType type, CPtr first, unsigned size_bits = 0, unsigned count = 1);
    /// Makes a ready thread in slot `at` that shares root's CSpace and VSpace, with a UTCB in slot `utcb` if not 0.
    Tcb& make_thread(CPtr at, CPtr utcb = 0, CPtr fault_handler = 0);
    /// Makes a copy in slot `to`, with fewer rights or a badge.
    Error copy(CPtr from, CPtr to, Rights rights = Rights::All) {
        return call(kCNode, CNodeMethod::Copy, {to, kCNode, from, word_of(rights)});
    }
    Error mint(CPtr from, CPtr to, std::uint64_t badge, Rights rights = Rights::All) {
        return call(kCNode, CNodeMethod::Mint, {to, kCNode, from, word_of(rights), badge});
    }
    Error remove(CPtr at) { return call(kCNode, CNodeMethod::Delete, {at}); }
    Error revoke(CPtr at) { return call(kCNode, CNodeMethod::Revoke, {at}); }
    /// Makes an unknown system call, like a program for another kernel; a7 is its number.
    void enter_unknown(Tcb& tcb, std::uint64_t number);
    Error suspend(CPtr at) { return call(at, TcbMethod::Suspend); }
    Error resume(CPtr at) { return call(at, TcbMethod::Resume); }

    /// The end of the memory that boot() used. Objects that tests make are in kUntyped.
    PhysAddr end_of_boot() const { return next_; }

    /// How often system calls were preempted since boot().
    unsigned preemptions() const { return preemptions_; }

private:
    std::byte* allocate(unsigned size_bits);
    Capability capability(CapType type, void* object = nullptr, unsigned size_bits = 0);

    std::unique_ptr<Hart> hart_;
    Slot* slots_ = nullptr;
    Tcb* root_ = nullptr;
    void trap(Tcb& tcb);
    PhysAddr next_{};
    unsigned preemptions_ = 0;
};

}  // namespace glenda::test
