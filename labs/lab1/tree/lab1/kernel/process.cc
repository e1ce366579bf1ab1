// SPDX-License-Identifier: MIT
// The life of a process; see process.h.
//
// A lost wake-up would be this: a process sees that nothing is there, something arrives and wakes nobody, and only then
// does the process go to sleep. It cannot happen here, because the kernel runs with interrupts masked, and on one hart:
// between the look and the sleep there is nothing.
#include "process.h"

#include <cstring>

#include "abi.h"
#include "debug/print.h"
#include "exec.h"
#include "memory.h"
#include "sched/clock.h"

namespace glenda {

constinit Process process_table[kMaxProcesses];

namespace {

constinit int last_pid = 0;

/// Returns an unused place in the table, with a new pid. It stays Free until the caller changes its state. Error:
/// kNoFreeProcess.
Result<Process*> allocate_process() {
    for (Process& process : process_table) {
        if (process.state != ProcessState::Free) continue;
        process = {};
        process.pid = ++last_pid;
        process.hart = harts[0];
        return &process;
    }
    return Failure(kNoFreeProcess);
}

/// Gives the children of `process` to the first process, which may be waiting for one that has exited already.
void give_away_children(const Process& process) {
    Process& first = process_table[0];
    for (Process& child : process_table) {
        if (child.state == ProcessState::Free || child.parent != &process) continue;
        child.parent = &first;
        if (child.state == ProcessState::Zombie) wake(&first);
    }
}

void wake_one(Process& process) {
    process.sleep_chan = nullptr;
    process.wake_time = kNever;
    process.state = ProcessState::Ready;
}

}  // namespace

Process& start_first_process(std::string_view path, std::string_view command_line) {
    Process& process = **allocate_process();
    for (unsigned file = 0; file < 3; file++) process.files[file] = OpenFile::console();
    exec_first(process, path, command_line);
    process.state = ProcessState::Ready;
    return process;
}

Result<std::uint64_t> fork(Process& parent) {
    TRY(child, allocate_process());
    PageTable* root = create_user_space();
    CHECK(root != nullptr, Error::NotEnoughMemory);
    if (const Result<void> copied = copy_user_space(parent.root(), *root); !copied) {
        free_user_space(*root);
        return Failure(copied.error());
    }
    child->registers = parent.registers;
    child->registers.a(0) = 0;
    std::memcpy(child->name, parent.name, sizeof child->name);
    child->parent = &parent;
    child->root_pt_pa = to_physical(root);
    child->heap_base = parent.heap_base;
    child->heap_top = parent.heap_top;
    child->mmap_head = parent.mmap_head;
    std::memcpy(child->files, parent.files, sizeof child->files);
    child->state = ProcessState::Ready;
    return child->pid;
}

void exit(Process& process, int code) {
    if (&process == &process_table[0]) {
        print("kernel: the first process has ended\n");
        arch::shutdown();
    }
    arch::set_address_space(kernel_satp);  // the hart must not use a page table that is given back
    free_user_space(process.root());
    for (OpenFile& file : process.files) file = {};
    process.exit_code = code;
    process.state = ProcessState::Zombie;
    give_away_children(process);
    wake(process.parent);
}

Result<std::uint64_t> wait(Process& parent, VirtAddr status) {
    bool has_child = false;
    for (Process& child : process_table) {
        if (child.state == ProcessState::Free || child.parent != &parent) continue;
        has_child = true;
        if (child.state != ProcessState::Zombie) continue;
        if (status.value != 0) TRY_VOID(copy_out(parent.root(), status, &child.exit_code, sizeof child.exit_code));
        child.state = ProcessState::Free;
        return child.pid;
    }
    CHECK(has_child, kNoChild);
    sleep_on(parent, &parent);  // its children wake it by its own address
    return 0;
}

void sleep_on(Process& process, const void* chan) {
    process.registers.retry_ecall();
    process.sleep_chan = chan;
    process.state = ProcessState::Sleeping;
}

void sleep_until(Process& process, std::uint64_t time) {
    process.registers.a(0) = 0;
    process.wake_time = time;
    process.state = ProcessState::Sleeping;
}

void wake(const void* chan) {
    for (Process& process : process_table) {
        if (process.state == ProcessState::Sleeping && process.sleep_chan == chan) wake_one(process);
    }
}

void wake_sleepers(std::uint64_t now) {
    for (Process& process : process_table) {
        if (process.state == ProcessState::Sleeping && process.wake_time <= now) wake_one(process);
    }
}

std::uint64_t next_wakeup() {
    std::uint64_t earliest = kNever;
    for (const Process& process : process_table) {
        if (process.state == ProcessState::Sleeping) earliest = std::min(earliest, process.wake_time);
    }
    return earliest;
}

}  // namespace glenda
