// SPDX-License-Identifier: MIT
// See system.h. Also what a program for the host needs of libglenda: Factotum's output is of no interest here.
#include "factotum/system.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "factotum/program.h"

namespace glenda {

void Heart::start() {}
void Heart::work() {}
void Heart::rest() {}
void print_args(std::string_view, std::span<const FormatArg>) {}
std::string_view program_name() { return "factotum"; }
void stop_after_panic() { std::abort(); }
void assertion_failed(const char* condition, const char* file, int line) {
    ADD_FAILURE_AT(file, line) << condition;
    std::abort();
}

namespace factotum::test {

namespace {

constexpr std::uint64_t kSystemPages = 64, kTableBytes = 64 * kPageSize, kTables = 8;
constexpr CPtr kReceived = 48, kClockTimer = 56;

/// What 9Ball passed to Factotum.
void fill_home() {
    const auto give = [](CPtr slot, CapType type) { machine().fill(slot, {.type = type, .object = bit(40) + slot}); };
    give(kSlotTcb, CapType::Tcb);
    give(kSlotFactotum, CapType::Endpoint);
    give(kSlotNineball, CapType::Endpoint);
    give(kClockTimer, CapType::Timer);
    for (unsigned i = 0; i < kMaxMessageCaps; i++) give(System::kPassed + i, CapType::Endpoint);
}

glenda::test::Buffer build_archive() {
    const auto text = [](const glenda::test::Buffer& file) {
        return std::string_view(reinterpret_cast<const char*>(file.data()), file.size());
    };
    glenda::test::CpioBuilder archive;
    archive.add("bin/small", text(glenda::test::ElfBuilder().build())).add("bin/large", text(build_program()));
    return archive.build();
}

}  // namespace

System::System(std::uint64_t chunks)
    : books_(chunks, kSystemPages),
      tables_(static_cast<std::byte*>(std::calloc(kTables + 1, kTableBytes))),
      replies_(memory().slots().thread_count() + 1) {
    static const glenda::test::Buffer archive = build_archive();
    system_calls() = {};
    fill_home();
    FactotumInfo info{};
    info.timebase = 10'000'000;
    info.hart_count = 1;
    info.initrd_address = reinterpret_cast<std::uint64_t>(archive.data());
    info.initrd_size = archive.size();
    std::uint64_t next = align_up(reinterpret_cast<std::uint64_t>(tables_.get()), kPageSize) - kTableBytes;
    const auto table = [&] { return next += kTableBytes; };
    const TableAddresses tables{table(), table(), table(), table(), table(), table(), table(), table()};
    factotum_ = std::make_unique<Factotum>(memory(), tables, info, 0, pool_, Clock(Timer(kClockTimer), info.timebase));
    server_ = std::make_unique<Server>(Endpoint(kFactotumEndpoint), pool_,
                                       ReceiveSlots{CNode(kSlotCNode), kReceived, kMaxMessageCaps});
}

void System::serve() {
    SystemCalls& calls = system_calls();
    for (;;) {
        try {
            server_->run(*factotum_);
        } catch (const Idle&) {
        }
        if (!calls.alarm) return;
        calls.time = std::max(calls.time, *calls.alarm);
        calls.alarm.reset();
        calls.messages.push_back({.tag = Tag::notification()});
    }
}

std::optional<ReceivedAnswer> System::ask(Badge process, const MessageWriter& message) {
    SystemCalls& calls = system_calls();
    const Message loaded = message.load();
    SentMessage sent{.number = ++sent_, .badge = process, .tag = loaded.tag};
    for (unsigned i = 0; i < loaded.tag.length(); i++)
        sent.words.push_back(i < kRegisterWords ? loaded.words[i] : calls.utcb.words[i]);
    for (unsigned i = 0; i < loaded.tag.caps(); i++) sent.caps.push_back(calls.utcb.send_caps[i]);
    if (const Cap* const tcb = find(process, kSlotTcb); tcb != nullptr) sent.tcb = tcb->object;
    calls.messages.push_back(sent);
    serve();
    const auto answer = calls.answers.find(sent_);
    return answer == calls.answers.end() ? std::nullopt : std::optional(answer->second);
}

std::uint64_t System::must(Badge process, const MessageWriter& message, unsigned word) {
    const auto answer = ask(process, message);
    EXPECT_TRUE(answer && answer->label == 0)
        << "method " << message.label() - kFactotumProtocol << ", label " << (answer ? answer->label : 0);
    return answer && word < answer->words.size() ? answer->words[word] : 0;
}

Badge System::spawn(Badge parent, std::string_view file) {
    return process(must(parent, MessageWriter(FactotumMethod::Spawn).word(0).word(0).word(0).word(1).text(file)));
}

/// Calls `visit` for the slot of each process that has its capability to Factotum.
template <typename Visit>
static void for_each_process(Visit visit) {
    const auto& slots = machine().slots;
    for (auto at = slots.lower_bound(bit(kMaxCNodeRadix)); at != slots.end(); at++) {
        if ((at->first & mask(kMaxCNodeRadix)) == kSlotFactotum) visit(at->first, at->second.badge);
    }
}

Badge System::process(std::uint64_t pid) {
    Badge found = 0;
    for_each_process([&](CPtr, Badge badge) { found = pid_of(badge) == pid ? badge : found; });
    return found;
}

/// The number of a process's slot in `Machine::slots`; 0: there is no such process.
CPtr System::slot_of(Badge process, CPtr wanted) {
    CPtr found = 0;
    for_each_process([&](CPtr slot, Badge badge) { found = badge == process ? slot - kSlotFactotum + wanted : found; });
    return found;
}

const Cap* System::find(Badge process, CPtr slot) { return machine().find(slot_of(process, slot)); }

void System::put(Badge process, CPtr slot, CapType type) {
    machine().fill(slot_of(process, slot), {.type = type, .object = bit(41) + slot});
}

bool System::runs(Badge process) {
    const Cap* const tcb = find(process, kSlotTcb);
    return tcb != nullptr && system_calls().threads[tcb->object].runs;
}

}  // namespace factotum::test
}  // namespace glenda
