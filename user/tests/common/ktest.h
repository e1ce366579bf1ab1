// SPDX-License-Identifier: MIT
// The framework for the kernel's tests: checks that print a line for the grader, memory that is reclaimed after each
// test, and partner threads.
//
// A test program runs as the root task (kernel command line: root=bin/NAME), so it has full authority. For each test it
// prints `ok NAME` or `FAIL NAME: file:line: what, got ..., wanted ...`; the last line says how many tests passed.
// After each test the framework revokes everything made from the arena and checks that the arena is unused: a leak
// fails the test.
#pragma once

#include <span>
#include <type_traits>

#include "abi/fault.h"
#include "glenda/bootstrap.h"
#include "glenda/environment.h"
#include "glenda/object.h"
#include "glenda/time.h"
#include "util/bits.h"

namespace glenda::ktest {

/// The priority of the main thread, which runs the tests.
constexpr unsigned kPriority = 100;
/// Address space that the tests may use. The UTCBs of their threads are mapped elsewhere.
constexpr std::uint64_t kArea = 0x18'0000'0000;

inline const BootInfo& boot_info() { return *reinterpret_cast<const BootInfo*>(kRootBootInfo); }
inline CNode node() { return environment().cnode; }
inline VSpace space() { return environment().vspace; }

/// The number from the last word `key=number` on the kernel's command line, or `otherwise` if there is none.
std::uint64_t option(std::string_view key, std::uint64_t otherwise);

/// Allocates slots and objects for the running test.
Bootstrap& pool();
/// The Untyped from which the pool allocates.
Untyped arena();

struct Case {
    const char* name;
    void (*run)();
};
/// Runs and reports all cases. Returns the program's exit status.
int run_cases(std::span<const Case> cases);

// --- checks -------------------------------------------------------------------------------------------------

inline Error error_of(Error error) { return error; }
inline Error error_of(const Message& message) { return message.tag.as_error(); }
template <typename T>
Error error_of(const Result<T>& result) {
    return result ? Error::Ok : result.error();
}

/// A check of the running test has failed: a test that would then wait for what cannot come returns.
bool has_failed();

void check(bool holds, const char* text, const char* file, int line);
void check_equal(std::uint64_t got, std::uint64_t wanted, const char* text, const char* file, int line);
/// Also records that the kernel returned `got`.
void check_error(Error got, Error wanted, const char* text, const char* file, int line);

#define EXPECT(condition) ::glenda::ktest::check(bool(condition), #condition, __FILE__, __LINE__)
#define EXPECT_EQ(got, wanted) \
    ::glenda::ktest::check_equal(std::uint64_t(got), std::uint64_t(wanted), #got " == " #wanted, __FILE__, __LINE__)
#define EXPECT_ERROR(wanted, ...)                                                                               \
    ::glenda::ktest::check_error(::glenda::ktest::error_of(__VA_ARGS__), ::glenda::Error::wanted, #__VA_ARGS__, \
                                 __FILE__, __LINE__)
#define EXPECT_OK(...) EXPECT_ERROR(Ok, __VA_ARGS__)

/// need() checks a step without which the test makes no sense. If the step failed, it reports this and ends the
/// program.
[[noreturn]] void give_up(Error error, const char* file, int line);
template <typename T>
T need(Result<T> result, const char* file = __builtin_FILE(), int line = __builtin_LINE()) {
    if (!result) give_up(result.error(), file, line);
    if constexpr (!std::is_void_v<T>) return *result;
}

// --- objects ------------------------------------------------------------------------------------------------

/// Copies a capability into a new slot, with another badge or fewer rights.
template <typename T>
T badged(T object, Badge badge, Rights rights = Rights::All) {
    const CPtr slot = need(pool().slot());
    need(node().mint(slot, node(), object.cptr(), rights, badge));
    return T(slot);
}
template <typename T>
T with_rights(T object, Rights rights) {
    const CPtr slot = need(pool().slot());
    need(node().copy(slot, node(), object.cptr(), rights));
    return T(slot);
}

inline volatile std::uint64_t& word_at(std::uint64_t address) {
    return *reinterpret_cast<volatile std::uint64_t*>(address);
}
inline std::uint64_t read_at(std::uint64_t address) { return word_at(address); }
/// Maps a new page at `address` in this program's address space.
inline Frame mapped_frame(std::uint64_t address, MapFlags flags = MapFlags::ReadWrite) {
    const Frame frame = need(pool().frame());
    need(pool().map(frame, space(), address, flags));
    return frame;
}

/// Devices of QEMU's `virt` machine, and their interrupt numbers.
constexpr std::uint64_t kUart = 0x1000'0000, kClock = 0x10'1000;
constexpr unsigned kUartIrq = 10, kClockIrq = 11;

struct DeviceMemory {
    Untyped untyped;
    std::uint64_t offset;  // of the device in `untyped`
};
DeviceMemory device_at(std::uint64_t address);

/// The 16550, mapped at kArea. While its interrupt is enabled, it reports that its transmitter is empty.
class UartInterrupt {
public:
    UartInterrupt();
    void switch_on() const { interrupt_enable() = 2; }
    void switch_off() const { interrupt_enable() = 0; }
    /// Revokes the device's frame.
    Result<void> revoke() const;

private:
    static volatile std::uint8_t& interrupt_enable() { return reinterpret_cast<volatile std::uint8_t*>(kArea)[1]; }
    DeviceMemory device_ = device_at(kUart);
};

/// Sleeps on a timer, so that threads of lower priority run.
class Alarm {
public:
    Alarm();
    void sleep(std::uint64_t microseconds) const;

private:
    Notification bell_;
    Timer timer_;
};
inline std::uint64_t ticks(std::uint64_t microseconds) { return microseconds * boot_info().timebase / 1'000'000; }

/// Calls `method` with the words as given and returns the kernel's reply.
template <typename Method, typename... Words>
Message invoke(CPtr pointer, Method method, Words... words) {
    const std::uint64_t all[sizeof...(Words) + kRegisterWords] = {std::uint64_t(words)...};
    for (unsigned i = kRegisterWords; i < sizeof...(Words); i++) utcb()->words[i] = all[i];
    return sys::call(pointer,
                     {.tag = Tag(std::uint64_t(method), sizeof...(Words)), .words = {all[0], all[1], all[2], all[3]}});
}

// --- threads ------------------------------------------------------------------------------------------------

/// A thread of this program. It shares CSpace and VSpace with the main thread, and has its own stack, UTCB and
/// thread-local storage. It runs `body`, which must outlive it, and then suspends itself. By default its priority is
/// above the main thread's, so it runs as soon as it is ready.
class Thread {
public:
    struct Options {
        unsigned priority = kPriority + 1;
        Endpoint fault_handler{};
        std::string_view name = "partner";
        std::span<std::byte> stack{};  // default: one of a few stacks of 16 KiB
    };
    template <typename Body>
    explicit Thread(Body& body) : Thread(body, Options{}) {}
    template <typename Body>
    Thread(Body& body, const Options& options) : Thread(&run_body<Body>, &body, options) {}
    Thread(const Thread&) = delete;
    Thread& operator=(const Thread&) = delete;

    /// Starts the thread, or restarts it once it has finished.
    void start();
    /// Lets all other threads run until this one is suspended.
    void join() const;
    bool has_finished() const { return finished_; }
    ThreadState state() const { return need(tcb.info()).state; }

    Tcb tcb;
    Frame utcb_frame;
    Utcb* utcb_page = nullptr;
    Registers registers;  // initial values

private:
    Thread(void (*run)(void*), void* body, const Options& options);
    template <typename Body>
    static void run_body(void* body) {
        (*static_cast<Body*>(body))();
    }
    static void enter(Thread* self);

    void (*run_)(void*);
    void* body_;
    volatile bool finished_ = false;
};

/// Lets every other thread run until it blocks or finishes.
void let_others_run();

/// A thread that accesses memory on behalf of the test and survives the faults.
class Prober {
public:
    struct Outcome {
        bool faulted;
        std::uint64_t value;  // the word that was read
        FaultKind kind;       // this and the rest: valid only if it faulted
        std::uint64_t address;
        Access access;
        std::uint64_t cause;
    };
    Prober();
    Outcome read(std::uint64_t address) { return probe(Access::Read, address, 0); }
    Outcome write(std::uint64_t address, std::uint64_t value) { return probe(Access::Write, address, value); }
    /// Calls the code at `address`, which must only return.
    Outcome execute(std::uint64_t address) { return probe(Access::Execute, address, 0); }

private:
    Outcome probe(Access access, std::uint64_t address, std::uint64_t value);
    struct Body {
        Endpoint commands, results;
        void operator()();
    };
    Body body_;
    Reply reply_;
    Thread thread_;
};

}  // namespace glenda::ktest
