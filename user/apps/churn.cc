// SPDX-License-Identifier: MIT
// Does the same thing COUNT times, `churn THING COUNT`, and prints what the first hundred times and the last hundred
// have cost, and how much memory is gone. THING: spawn, fork,
// thread, map, object.
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

constexpr std::uint64_t kHundred = 100;

Answer<void> spawn() {
    TRY(pid, process::spawn({.file = "empty"}));
    TRY_VOID(process::wait(std::int64_t(pid)));
    return {};
}

Answer<void> fork() {
    TRY(pid, process::fork());
    if (pid == 0) glenda::exit(0);
    TRY_VOID(process::wait(std::int64_t(pid)));
    return {};
}

Answer<void> thread() {
    TRY(started, Thread::start([](void*) -> std::int64_t { return 0; }, nullptr));
    TRY_VOID(started.join());
    return {};
}

Answer<void> map() {
    constexpr std::uint64_t kPages = 8;
    TRY(start, process::map(kPages * kPageSize));
    for (std::uint64_t i = 0; i < kPages; i += 3) *reinterpret_cast<std::uint64_t*>(start + i * kPageSize) = i;
    TRY_VOID(process::protect(start + kPageSize, 2 * kPageSize, MapFlags::Read));
    return process::unmap(start, kPages * kPageSize);
}

Answer<void> object() {
    TRY(number, process::create(CapType::Endpoint, kSlotFirstFree));
    return process::destroy(number);
}

struct Thing {
    std::string_view name;
    Answer<void> (*once)();
};
constexpr Thing kThings[] = {{"spawn", spawn}, {"fork", fork}, {"thread", thread}, {"map", map}, {"object", object}};

/// The instructions of a hundred times.
Answer<std::uint64_t> hundred(const Thing& thing) {
    const std::uint64_t begin = read_cycle();
    for (std::uint64_t i = 0; i < kHundred; i++) TRY_VOID(thing.once());
    return read_cycle() - begin;
}

Answer<void> churn(const Thing& thing, std::uint64_t count) {
    TRY_VOID(hundred(thing));  // what is made once is there now
    TRY(before, process::memory());
    TRY(first, hundred(thing));
    for (std::uint64_t i = 3 * kHundred; i < count; i++) TRY_VOID(thing.once());
    TRY(last, hundred(thing));
    TRY(after, process::memory());
    print("churn: {} {}: the first hundred {}, the last hundred {}, {} KiB gone\n", count, thing.name, first, last,
          (before.free - after.free) / kKiB);
    return {};
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view name = argc == 3 ? argv[1] : "";
    const std::uint64_t count = to_number(argc == 3 ? argv[2] : "").value_or(0);
    for (const Thing& thing : kThings) {
        if (thing.name != name || count < 3 * kHundred) continue;
        const auto done = churn(thing, count);
        if (!done) print("churn: {}\n", done.error());
        return done ? 0 : 1;
    }
    print("usage: churn spawn|fork|thread|map|object COUNT, 300 at least\n");
    return 2;
}
