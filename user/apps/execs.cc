// SPDX-License-Identifier: MIT
// Shows EXEC: another program in the same process: `execs`. The other arguments:
//   execs NAME ARGUMENTS    becomes that program
//   execs fail              what is refused changes nothing
//   execs many N            N children by FORK and EXEC, one after the other
//   execs busy              computes for a second first, and becomes `hello`
//   execs threads           several threads run, and one of them calls EXEC
//   execs check PID         what `execs` becomes: compares its pid with that of the program before
#include "expect.h"
#include "glenda/environment.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "glenda/thread.h"
#include "glenda/time.h"
#include "util/bits.h"

using namespace glenda;

namespace {

constexpr CPtr kKept = kSlotFirstFree;

std::int64_t free_pages() { return std::int64_t(need(process::memory()).free / kPageSize); }

[[noreturn]] void become(std::string_view file, std::span<const std::string_view> arguments) {
    const AnyError error = process::exec({.file = file, .arguments = arguments});
    print("execs: {}: {}\n", file, error);
    glenda::exit(1);
}

void become_check() {
    need(process::create(CapType::Notification, kKept));
    const FixedText<24> pid("{}", need(process::get_pid()));
    const std::string_view arguments[] = {"check", pid.view()};
    become("execs", arguments);
}

int check(std::uint64_t pid) {
    must(need(process::get_pid()) == pid, "another pid");
    must(bool(Notification(kKept).signal()) && bool(Notification(kKept).wait()), "a slot is lost");
    must(need(process::sbrk(0)) != 0, "no heap");
    print("execs: the same process, with its slots\n");
    return 7;
}

/// Memory, slots and heap are as before.
void fail() {
    const auto map = need(process::map(8 * kPageSize));
    auto& word = *reinterpret_cast<volatile std::uint64_t*>(map);
    word = 5;
    const std::string_view none[] = {"x"};
    (void)process::exec({.file = "missing", .arguments = none});
    const std::int64_t before = free_pages();
    const AnyError missing = process::exec({.file = "missing", .arguments = none});
    const AnyError bad = process::exec({.file = "/init.toml", .arguments = none});
    must(free_pages() == before && word == 5, "a refusal changed something");

    const std::uint64_t most = std::uint64_t(free_pages());
    std::uint64_t taken = 0;
    while (process::sbrk(kPageSize)) taken++;
    const std::int64_t full = free_pages();
    const AnyError memory = process::exec({.file = "hello", .arguments = none});
    must(free_pages() == full && word == 5, "a refusal for want of memory changed something");
    need(process::sbrk(-std::int64_t(taken * kPageSize)));
    must(taken > most / 2, "memory was not short");
    print("execs: {}, {}, {}\n", missing, bad, memory);
}

void many(std::uint64_t count) {
    std::int64_t before = 0;
    for (std::uint64_t i = 0; i <= count; i++) {
        if (i == 1) before = free_pages();
        const std::uint64_t pid = need(process::fork());
        if (pid == 0) become("empty", {});
        must(need(process::wait(std::int64_t(pid))).status.is_success(), "a child failed");
    }
    print("execs: {} programs, {} pages lost\n", count, before - free_pages());
}

void with_threads() {
    const std::uint64_t pid = need(process::fork());
    if (pid != 0) {
        print("execs: with threads: {}\n", need(process::wait(std::int64_t(pid))).status.code());
        return;
    }
    const auto spin = [](void*) -> std::int64_t {
        for (;;) spend_microsecond();
    };
    const auto sleep = [](void*) -> std::int64_t {
        (void)environment().notification.wait();
        return 0;
    };
    const auto call = [](void*) -> std::int64_t {
        become_check();
        return 0;
    };
    for (const Thread::Main work : {Thread::Main(spin), Thread::Main(sleep), Thread::Main(call)})
        need(Thread::start(work, nullptr));
    for (;;) (void)process::yield();
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    const std::uint64_t number = argc > 2 ? to_number(argv[2]).value_or(0) : 0;
    if (what.empty()) become_check();
    if (what == "check") return check(number);
    if (what == "fail") {
        fail();
    } else if (what == "many") {
        many(number);
    } else if (what == "busy") {
        constexpr std::uint64_t kSecond = 10'000'000;
        stay_busy(kSecond);
        const std::string_view none[] = {"x"};
        become("hello", none);
    } else if (what == "threads") {
        with_threads();
    } else {
        std::string_view arguments[8];
        unsigned count = 0;
        for (int i = 2; i < argc && count < 8; i++) arguments[count++] = argv[i];
        become(what, std::span(arguments).first(count));
    }
    return 0;
}
