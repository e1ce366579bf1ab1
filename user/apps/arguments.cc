// SPDX-License-Identifier: MIT
// More arguments than a message holds: they go to the child as a block in a memory object (SpawnFlags::Block).
//
//     arguments spawn N BYTES, run, exec, env    so many texts of so many bytes, for a child that checks them
//     arguments threads                          four threads that do so at once
//     arguments wrong                            what Factotum refuses
//     arguments wild                             a block of nonsense; one whose texts have no end
//     arguments poor N                           children in accounts of 1 to N pages start programs themselves
//     arguments changed                          a block that changes while the child reads it
#include "expect.h"
#include "glenda/argument_block.h"
#include "glenda/environment.h"
#include "glenda/number.h"
#include "glenda/panic.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "glenda/thread.h"
#include "util/bits.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kMost = 8192, kObject = kSlotFirstFree;
char texts[256 * 1024];
std::string_view views[kMost];

/// Text i has the letters from 'a' + i on.
char letter(std::uint64_t i, std::uint64_t at) { return char('a' + (i + at) % 26); }

std::span<const std::string_view> make_texts(std::uint64_t count, std::uint64_t bytes) {
    if (count > kMost || count * bytes > sizeof(texts)) panic("too many");
    for (std::uint64_t i = 0; i < count; i++) {
        char* const text = texts + i * bytes;
        for (std::uint64_t at = 0; at < bytes; at++) text[at] = letter(i, at);
        views[i] = {text, bytes};
    }
    return {views, count};
}

/// The child says what it got.
int check(std::span<char*> strings) {
    std::uint64_t wrong = 0, sum = 0;
    for (std::uint64_t i = 0; i < strings.size(); i++) {
        const std::string_view text(strings[i]);
        sum += text.size();
        for (std::uint64_t at = 0; at < text.size(); at++) wrong += text[at] != letter(i, at);
    }
    print("child: {} texts of {} bytes, {} wrong\n", strings.size(), sum, wrong);
    return wrong == 0 ? 0 : 1;
}

void report(std::string_view what, const Answer<process::Ended>& ended) {
    if (!ended) return print("arguments: {}: {}\n", what, ended.error());
    const ExitStatus status = ended->status;
    if (status.how() == ExitStatus::How::Crashed) return print("arguments: {}: it crashed\n", what);
    print("arguments: {}: {}\n", what, status.code());
}

Answer<process::Ended> spawn_and_wait(const process::SpawnRequest& request) {
    TRY(pid, process::spawn(request));
    return process::wait(std::int64_t(pid));
}

void run(std::string_view what, std::uint64_t count, std::uint64_t bytes) {
    const auto list = make_texts(count, bytes);
    process::SpawnRequest request{.file = "arguments", .arguments = list};
    const std::string_view no_arguments[] = {"check"};
    if (what == "env") request = {.file = "arguments", .arguments = no_arguments, .variables = list};
    if (what == "run")
        report(what, process::run(request));
    else if (what == "exec")
        print("arguments: exec: {}\n", process::exec(request));
    else
        report(what, spawn_and_wait(request));
}

void run_threads() {
    const auto main = [](void*) -> std::int64_t {
        for (unsigned i = 0; i < 5; i++)
            report("thread", process::run({.file = "arguments", .arguments = {views, 500}}));
        return 0;
    };
    make_texts(500, 20);
    std::optional<Thread> threads[4];
    for (auto& thread : threads) {
        const auto started = Thread::start(main, nullptr);
        if (!started) panic("no thread: {}", started.error());
        thread.emplace(*started);
    }
    for (auto& thread : threads) (void)thread->join();
}

/// Asks for a child with a block by hand. `cap`: 0 for none.
Answer<std::uint64_t> ask(std::uint64_t bytes, CPtr cap, SpawnFlags more = SpawnFlags::None, std::uint64_t texts = 1) {
    MessageWriter message(FactotumMethod::Spawn);
    message.word(SpawnFlags::Block | more).word(0).word(0).word(texts);
    for (std::uint64_t i = 0; i < texts; i++) message.text("arguments");
    message.word(bytes).word(process::this_thread());
    if (cap != 0) message.cap(cap);
    Received reply;
    TRY_VOID(transact(environment().factotum, message, reply));
    return reply.words[0];
}

