// SPDX-License-Identifier: MIT
// The Factotum protocol: what Factotum says of processes. How they end, what happens to them, and the tables of PS.
#pragma once

#include <cstdint>

namespace glenda {

/// Why a process crashed.
enum class CrashKind : std::uint8_t {
    None = 0,
    LoadPageFault,         // read of an unmapped address
    StorePageFault,        // write to an unmapped address
    InstructionPageFault,  // jump to an unmapped address
    ReadProtected,         // read of memory without access
    WriteProtected,        // write to text or constants
    ExecuteProtected,      // jump into data
    StackOverflow,         // access to the guard below the stack
    IllegalInstruction,
    Misaligned,  // an access or jump to a misaligned address
    Breakpoint,
    AccessFault,     // an address without memory or device
    UnknownSyscall,  // an ecall with an unknown number
    OutOfMemory,     // a charged page could not be allocated: a bug in Factotum
    OtherException,
    PagerEnded,  // the page was never brought, and nobody is left to do it
    Count,
};

/// For example "store page fault".
const char* name_of(CrashKind kind);

/// How a process ended, in one word.
///   63        40 39  36 35   32 31                 0
///  +------------+------+-------+--------------------+
///  |     0      | kind |  how  |     exit code      |
///  +------------+------+-------+--------------------+
class ExitStatus {
public:
    enum class How : std::uint8_t { Exited = 0, Killed = 1, Crashed = 2 };

    constexpr ExitStatus() = default;
    constexpr explicit ExitStatus(std::uint64_t raw) : raw_(raw) {}
    static constexpr ExitStatus exited(std::int32_t code) { return ExitStatus(std::uint32_t(code)); }
    /// `signal` is the argument of KILL.
    static constexpr ExitStatus killed(std::int32_t signal) {
        return ExitStatus(std::uint64_t(How::Killed) << 32 | std::uint32_t(signal));
    }
    static constexpr ExitStatus crashed(CrashKind kind) {
        return ExitStatus(std::uint64_t(kind) << 36 | std::uint64_t(How::Crashed) << 32);
    }

    constexpr How how() const { return How((raw_ >> 32) & 0xf); }
    /// The argument of exit, or the signal.
    constexpr std::int32_t code() const { return std::int32_t(std::uint32_t(raw_)); }
    constexpr CrashKind crash_kind() const { return CrashKind((raw_ >> 36) & 0xf); }
    constexpr bool is_success() const { return raw_ == 0; }
    constexpr std::uint64_t raw() const { return raw_; }

private:
    std::uint64_t raw_ = 0;
};
static_assert(unsigned(CrashKind::Count) <= 16);
static_assert(ExitStatus::exited(-3).code() == -3 && ExitStatus::exited(-3).how() == ExitStatus::How::Exited);
static_assert(ExitStatus::crashed(CrashKind::StackOverflow).crash_kind() == CrashKind::StackOverflow);

/// What happens to a process.
enum class EventKind : std::uint8_t {
    None = 0,
    Exception,  // a thread did what it may not do: CrashKind, and the address, instruction or system call number
    Debug,      // it was spawned with SpawnFlags::Debug, and has not run yet
    NoMount,    // the same, with SpawnFlags::NoMount
    Fork,       // it is the child of a fork, and has not run yet
    Exec,       // it is another program now (EXEC), which has not run yet
    Exit,       // it is about to end by itself; in place of the address, its exit code
};
/// In EVENT_TAKE's mask: EventKind::None if there is no event now. So a process can ask for events before there are
/// any.
constexpr std::uint64_t kNoHang = 1;
constexpr std::uint64_t event_bit(EventKind kind) { return std::uint64_t{1} << unsigned(kind); }

/// How a stopped thread continues.
enum class EventAction : std::uint64_t {
    GoOn,    // as if nobody had been asked: after an exception, the process ends with a report
    Resume,  // at this pc, with this sp; 0: as it was
    Kill,    // the process ends
};

/// The state of a process, for PS; the busiest first.
enum class ProcessState : std::uint8_t { Running, Waiting, Stopped, Zombie };

/// "run", "wait", "stop", "zombie".
const char* name_of(ProcessState state);

/// One line of PS.
struct ProcessInfo {
    std::uint32_t pid;
    std::uint32_t parent;
    std::uint32_t milliseconds;  // of processor time that its threads have used
    std::uint16_t threads;       // that have not ended
    std::uint8_t priority;
    ProcessState state;
    std::uint64_t resident;  // bytes of memory allocated to it
    std::uint64_t reserved;  // bytes charged to it, including page tables and kernel objects
    char name[32];           // null-terminated
};
static_assert(sizeof(ProcessInfo) == 64);

/// What a thread does.
enum class ThreadActivity : std::uint8_t {
    Running,    // it runs, or could
    Sending,    // waits until somebody receives
    Receiving,  // waits for a message or a signal
    Calling,    // waits for a reply
    Stopped,    // by a fault or an event, or it has not run yet
    Child,      // waits in Factotum: for the end of a child
    Joining,    // for the end of another thread
    Service,    // for a service
    Event,      // for an event
    Futex,      // at a word of memory
    Sleeping,   // for its time
    Page,       // for a page that a pager is to bring
    Paging,     // as a pager: until a page is wanted
    Ended,      // nobody has asked for its status
};

/// "run", "send", "receive", "call", "stop", "child", "join", "service", "event", "futex", "sleep", "page",
/// "pager", "ended".
const char* name_of(ThreadActivity activity);

/// One line of PS about threads.
struct ThreadInfo {
    std::uint32_t tid;
    std::uint32_t pid;           // its process
    std::uint32_t milliseconds;  // of processor time
    std::uint8_t priority;
    std::uint8_t hart;
    ThreadActivity activity;
    char name[17];  // the process's, cut off; null-terminated
};
static_assert(sizeof(ThreadInfo) == 32);

/// Memory that Factotum manages, in bytes.
struct MemoryInfo {
    std::uint64_t total;     // all memory
    std::uint64_t free;      // not in use
    std::uint64_t reserved;  // charged to processes, whether in use or not
    std::uint64_t tables;    // Factotum's own memory: capability tables, page records, process table
};

}  // namespace glenda
