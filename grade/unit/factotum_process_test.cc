// SPDX-License-Identifier: MIT
//
// Processes by number and badge, compared with a model; numbers are never reused. Exit statuses, the argument block as
// a program reads it, and readable names.

#include <gtest/gtest.h>

#include <array>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "argument_block.h"
#include "demangle.h"
#include "glenda/slots.h"
#include "process_table.h"

namespace glenda::factotum::test {
namespace {

struct Record : ProcessRecord {
    int data = 0;
};

TEST(ProcessTable, RandomLivesAgreeWithAMap) {
    std::mt19937 random(5);
    alignas(Record) std::array<std::byte, 40 * sizeof(Record)> memory{};
    std::uint64_t allowed = 30 * sizeof(Record);
    auto grow = [&](std::uint64_t bytes) { return bytes <= allowed; };
    ProcessTable<Record, decltype(grow)> table(reinterpret_cast<Record*>(memory.data()), 40, grow);
    std::map<std::uint32_t, Badge> living;
    std::vector<Badge> gone;
    std::uint32_t last = 0;
    for (int step = 0; step < 20000; step++) {
        if (random() % 2 == 0) {
            Record* record = table.create(1);
            ASSERT_EQ(record == nullptr, living.size() == 30);
            if (record == nullptr) continue;
            ASSERT_GT(record->pid, last) << "numbers are not used again";
            ASSERT_EQ(record->data, 0) << "a place is as new";
            last = record->pid;
            record->data = 7;
            living[record->pid] = record->badge();
        } else if (!living.empty()) {
            const auto victim = std::next(living.begin(), random() % living.size());
            Record* record = table.find_pid(victim->first);
            ASSERT_NE(record, nullptr);
            ASSERT_EQ(table.find_badge(victim->second), record);
            table.release(*record);
            gone.push_back(victim->second);
            living.erase(victim);
        }
        if (!gone.empty()) {
            ASSERT_EQ(table.find_badge(gone[random() % gone.size()]), nullptr);
        }
        std::set<std::uint32_t> seen;
        table.for_each([&](Record& record) { seen.insert(record.pid); });
        ASSERT_EQ(seen.size(), living.size());
    }
    EXPECT_EQ(table.find_pid(0), nullptr);
    EXPECT_EQ(table.find_badge(0), nullptr);
    EXPECT_EQ(table.find_badge(process_badge(60000, 1)), nullptr);
}

TEST(ProcessTable, ChildrenAreFoundByCondition) {
    std::array<Record, 4> memory{};
    auto grow = [](std::uint64_t) { return true; };
    ProcessTable<Record, decltype(grow)> table(memory.data(), 4, grow);
    Record* parent = table.create(0);
    Record* first = table.create(parent->pid);
    Record* second = table.create(parent->pid);
    second->is_zombie = true;
    EXPECT_EQ(table.find_child(parent->pid, [](const Record& r) { return r.is_zombie; }), second);
    EXPECT_EQ(table.find_child(parent->pid, [](const Record&) { return true; }), first);
    EXPECT_EQ(table.find_child(first->pid, [](const Record&) { return true; }), nullptr);
    table.create(parent->pid);
    EXPECT_EQ(table.create(parent->pid), nullptr) << "no place is left";
}

TEST(Badge, HoldsPlaceAndNumberAndTellsFaults) {
    const Badge badge = process_badge(0xffff, 0xffff'ffff);
    EXPECT_EQ(place_of(badge), 0xffffu);
    EXPECT_EQ(pid_of(badge), 0xffff'ffffu);
    EXPECT_EQ(badge & kFaultBadge, 0u);
}

TEST(ExitStatus, SurvivesTheRoundTrip) {
    for (std::int32_t code : {0, 1, 255, -1, INT32_MIN}) {
        EXPECT_EQ(ExitStatus(ExitStatus::exited(code).raw()).code(), code);
        EXPECT_EQ(ExitStatus(ExitStatus::killed(code).raw()).how(), ExitStatus::How::Killed);
    }
    for (unsigned kind = 0; kind < unsigned(CrashKind::Count); kind++) {
        const ExitStatus status(ExitStatus::crashed(CrashKind(kind)).raw());
        EXPECT_EQ(status.how(), ExitStatus::How::Crashed);
        EXPECT_EQ(unsigned(status.crash_kind()), kind);
    }
}

/// Reads the block as crt0 does.
TEST(ArgumentBlock, IsReadBackAsItWasWritten) {
    std::mt19937 random(6);
    for (int round = 0; round < 500; round++) {
        std::vector<std::string> texts(random() % 20);
        for (std::string& text : texts) text.assign(random() % 40, char('a' + random() % 26));
        const std::vector<std::string_view> views(texts.begin(), texts.end());
        std::array<std::byte, kPageSize> page{};
        const std::uint64_t top = 0x7000;
        const auto sp = write_arguments(page, top, views);
        ASSERT_TRUE(sp.has_value());
        ASSERT_EQ(*sp % 16, 0u);
        const auto at = [&](std::uint64_t address) { return page.data() + (address - (top - kPageSize)); };
        const auto word = [&](unsigned n) {
            std::uint64_t value;
            memcpy(&value, at(*sp + 8 * n), 8);
            return value;
        };
        ASSERT_EQ(word(0), texts.size());
        for (unsigned i = 0; i < texts.size(); i++)
            ASSERT_STREQ(reinterpret_cast<const char*>(at(word(1 + i))), texts[i].c_str());
        const unsigned n = unsigned(1 + texts.size());
        ASSERT_EQ(word(n), 0u);
        ASSERT_EQ(word(n + 1), 0u);
        ASSERT_EQ(word(n + 2), kAuxStart);
        ASSERT_EQ(word(n + 3), kAuxStartProcess);
        ASSERT_EQ(word(n + 4), 0u);
    }
}

TEST(ArgumentBlock, RefusesWhatDoesNotFit) {
    std::array<std::byte, kPageSize> page{};
    const std::string large(kPageSize, 'x');
    const std::string_view one[] = {large};
    EXPECT_FALSE(write_arguments(page, 0x7000, one));
    const std::vector<std::string_view> many(kMaxArguments + 1, "x");
    EXPECT_FALSE(write_arguments(page, 0x7000, many));
}

TEST(Demangle, ReadsThePlainForms) {
    char buffer[64];
    const auto name = [&](std::string_view text) { return std::string(demangle(text, buffer)); };
    EXPECT_EQ(name("main"), "main");
    EXPECT_EQ(name("_Z4spinv"), "spin");
    EXPECT_EQ(name("_ZL4spinv"), "spin");
    EXPECT_EQ(name("_ZN6glenda4heap4freeEPv"), "glenda::heap::free");
    EXPECT_EQ(name("_ZNK6glenda4Heap5checkEv"), "glenda::Heap::check");
    EXPECT_EQ(name("_ZN12_GLOBAL__N_14loopEi"), "(anonymous)::loop");
}

TEST(Demangle, LeavesEverythingElseAsItIs) {
    char buffer[64];
    for (const std::string_view text :
         {"", "_Z", "_ZN", "_ZNE", "_Z9abc", "_Z99999999999999999999x", "_ZN1a", "_ZplRK1AS1_", "_ZN1aIiE1bEv", "_Z0"})
        EXPECT_EQ(demangle(text, buffer), text);
    char tiny[4];
    EXPECT_EQ(demangle("_ZN6glenda4heapEv", tiny), "_ZN6glenda4heapEv");
}

}  // namespace
}  // namespace glenda::factotum::test
