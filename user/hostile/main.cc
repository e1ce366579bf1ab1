// SPDX-License-Identifier: MIT
// `hostile TARGET SEED COUNT`: sends a server COUNT random messages, the same for each SEED, and prints which methods
// have answered without an error. TARGET is factotum, 9ball, serial, unicorn, or a driver: clock, input, gpu; block,
// net or 9p, whose requests go by sessions (ring_attack.h).
//
// The messages come from a child, because they may end it, and may make it wait for ever. Then it is killed in
// mid-call, and the next child goes on with the next seed.
#include <algorithm>

#include "attack.h"
#include "driver/process/client_session.h"
#include "glenda/environment.h"
#include "glenda/message.h"
#include "glenda/number.h"
#include "glenda/panic.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/time.h"
#include "most_pages.h"
#include "ring_attack.h"
#include "util/bits.h"

using namespace glenda;
using namespace glenda::hostile;

namespace {

constexpr std::uint64_t kMessagesPerLife = 500;
constexpr std::uint64_t kPatience = 50'000;  // ticks of 100 ns: an answer takes a hundredth of that

enum OwnSlot : CPtr { kReports = driver::kClientFirstFree, kReportsClient, kEnded, kTicked, kTimer };
constexpr Badge kEndedBit = 1, kTickBit = 2;

struct Tally {
    std::uint64_t messages = 0, lives = 0, killed = 0, answered = 0;
    std::uint64_t methods = 0;  // a bit for each that has succeeded
};

template <typename T>
void must(const T& result, std::string_view what) {
    if (!result) panic("{}: {}", what, result.error());
}

void prepare() {
    const CNode own = environment().cnode;
    must(process::create(CapType::Endpoint, kReports), "no endpoint");
    must(process::create(CapType::Timer, kTimer), "no timer");
    must(own.copy(kReportsClient, own, kReports, Rights::Write), "no client's endpoint");
    must(own.mint(kEnded, own, kSlotNotification, Rights::All, kEndedBit), "no notification");
    must(own.mint(kTicked, own, kSlotNotification, Rights::All, kTickBit), "no notification");
    must(Timer(kTimer).bind(Notification(kTicked)), "cannot bind the timer");
    must(process::set_exit_notification(Notification(kEnded)), "no notice of ends");
    must(environment().tcb.bind(Notification(kSlotNotification)), "cannot bind the notification");
}

/// Collects children that have ended. True if `pid` was among them.
bool has_ended(std::uint64_t pid) {
    bool found = false;
    for (;;) {
        const auto child = process::wait(kAnyChild, WaitFlags::NoHang);
        if (!child || child->pid == 0) return found;
        found = found || child->pid == pid;
    }
}

void count(const Message& report, Tally& tally) {
    tally.messages++;
    if (report.words[1] != 0) return;
    tally.answered++;
    if (report.words[0] < 64) tally.methods |= bit(report.words[0]);
}

/// Counts the messages of the child `pid` until it has ended. Kills it if it is silent for too long.
void watch(std::uint64_t pid, Tally& tally) {
    std::uint64_t last = tally.messages;
    must(Timer(kTimer).arm(read_time() + kPatience), "cannot arm the timer");
    for (;;) {
        const Message message = Endpoint(kReports).recv(kSlotReply);
        if (!message.tag.is_notification()) {
            count(message, tally);
            continue;
        }
        if ((message.badge & kEndedBit) != 0 && has_ended(pid)) return;
        if ((message.badge & kTickBit) == 0) continue;
        if (tally.messages == last) {
            tally.messages++;  // the one that it waits for
            tally.killed++;
            (void)process::kill(pid, 9);  // its end is signalled
        }
        last = tally.messages;
        must(Timer(kTimer).arm(read_time() + kPatience), "cannot arm the timer");
    }
}

/// Whether something that a child has started is still there.
bool has_others(std::uint64_t self) {
    const auto list = process::list();
    must(list, "no list of processes");
    for (const ProcessInfo& line : *list) {
        const std::string_view name(line.name);
        const bool runs = line.state != ProcessState::Stopped;  // or it was started for a debugger that never comes
        if (line.pid != self && runs && (name == "hello" || name == "hostile")) return true;
    }
    return false;
}

constexpr unsigned kMostPauses = 1000;

void pause() {
    must(Timer(kTimer).arm(read_time() + kPatience), "cannot arm the timer");
    while (const auto bits = Notification(kSlotNotification).wait()) {
        if ((*bits & kTickBit) != 0) return;
    }
}

/// Lets grandchildren end, whatever their priority: they are nobody's now. Says so if they don't.
void let_others_end() {
    const std::uint64_t self = process::get_pid().value_or(0);
    for (unsigned i = 0; i < kMostPauses && has_others(self); i++) pause();
    if (has_others(self)) print("hostile: some do not end\n");
}

/// Gives the driver time to let go of what the dead have left. Says how large a session can be, before and now.
void compare_pages(const Target& target, std::uint64_t before) {
    std::uint64_t now = most_pages(target);
    for (unsigned i = 0; i < kMostPauses && now != before; i++) {
        pause();
        now = most_pages(target);
    }
    print("hostile: sessions of {} pages before, {} after\n", before, now);
}

void run_life(std::string_view target, std::uint64_t seed, std::uint64_t messages, Tally& tally) {
    const FixedText<24> seed_text("{}", seed), count_text("{}", messages);
    const std::string_view arguments[] = {target, seed_text.view(), count_text.view(), "now"};
    const CPtr caps[] = {kReportsClient};
    const auto child = process::spawn({.file = "hostile", .arguments = arguments, .caps = caps});
    must(child, "cannot start a child");
    tally.lives++;
    watch(*child, tally);
}

void print_tally(std::string_view target, const Tally& tally) {
    print("hostile: {} messages to {}, {} answered without error, {} lives, {} killed in mid-call\nhostile: methods:",
          tally.messages, target, tally.answered, tally.lives, tally.killed);
    for (unsigned method = 0; method < 64; method++)
        if ((tally.methods & bit(method)) != 0) print(" {}", method);
    print("\n");
}

}  // namespace

int main(int argc, char** argv) {
    const auto target = target_named(argc > 1 ? argv[1] : "");
    const std::uint64_t seed = to_number(argc > 2 ? argv[2] : "").value_or(0);
    const std::uint64_t count = to_number(argc > 3 ? argv[3] : "").value_or(0);
    if (!target || seed == 0 || count == 0 || argc > 5) {
        print("usage: hostile factotum|9ball|serial|unicorn|clock|input|gpu|block|net|9p SEED COUNT\n");
        return 2;
    }
    if (argc == 5) {
        (target->operations.empty() ? attack : attack_ring)(*target, seed, count);
        return 0;
    }
    prepare();
    Tally tally;
    const std::uint64_t pages = target->has_sessions() ? most_pages(*target) : 0;
    while (tally.messages < count) {
        const std::uint64_t messages = std::min(kMessagesPerLife, count - tally.messages);
        run_life(target->name, seed * 1'000'003 + tally.lives, messages, tally);
    }
    let_others_end();
    if (target->has_sessions()) compare_pages(*target, pages);
    print_tally(target->name, tally);
    return 0;
}
