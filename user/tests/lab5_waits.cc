// SPDX-License-Identifier: MIT
// Lab 5, exercise 5.5: ends and waits in any order. The program starts itself as its children, whose second argument
// says what they do: `lab5_waits child STATUS MS`, `orphans`, `list PID`, ...
#include "glenda/number.h"
#include "glenda/slots.h"
#include "glenda/thread.h"
#include "lab5_case.h"

namespace glenda::lab5 {

namespace {

/// A child, which gets the kernel's console to say what is wrong.
std::uint64_t start(std::span<const std::string_view> arguments, Grants grants = Grants::Services) {
    const CPtr console[] = {environment().console.cptr()};
    return NEED(process::spawn({.file = "bin/lab5_waits",
                                .arguments = arguments,
                                .flags = grants == Grants::Services ? SpawnFlags::None : SpawnFlags::Limits,
                                .caps = console,
                                .slots = std::uint64_t{kSlotConsole},
                                .grants = grants}));
}
/// One that sleeps for some time, and ends with a status.
std::uint64_t start_child(std::uint64_t status, std::uint64_t milliseconds = 0) {
    const FixedText<20> code("{}", status), time("{}", milliseconds);
    const std::string_view arguments[] = {"child", code.view(), time.view()};
    return start(arguments);
}
std::uint64_t start_word(std::string_view word, std::uint64_t number = 0) {
    const FixedText<20> text("{}", number);
    const std::string_view arguments[] = {word, text.view()};
    return start(arguments);
}
/// What a debugger starts begins stopped; what a manager of devices starts, goes on for long.
std::uint64_t start_other(std::string_view word) {
    const bool is_stopped = word == "debugger";
    const std::string_view arguments[] = {"child", "5", is_stopped ? "0" : "1000000"};
    return NEED(process::spawn({.file = "bin/lab5_waits",
                                .arguments = arguments,
                                .flags = is_stopped ? SpawnFlags::Debug : SpawnFlags::None}));
}
void nap(std::uint64_t milliseconds) { NEED(process::sleep(milliseconds)); }
std::string_view wait_outcome(std::int64_t pid, WaitFlags flags = WaitFlags::None) {
    return outcome(process::wait(pid, flags));
}

void expect_end(const process::Ended& ended, std::uint64_t pid, std::int64_t code) {
    EXPECT_EQ(ended.pid, pid);
    EXPECT_EQ(std::int64_t{ended.status.code()}, code);
}

/// Whether there is still a line for this process in the list of all. A list takes memory, so a child looks.
bool is_listed(std::uint64_t pid) {
    const std::uint64_t looker = start_word("list", pid);
    return NEED(process::wait(std::int64_t(looker))).status.code() == 1;
}

/// The parent waits already when the child ends.
void waits_first() {
    for (const std::int64_t code : {0, 7}) {
        const std::uint64_t child = start_child(std::uint64_t(code), 20);
        expect_end(NEED(process::wait(std::int64_t(child))), child, code);
    }
}

/// The child has ended long before the parent asks. Then it is gone.
void ends_first() {
    const std::uint64_t child = start_child(9);
    nap(20);
    EXPECT(is_listed(child));
    expect_end(NEED(process::wait(std::int64_t(child))), child, 9);
    EXPECT(!is_listed(child));
    EXPECT_EQ(wait_outcome(std::int64_t(child)), std::string_view("NoSuchProcess"));
}

/// Any child: those that have ended, oldest end first; then those that end.
void any_child() {
    const std::uint64_t slow = start_child(1, 80), late = start_child(2, 30), quick = start_child(3);
    nap(50);
    expect_end(NEED(process::wait(kAnyChild)), quick, 3);
    expect_end(NEED(process::wait(kAnyChild)), late, 2);
    expect_end(NEED(process::wait(kAnyChild)), slow, 1);
    EXPECT_EQ(wait_outcome(kAnyChild), std::string_view("NoSuchProcess"));
}

/// Who wants one child does not get another, and the other's status is kept.
void one_of_them() {
    const std::uint64_t quick = start_child(4), slow = start_child(5, 40);
    nap(10);
    expect_end(NEED(process::wait(std::int64_t(slow))), slow, 5);
    expect_end(NEED(process::wait(std::int64_t(quick))), quick, 4);
}

/// NoHang does not wait; nobody waits for what is not a child.
void no_hang() {
    EXPECT_EQ(wait_outcome(kAnyChild, WaitFlags::NoHang), std::string_view("NoSuchProcess"));
    const std::uint64_t child = start_child(6, 30);
    EXPECT_EQ(NEED(process::wait(kAnyChild, WaitFlags::NoHang)).pid, std::uint64_t{0});
    EXPECT_EQ(NEED(process::wait(std::int64_t(child), WaitFlags::NoHang)).pid, std::uint64_t{0});
    EXPECT_EQ(wait_outcome(std::int64_t(NEED(process::get_pid()))), std::string_view("NoSuchProcess"));
    EXPECT_EQ(wait_outcome(1), std::string_view("NoSuchProcess"));
    EXPECT_EQ(wait_outcome(std::int64_t(child) + 1000), std::string_view("NoSuchProcess"));
    nap(50);
    expect_end(NEED(process::wait(kAnyChild, WaitFlags::NoHang)), child, 6);
}

/// However a child ends, its parent learns it.
void any_end() {
    const std::uint64_t crash = start_word("crash");
    EXPECT(NEED(process::wait(std::int64_t(crash))).status.crash_kind() == CrashKind::StorePageFault);
    const std::uint64_t victim = start_child(0, 1'000'000);
    NEED(process::kill(victim, 9));
    const auto killed = NEED(process::wait(kAnyChild));
    EXPECT_EQ(killed.pid, victim);
    EXPECT(!killed.status.is_success());
    EXPECT(NEED(process::audit()) == 0);
}

/// All memory of a child is there again, and only a zombie's record is left until it is waited for.
void memory_returns() {
    for (int round = 0; round < 2; round++) {  // in the first one Factotum's own tables may grow
        const std::uint64_t before = free_pages();
        std::uint64_t children[8];
        for (std::uint64_t& child : children) child = start_child(0);
        nap(40);
        const std::uint64_t ended = free_pages();
        for (const std::uint64_t child : children) expect_end(NEED(process::wait(std::int64_t(child))), child, 0);
        if (round == 0) continue;
        EXPECT_EQ(ended, before);
        EXPECT_EQ(free_pages(), before);
    }
    EXPECT(NEED(process::audit()) == 0);
}

/// Whoever kills a large process is answered when all of it is free.
void killed_large() {
    for (int round = 0; round < 2; round++) {
        const std::uint64_t before = free_pages(), victim = start_word("large");
        nap(200);
        EXPECT(before - free_pages() > 4000);
        NEED(process::kill(victim, 9));
        EXPECT(NEED(process::wait(kAnyChild, WaitFlags::NoHang)).pid == victim);
        if (round == 1) EXPECT_EQ(free_pages(), before);
    }
}

struct Waiter {
    std::int64_t pid;
    std::atomic<std::int64_t> code;
};
std::int64_t wait_in_thread(void* place) {
    auto& mine = *static_cast<Waiter*>(place);
    mine.code = NEED(process::wait(mine.pid)).status.code();
    stop();
}

/// Two threads wait for two children; each gets its own, whichever ends first.
void two_waiters() {
    static Waiter waiters[2];
    waiters[0].pid = std::int64_t(start_child(21, 60));
    waiters[1].pid = std::int64_t(start_child(22, 20));
    for (Waiter& each : waiters) (void)NEED(Thread::start(wait_in_thread, &each));
    EXPECT(comes_true([] { return waiters[0].code != 0 && waiters[1].code != 0; }));
    EXPECT_EQ(waiters[0].code.load(), std::int64_t{21});
    EXPECT_EQ(waiters[1].code.load(), std::int64_t{22});
}

/// Who has asked for it is signalled, whether or not it waits.
void notified() {
    NEED(process::set_exit_notification(environment().notification));
    const std::uint64_t child = start_child(3);
    EXPECT(environment().notification.wait().has_value());
    expect_end(NEED(process::wait(std::int64_t(child), WaitFlags::NoHang)), child, 3);
}

/// Who is signalled and waits has both.
void notified_while_waiting() {
    NEED(process::set_exit_notification(environment().notification));
    const std::uint64_t child = start_child(4, 20);
    expect_end(NEED(process::wait(std::int64_t(child))), child, 4);
    const bool was_signalled = environment().notification.poll().has_value();
    EXPECT(was_signalled);
}

/// A child that could not be started has never been: there is nothing to wait for, and no signal.
void never_born() {
    NEED(process::set_exit_notification(environment().notification));
    const std::string_view arguments[] = {"child", "0"};
    const auto refused =
        process::spawn({.file = "bin/lab5_waits", .arguments = arguments, .flags = SpawnFlags::Limits, .limit = 2});
    EXPECT_EQ(outcome(refused), std::string_view("OutOfMemory"));
    EXPECT_EQ(wait_outcome(kAnyChild, WaitFlags::NoHang), std::string_view("NoSuchProcess"));
    const bool was_signalled = environment().notification.poll().has_value();
    EXPECT(!was_signalled);
    EXPECT(NEED(process::audit()) == 0);
}

/// An orphan that is stopped, and waits for its parent's answer, goes on when that has ended.
void stopped_orphan() {
    const std::uint64_t child = start_word("debugger");
    EXPECT_EQ(std::int64_t{NEED(process::wait(std::int64_t(child))).status.code()}, std::int64_t{1});
    nap(20);
    const bool has_gone_on = !is_listed(child + 1);
    EXPECT(has_gone_on);
}

/// What one that may give devices has started ends with it.
void driver_ends() {
    const std::string_view arguments[] = {"manager", "0"};
    const std::uint64_t child = start(arguments, Grants::Services | Grants::Dma);
    EXPECT_EQ(std::int64_t{NEED(process::wait(std::int64_t(child))).status.code()}, std::int64_t{1});
    nap(20);
    const bool driver_has_ended = !is_listed(child + 1);
    EXPECT(driver_has_ended);
}

/// The child has ended, with a child that runs and one that nobody has waited for. Neither disturbs us, and when both
/// have ended, nothing is left of them.
void orphans() {
    const std::uint64_t child = start_word("orphans");
    const std::int64_t code = NEED(process::wait(std::int64_t(child))).status.code();  // they have the next numbers
    EXPECT_EQ(code, std::int64_t{1});
    EXPECT_EQ(wait_outcome(kAnyChild), std::string_view("NoSuchProcess"));
    const std::uint64_t zombie = child + 1, running = child + 2;
    nap(20);
    EXPECT(!is_listed(zombie));
    EXPECT(is_listed(running));
    nap(150);
    EXPECT(!is_listed(running));
    EXPECT(NEED(process::audit()) == 0);
}

constexpr Case kCases[] = {{"waits_first", waits_first},
                           {"ends_first", ends_first},
                           {"any_child", any_child},
                           {"one_of_them", one_of_them},
                           {"no_hang", no_hang},
                           {"any_end", any_end},
                           {"memory_returns", memory_returns},
                           {"killed_large", killed_large},
                           {"two_waiters", two_waiters},
                           {"notified", notified},
                           {"notified_while_waiting", notified_while_waiting},
                           {"never_born", never_born},
                           {"orphans", orphans},
                           {"stopped_orphan", stopped_orphan},
                           {"driver_ends", driver_ends}};

/// What a child does.
int act(std::string_view word, std::uint64_t number, std::uint64_t milliseconds) {
    if (word == "child" && milliseconds != 0) nap(milliseconds);
    if (word == "child") return int(number);
    if (word == "crash") *reinterpret_cast<volatile int*>(0x7'0000'0000) = 1;
    if (word == "large") {
        (void)NEED(process::map(4096 * 4096, MapFlags::ReadWrite, MmapFlags::Populate));
        nap(1'000'000);
    }
    if (word == "list") {
        const auto processes = NEED(process::list());
        for (const ProcessInfo& line : processes) {
            if (line.pid == number) return 1;
        }
        return 0;
    }
    if (word == "parent") {  // says who its parent is, in the end
        nap(100);
        EXPECT_EQ(NEED(process::get_parent_pid()), std::uint64_t{1});
        return 0;
    }
    if (word == "debugger" || word == "manager") {
        const std::uint64_t other = start_other(word);
        nap(20);
        return NEED(process::wait(std::int64_t(other), WaitFlags::NoHang)).pid == 0;
    }
    if (word == "orphans") {
        const std::uint64_t zombie = start_child(0), running = start_word("parent");
        nap(20);
        return running == zombie + 1;
    }
    return 99;
}

}  // namespace

}  // namespace glenda::lab5

int main(int argc, char** argv) {
    using namespace glenda::lab5;
    const auto number = [&](int i) { return argc > i ? glenda::to_number(argv[i]).value_or(0) : 0; };
    if (argc > 2 && argc < 5) {
        const std::string_view word = argv[1];
        for (const std::string_view known :
             {"child", "crash", "large", "list", "parent", "orphans", "debugger", "manager"}) {
            if (word == known) return act(word, number(2), number(3));
        }
    }
    run_cases(argc, argv, kCases);
}
