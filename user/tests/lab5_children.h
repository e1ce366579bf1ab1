// SPDX-License-Identifier: MIT
// Lab 5: the children of lab5_waits, which are the same program. Their first argument says what they do:
// `lab5_waits child STATUS MS`, `orphans`, `list PID`, ...
#pragma once

#include "glenda/number.h"
#include "glenda/slots.h"
#include "lab5_case.h"

namespace glenda::lab5 {

/// A child, which gets the kernel's console to say what is wrong.
inline std::uint64_t start(std::span<const std::string_view> arguments, Grants grants = Grants::Services) {
    const CPtr console[] = {environment().console.cptr()};
    return NEED(process::spawn({.file = "bin/lab5_waits",
                                .arguments = arguments,
                                .flags = grants == Grants::Services ? SpawnFlags::None : SpawnFlags::Limits,
                                .caps = console,
                                .slots = std::uint64_t{kSlotConsole},
                                .grants = grants}));
}
/// One that sleeps for some time, and ends with a status.
inline std::uint64_t start_child(std::uint64_t status, std::uint64_t milliseconds = 0) {
    const FixedText<20> code("{}", status), time("{}", milliseconds);
    const std::string_view arguments[] = {"child", code.view(), time.view()};
    return start(arguments);
}
inline std::uint64_t start_word(std::string_view word, std::uint64_t number = 0) {
    const FixedText<20> text("{}", number);
    const std::string_view arguments[] = {word, text.view()};
    return start(arguments);
}
/// What a debugger starts begins stopped; what a manager of devices starts, goes on for long.
inline std::uint64_t start_other(std::string_view word) {
    const bool is_stopped = word == "debugger";
    const std::string_view arguments[] = {"child", "5", is_stopped ? "0" : "1000000"};
    return NEED(process::spawn({.file = "bin/lab5_waits",
                                .arguments = arguments,
                                .flags = is_stopped ? SpawnFlags::Debug : SpawnFlags::None}));
}
inline void nap(std::uint64_t milliseconds) { NEED(process::sleep(milliseconds)); }

/// Whether there is still a line for this process in the list of all. A list takes memory, so a child looks.
inline bool is_listed(std::uint64_t pid) {
    const std::uint64_t looker = start_word("list", pid);
    return NEED(process::wait(std::int64_t(looker))).status.code() == 1;
}

/// Whether these are the arguments of a child.
inline bool is_child(int argc, char** argv) {
    if (argc <= 2 || argc >= 5) return false;
    for (const std::string_view word :
         {"child", "crash", "large", "list", "parent", "orphans", "debugger", "manager"}) {
        if (argv[1] == word) return true;
    }
    return false;
}

/// What a child does.
inline int act(int argc, char** argv) {
    const auto argument = [&](int i) { return argc > i ? to_number(argv[i]).value_or(0) : 0; };
    const std::string_view word = argv[1];
    const std::uint64_t number = argument(2), milliseconds = argument(3);
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

}  // namespace glenda::lab5
