// SPDX-License-Identifier: MIT
// Lab 6, exercise 6.3: a driver without a device's code. What it does is in its name; the archive has it under several.
// How many there have been before it, it finds in its device's memory.
//
//     bin/drivers/never   ends before it is ready
//     bin/drivers/late    three end before they are ready, one after it, four before, and the next one stays
//     bin/drivers/stays   is ready, and waits
//     bin/drivers/heir    looks at what it was given, passes it on to a child, and ends; the next one stays. The child
//                         tries to use it when there is another driver
#include "driver/process/driver_process.h"
#include "glenda/print.h"
#include "glenda/process.h"

using namespace glenda;

namespace {

constexpr CPtr kHeirUnicorn = kSlotPassed;

void note(std::string_view what, bool holds) { print("{}: {}\n", what, std::string_view(holds ? "yes" : "no")); }

bool has(CPtr slot, CapType type, Rights rights) {
    const auto seen = environment().cnode.info(slot);
    return seen && seen->type == type && seen->rights == rights;
}

/// What user/libglenda/include/protocol/unicorn.h promises.
void look() {
    note("has Unicorn", has(kDriverUnicorn, CapType::Endpoint, Rights::Write | Rights::Grant));
    note("has its endpoint", has(kDriverEndpoint, CapType::Endpoint, Rights::All));
    note("has its bell", has(kDriverBell, CapType::Notification, Rights::All));
    note("has nothing more", has(kDriverBell + 1, CapType::Null, Rights::None));
    const auto all = process::list();
    const auto self = process::get_pid();
    for (const ProcessInfo& each : *all) {
        if (each.pid == *self) print("priority: {}\n", each.priority);
    }
}

void leave_to_child() {
    const std::string_view arguments[] = {"heir"};
    const CPtr caps[] = {kDriverUnicorn};
    const auto child = process::spawn({.file = "bin/lab6_driver", .arguments = arguments, .caps = caps});
    if (!child) print("has no child: {}\n", child.error());
}

/// Asks for the device, as its driver does.
void ask_as_heir(std::string_view when) {
    Received reply;
    const auto answer = transact(Endpoint(kHeirUnicorn), MessageWriter(UnicornMethod::Device).word(0), reply);
    print("heir, {}: {}\n", when, std::string_view(answer ? "has the device" : name_of(answer.error())));
}

[[noreturn]] void inherit() {
    ask_as_heir("while its parent is the driver");
    (void)process::sleep(50);
    ask_as_heir("when there is none");
    (void)process::sleep(1000);
    ask_as_heir("when there is another");
    glenda::exit(0);
}

[[noreturn]] void stay(const driver::DriverProcess& process) {
    process.ready();
    for (;;) {
        const auto rung = process.bell().wait();
        if (!rung || (*rung & kBellStop) != 0) glenda::exit(0);
    }
}

}  // namespace

int main(int argc, char** argv) {
    if (argc > 1) inherit();
    const std::string_view name = argv[0];
    driver::DriverProcess process;
    const auto memory = process.pool().take(sizeof(std::uint64_t));
    if (!memory) panic("no memory");
    const std::uint64_t number = memory->at<std::uint64_t>(0)++;
    if (name.ends_with("never")) return 3;
    if (name.ends_with("late") && number != 3 && number < 8) return 1;
    if (name.ends_with("late") && number == 3) {
        process.ready();
        return 1;
    }
    if (name.ends_with("heir") && number == 0) {
        look();
        leave_to_child();
        process.ready();
        (void)process::sleep(20);
        return 1;
    }
    stay(process);
}
