// SPDX-License-Identifier: MIT
// Factotum's services as functions (protocol/factotum.h): processes, the program break, kernel objects.
//
// They call environment().factotum. So they also work in 9Ball, once it has set that.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "abi/method.h"
#include "glenda/format.h"
#include "glenda/message.h"
#include "protocol/factotum.h"

namespace glenda::process {

/// A new process: its file in the initrd, its arguments (argv[0] is the file's name), and its capabilities.
struct SpawnRequest {
    std::string_view file;
    std::span<const std::string_view> arguments{};
    /// "NAME=value"; nothing: those of this program.
    std::optional<std::span<const std::string_view>> variables{};
    unsigned priority = 0;  // 0: the caller's
    SpawnFlags flags = SpawnFlags::None;
    std::span<const CPtr> caps{};  // copies go to the child
    std::uint64_t slots = 0;       // target slots: slot_map(...); 0: slot 16 and up
    std::uint64_t reserved = 0;    // with SpawnFlags::Limits: pages that are the child's, whoever else wants them
    std::uint64_t limit = 0;       // pages that it and its children may have at most; 0: no limit
    /// With Limits: what it may do; of services, those that this program may request, too.
    Grants grants = Grants::Services;
};
/// Factotum's message on why a program could not be started. May be empty.
using SpawnReason = FixedText<96>;
/// Starts a process and returns its identifier.
Answer<std::uint64_t> spawn(const SpawnRequest& request, SpawnReason* reason = nullptr);

/// Changes what process `pid`, a descendant spawned with SpawnFlags::Limits, may have, in pages; limit 0: no limit.
Answer<void> set_account(std::uint64_t pid, std::uint64_t reserved, std::uint64_t limit);
/// Runs another program in place of this one: `file`, `arguments` and `variables` of the request count. Returns only if
/// that fails, and then nothing has changed.
AnyError exec(const SpawnRequest& request, SpawnReason* reason = nullptr);
/// Makes a copy of this process, which continues here, too. Returns the copy's identifier, and 0 in the copy.
Answer<std::uint64_t> fork();

struct Ended {
    std::uint64_t pid;  // 0: none has ended (with NoHang)
    ExitStatus status;
};
/// Starts a process and waits until it has ended.
Answer<Ended> run(const SpawnRequest& request, SpawnReason* reason = nullptr);
/// Waits until the child `pid`, or any child (kAnyChild), has ended.
Answer<Ended> wait(std::int64_t pid, WaitFlags flags = WaitFlags::None);
Answer<void> kill(std::uint64_t pid, std::int64_t signal);
Answer<std::uint64_t> get_pid();
Answer<std::uint64_t> get_parent_pid();
/// Lets other programs of the same priority run.
void yield();

/// The household of a process that lives: what a service has started, and all that this starts, whatever their parents
/// and accounts are, have the same number. So servers share out what is scarce by households.
Answer<std::uint64_t> household(std::uint64_t pid);

/// Changes how urgent a process is: this one, or a descendant. `nice`: from -9 to 9 in the class Normal. `slice`: for
/// how many microseconds its threads run at a time; 0 is what the class has. Nobody gives more than it has, without
/// power.
Answer<void> set_sched(std::uint64_t pid, SchedClass wanted, std::int64_t nice = 0, std::uint64_t slice = 0);

/// How a thread begins. Thread (thread.h) is made of these calls.
struct ThreadRequest {
    std::uint64_t pc;
    std::uint64_t sp;
    std::uint64_t argument;  // in a0; the address of the thread's UTCB is in a1
    std::uint64_t tp;
};
/// Starts a thread and returns its number.
Answer<std::uint64_t> start_thread(const ThreadRequest& request);
/// Ends the calling thread; the last one ends the process.
[[noreturn]] void end_thread(std::int64_t status);
/// Waits for the end of another thread, and returns its status. Once: NotFound.
Answer<std::uint64_t> join_thread(std::uint64_t number);
/// The number of the calling thread, which no other thread ever has.
inline std::uint64_t this_thread() { return utcb()->user[kUtcbTid]; }

/// Lets the calling thread wait.
Answer<void> sleep(std::uint64_t milliseconds);

/// Moves the program break by a number of bytes, and returns it.
Answer<std::uint64_t> sbrk(std::int64_t bytes);

/// Memory, all zero, and private unless `flags` say otherwise: `bytes` at a free address, with free pages around it;
/// or, with MmapFlags::Fixed, at `address`, in place of what is there. Everything that was asked for is there or fails
/// now: OutOfMemory, TooMany. `rights`: ReadWrite, Read, ReadExecute or none.
Answer<std::uint64_t> map(std::uint64_t bytes, MapFlags rights = MapFlags::ReadWrite, MmapFlags flags = MmapFlags::None,
                          std::uint64_t address = 0);
/// Makes an object of `pages` pages, all zero, that several processes can map. The capability that stands for it goes
/// to the empty slot `index` of this program's CNode: pass it on. Returns the object's number, for destroy(); the
/// memory stays as long as it is mapped.
Answer<std::uint64_t> create_memory(std::uint64_t pages, std::uint64_t index);
/// Maps `bytes` of a memory object, from byte `offset` on; for the rest see above. Without MmapFlags::Shared, what is
/// written stays this process's own.
Answer<std::uint64_t> map_object(CPtr object, std::uint64_t offset, std::uint64_t bytes,
                                 MapFlags rights = MapFlags::ReadWrite, MmapFlags flags = MmapFlags::Shared,
                                 std::uint64_t address = 0);
/// The same as create_memory(), but this program is the object's pager: whoever touches a page that is not there waits
/// until it has been supplied.
Answer<std::uint64_t> create_paged(std::uint64_t pages, std::uint64_t index);
struct WantedPage {
    std::uint64_t number;   // of the object; 0: none is wanted
    std::uint64_t page;     // of it, from 0 on
    std::uint64_t missing;  // so many from there on are not there, at most kMostSupplied
};
/// Waits for the next page that somebody wants of this program's objects.
Answer<WantedPage> take_wanted_page(WaitFlags flags = WaitFlags::None);
/// Copies `count` pages of the object `source`, from `source_page` on, to pages of object `number` that are not there.
Answer<void> supply_pages(std::uint64_t number, std::uint64_t page, std::uint64_t count, CPtr source,
                          std::uint64_t source_page = 0);
struct ObjectInfo {
    ObjectKind kind;
    std::uint64_t pages;
    std::uint64_t resident;  // pages that are there
};
Answer<ObjectInfo> object_info(CPtr object);

/// Ends what is mapped in a range of pages, and may begin and end anywhere in it.
Answer<void> unmap(std::uint64_t address, std::uint64_t bytes);
/// Changes the rights to a range of pages. NotFound: nothing is mapped at some of it.
Answer<void> protect(std::uint64_t address, std::uint64_t bytes, MapFlags rights);

/// The list of processes. The view is valid until the next call.
Answer<std::span<const ProcessInfo>> list();
/// The list of the threads of a process, or of all (pid 0). Valid until the next call, or that of list().
Answer<std::span<const ThreadInfo>> list_threads(std::uint64_t pid);
Answer<MemoryInfo> memory();

struct Event {
    EventKind kind;
    CrashKind crash;  // of an exception
    std::uint64_t pid;
    std::uint64_t tid;
    std::uint64_t address;  // or instruction, or system call number
    std::uint64_t pc;
    std::uint64_t sp;
};
/// Waits for the next event of a descendant, of the kinds in `mask` (event_bit). The thread is stopped until the
/// answer. With kNoHang in `mask`: EventKind::None if there is no event now.
Answer<Event> take_event(std::uint64_t mask);
/// No more events; those that are stopped go on.
Answer<void> take_no_events();
Answer<void> answer_event(std::uint64_t pid, std::uint64_t tid, EventAction action, std::uint64_t pc = 0,
                          std::uint64_t sp = 0);

/// Puts a capability to the service with that protocol (0x0900) into the empty slot `index` of this program's CNode.
Answer<void> request(std::uint64_t protocol, std::uint64_t index, RequestFlags flags = RequestFlags::None);
/// Lets Factotum hand out capabilities to a service; without one, no longer. For 9Ball.
Answer<void> offer(std::uint64_t protocol, Endpoint endpoint = {});

/// What is in slot `index` of process `pid`. NotFound past its last slot. Needs Grants::Power.
Answer<CNode::Info> inspect(std::uint64_t pid, std::uint64_t index);
/// Whether all invariants of Factotum's books hold: 0, or the number of one that does not. Needs Grants::Power.
Answer<std::uint64_t> audit();

/// Asks for a signal to `notification` whenever a child of this process ends.
Answer<void> set_exit_notification(Notification notification);
/// Makes an Endpoint, Notification, Reply or Timer in the empty slot `index` of this program's CNode. Returns the
/// object's number, for destroy().
Answer<std::uint64_t> create(CapType type, std::uint64_t index);
/// Destroys an object that create() made. All capabilities to it vanish.
Answer<void> destroy(std::uint64_t number);

}  // namespace glenda::process
