// SPDX-License-Identifier: MIT
// The Factotum protocol: processes and memory, asked of Factotum by Call on well-known slot 5.
//
// The kernel stamps every message with the badge of the caller's capability, so Factotum knows who asks, and no
// method says it. Methods are numbered in the order of Factotum's design document, section 4; those that this
// version lacks answer ServerError::NotSupported. A reply's label is 0, or a ServerError.
// Handout: reference/factotum-protocol.md
#pragma once

#include <cstdint>

namespace glenda {

constexpr std::uint64_t kFactotumProtocol = 0x0100;

/// Labels of requests. Each line: words and capabilities of the request -> those of the reply.
enum class FactotumMethod : std::uint64_t {
    Spawn = kFactotumProtocol + 1,  // SpawnFlags, priority (0: the caller's), slot map, count of strings, the byte
                                    //   strings (file name, then arguments); capabilities -> pid
    Exit,                           // code -> never
    Wait,          // pid or -1 for any child, WaitFlags -> pid (0: NoHang, and none has ended), ExitStatus
    Kill,          // pid, signal ->
    Fork,          // not yet
    Sbrk,          // bytes, signed -> the new end of the heap
    Mmap,          // address, length, MapFlags, 0, 0, 0; a Frame capability -> its address. Without: not yet
    Munmap,        // not yet
    ThreadCreate,  // not yet
    ThreadExit,    // not yet
    ThreadJoin,    // not yet
    FutexWait,     // not yet
    FutexWake,     // not yet
    Yield,         // -> : the Call itself lets others run
    Sleep,         // not yet: libglenda sleeps on a Timer
    GetPid,        // -> pid
    GetPpid,       // -> pid of the parent
    Ps,            // -> address of an array of ProcessInfo, mapped read-only until the next Ps; how many
    RequestCap,    // not yet
    // Not in the design document:
    SetExitNotification,  // a Notification capability -> : signalled whenever a child ends
    MemoryInfo,           // -> MemoryInfo, word for word
    CreateObject,         // CapType: Endpoint, Notification, Reply or Timer -> ; a capability
};

/// How SPAWN treats the new process. Bits.
enum class SpawnFlags : std::uint64_t {
    None = 0,
    Wait = 1,     // not yet: answer when the child has ended
    Debug = 2,    // not yet: start it stopped
    NoMount = 4,  // RFNOMNT, not yet: a private namespace
};

/// The slot map of SPAWN: byte i names the child's slot that takes capability i; 0 means kFirstPassedSlot + i.
/// Allowed are 6 (9Ball), 7 (stdio), 10 (Console) and the passed slots 16-19 (glenda/slots.h). What is not named: slot
/// 6 is 9Ball's endpoint with the child's pid as badge, slot 7 is inherited from the parent, the others stay empty.
constexpr std::uint64_t slot_map(unsigned first, unsigned second = 0, unsigned third = 0, unsigned fourth = 0) {
    return first | std::uint64_t{second} << 8 | std::uint64_t{third} << 16 | std::uint64_t{fourth} << 24;
}

enum class WaitFlags : std::uint64_t { None = 0, NoHang = 1 };

constexpr std::int64_t kAnyChild = -1;
constexpr std::uint32_t kNineballPid = 1;  // the ancestor of all, and the parent of orphans
constexpr std::uint32_t kFactotumPid = 2;

/// Why a process was stopped without its own doing.
enum class CrashKind : std::uint8_t {
    None = 0,
    LoadPageFault,         // read where nothing is
    StorePageFault,        // wrote where nothing is
    InstructionPageFault,  // jumped where nothing is
    ReadProtected,         // read what it may only execute
    WriteProtected,        // wrote to text or constants
    ExecuteProtected,      // jumped into data
    StackOverflow,         // touched the page below the stack
    IllegalInstruction,
    Misaligned,  // an access or jump to an address that is not a multiple of its size
    Breakpoint,
    AccessFault,     // an address that no memory answers
    UnknownSyscall,  // an ecall that nobody serves
    OutOfMemory,     // a page that was promised could not be had: Factotum's own mistake
    OtherException,
    Count,
};

/// "store page fault" and so on, for reports.
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
    /// `signal`: as the killer said.
    static constexpr ExitStatus killed(std::int32_t signal) {
        return ExitStatus(std::uint64_t(How::Killed) << 32 | std::uint32_t(signal));
    }
    static constexpr ExitStatus crashed(CrashKind kind) {
        return ExitStatus(std::uint64_t(kind) << 36 | std::uint64_t(How::Crashed) << 32);
    }

    constexpr How how() const { return How((raw_ >> 32) & 0xf); }
    /// The argument of exit, or the killer's signal.
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

/// What a process is doing, as PS says.
enum class ProcessState : std::uint32_t { Running, Waiting, Stopped, Zombie };

/// "run", "wait", "stop", "zombie".
const char* name_of(ProcessState state);

/// One line of PS.
struct ProcessInfo {
    std::uint32_t pid;
    std::uint32_t parent;
    ProcessState state;
    std::uint32_t priority;
    std::uint64_t resident;  // bytes of memory that it has touched
    std::uint64_t reserved;  // bytes that it may touch, page tables and kernel objects with them
    char name[32];           // terminated
};
static_assert(sizeof(ProcessInfo) == 64);

/// Bytes of memory in Factotum's hands.
struct MemoryInfo {
    std::uint64_t total;     // all of it
    std::uint64_t free;      // not in any object
    std::uint64_t reserved;  // promised to processes, touched or not
    std::uint64_t tables;    // Factotum's own: capability tables and page records
};

}  // namespace glenda