std::byte* make_object(std::uint64_t pages) {
    const auto made = process::create_memory(pages, kObject);
    if (!made) panic("no object: {}", made.error());
    const auto address = process::map_object(kObject, 0, pages * kPageSize);
    if (!address) panic("no place: {}", address.error());
    return reinterpret_cast<std::byte*>(*address);
}

void ask_wrongly() {
    (void)make_object(2);
    const auto refused = [](std::string_view what, const Answer<std::uint64_t>& answer) {
        print("arguments: {}: {}\n", what, std::string_view(answer ? "done" : name_of(answer.error())));
    };
    refused("no object", ask(64, 0));
    refused("another capability", ask(64, kSlotNotification));
    refused("another endpoint", ask(64, kSlotFactotum));
    refused("no bytes", ask(0, kObject));
    refused("not aligned", ask(72, kObject));
    refused("too short", ask(2 * kPageSize + 16, kObject));
    refused("too large", ask(kMaxBlockBytes + 16, kObject));
    refused("very large", ask(~std::uint64_t{15}, kObject));
    refused("two texts", ask(64, kObject, SpawnFlags::None, 2));
    refused("an environment", ask(64, kObject, SpawnFlags::Environment));
    const auto info = process::object_info(kObject);
    print("arguments: the object has {} pages\n", info ? info->pages : 0);
}

/// The child crashes before main, or reads on to the end of its stack: nobody else does.
void ask_wildly() {
    const auto wait = [](std::string_view what, const Answer<std::uint64_t>& pid) {
        if (!pid) return print("arguments: {}: {}\n", what, pid.error());
        report(what, process::wait(std::int64_t(*pid)));
    };
    __builtin_memset(make_object(4), 0x99, 4 * kPageSize);
    wait("nonsense", ask(4 * kPageSize, kObject));
    (void)environment().cnode.remove(kObject);

    std::byte* const block = make_object(1);
    const std::string_view words[] = {"check", "a"};
    const auto sp = write_arguments({block, kPageSize}, kProgramStackTop, TextList(words));
    std::byte* const end = block + kPageSize;
    for (std::byte* at = end - 16; at != end; at++) {
        if (*at == std::byte{0}) *at = std::byte{'b'};  // the NUL behind "a", and what fills up the block
    }
    wait("no end", ask(kProgramStackTop - *sp, kObject));
}

/// The child reads the texts again and again while this changes them. The program that is told "check" prints once;
/// what it prints is its own business.
void change() {
    const auto list = make_texts(1000, 50);
    const TextList arguments("arguments", list);
    const std::uint64_t size = align_up(argument_bytes(arguments, {}), kPageSize);
    std::byte* const block = make_object(size / kPageSize);
    const auto sp = write_arguments({block, size}, kProgramStackTop, arguments);
    const auto pid = ask(kProgramStackTop - *sp, kObject);
    if (!pid) panic("no child: {}", pid.error());
    for (unsigned i = 0; i < 2000; i++) block[size - 1000 - i * 7] = std::byte{'?'};
    report("changed", process::wait(std::int64_t(*pid)));
    print("arguments: the object is mine, and {}\n",
          std::string_view(process::object_info(kObject) ? "open" : "closed"));
}

/// Starts a program with few arguments, and one with many. There may be no memory for that.
int try_both() {
    const auto list = make_texts(100, 64);
    for (const auto arguments : {list.first(0), list}) {
        const auto ended = process::run({.file = "empty", .arguments = arguments.first(0)});
        if (!ended && ended.error() != AnyError(ServerError::OutOfMemory)) return 1;
        const auto checked = process::run({.file = "arguments", .arguments = arguments});
        if (!checked && checked.error() != AnyError(ServerError::OutOfMemory)) return 2;
        if (checked && !checked->status.is_success()) return 3;
    }
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    if (what == "check") return check(environment().variables);
    if (what == "try") return try_both();
    if (what == "poor" && argc == 3) return run_poor("arguments", "try", *to_number(argv[2])), 0;
    if (what == "threads") return run_threads(), 0;
    if (what == "wrong") return ask_wrongly(), 0;
    if (what == "wild") return ask_wildly(), 0;
    if (what == "changed") return change(), 0;
    if (argc == 4 && what.size() < 6) return run(what, *to_number(argv[2]), *to_number(argv[3])), 0;
    return check(environment().arguments.subspan(1));
}
