// SPDX-License-Identifier: MIT
// A parent that decides how much memory its child may have: the child takes all it can get, asks for more, and gets it.
#include "glenda/environment.h"
#include "glenda/panic.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "util/bits.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kFirstLimit = 256, kSecondLimit = 512;  // pages

enum Signal : Badge { kFull = 1, kEnded = 2 };
constexpr CPtr kFullSlot = kSlotFirstFree, kEndedSlot = kSlotFirstFree + 1;

std::uint64_t take_all() {
    std::uint64_t pages = 0;
    while (process::sbrk(kPageSize)) pages++;
    return pages;
}

/// Takes all, twice; in between it says that it is full, and waits for its own notification's sake: for its parent.
int child() {
    const std::uint64_t first = take_all();
    (void)Notification(kSlotPassed).signal();
    (void)Notification(kSlotPassed + 1).wait();
    const std::uint64_t second = take_all();
    print("budget: the child had room for {} pages, then for {} more\n", first, second);
    return 0;
}

void report(const char* what, const Answer<void>& answer) {
    print("budget: {}: {}\n", what, std::string_view(answer ? "done" : name_of(answer.error())));
}

}  // namespace

int main(int argc, char**) {
    if (argc > 1) return child();
    const CNode own = environment().cnode;
    const Notification notification = environment().notification;
    bool is_ready = process::create(CapType::Notification, kSlotFirstFree + 2).has_value();
    is_ready = is_ready && own.mint(kFullSlot, own, notification.cptr(), Rights::Write, kFull);
    if (!is_ready) panic("cannot prepare");
    const CPtr caps[] = {kFullSlot, kSlotFirstFree + 2};
    const std::string_view arguments[] = {"child"};
    const auto pid = process::spawn(
        {.file = "budget", .arguments = arguments, .flags = SpawnFlags::Limits, .caps = caps, .limit = kFirstLimit});
    if (!pid) panic("cannot spawn: {}", pid.error());
    (void)notification.wait();
    report("less than it has", process::set_account(*pid, 0, kFirstLimit / 2));
    report("more than there is", process::set_account(*pid, std::uint64_t{1} << 40, 0));
    report("a stranger", process::set_account(3, 0, 0));
    report("itself", process::set_account(*process::get_pid(), 0, 0));
    report("twice as much", process::set_account(*pid, kSecondLimit, kSecondLimit));
    (void)Notification(kSlotFirstFree + 2).signal();
    const auto ended = process::wait(std::int64_t(*pid));
    return ended ? ended->status.code() : 1;
}
