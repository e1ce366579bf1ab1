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

#include "demangle.h"
#include "glenda/argument_block.h"
#include "glenda/slots.h"
#include "steps.h"
#include "tasks/process_table.h"
#include "util/bits.h"

namespace glenda::factotum::test {
namespace {

struct Record : ProcessRecord {
    int data = 0;
};

constexpr std::uint32_t kMost = 40, kAllowed = 30;

/// A table of at most kAllowed processes, and a model: the parent of each, and its zombies, oldest first.
class ProcessTables : public ::testing::Test {
protected:
    struct Grow {
        bool operator()(std::uint64_t bytes) const { return bytes <= kAllowed * sizeof(Record); }
    };
    using Table = ProcessTable<Record, Grow>;

    std::vector<std::uint32_t> children_of(std::uint32_t parent) {
        std::vector<std::uint32_t> pids;
        for (const auto& [pid, its_parent] : parents_) {
            if (its_parent == parent && !is_zombie(pid)) pids.push_back(pid);
        }
        return pids;
    }
    bool is_zombie(std::uint32_t pid) { return table_.find_pid(pid)->is_zombie; }

    alignas(Record) std::array<std::byte, kMost * sizeof(Record)> memory_{};
    std::array<PidTable::Entry, 64> pids_{};
    Table table_{reinterpret_cast<Record*>(memory_.data()), pids_, kMost, Grow{}};
    std::map<std::uint32_t, std::uint32_t> parents_;               // of all processes
    std::map<std::uint32_t, std::vector<std::uint32_t>> zombies_;  // by parent
};

TEST_F(ProcessTables, RandomLivesAgreeWithAMap) {
    std::mt19937 random(5);
    std::vector<Badge> gone;
    std::uint32_t last = 1;
    Record* const root = table_.create(nullptr);
    ASSERT_EQ(root->pid, 1u);
    parents_[1] = 0;
    for (int step = 0; step < steps(1'000'000); step++) {
        const auto chosen = std::next(parents_.begin(), random() % parents_.size())->first;
        Record* const process = table_.find_pid(chosen);
        ASSERT_EQ(process->pid, chosen);
        ASSERT_EQ(table_.find_badge(process->badge()), process);
        if (process->is_zombie) continue;
        switch (random() % 3) {
            case 0: {
                Record* child = table_.create(process);
                ASSERT_EQ(child == nullptr, parents_.size() == kAllowed);
                if (child == nullptr) break;
                ASSERT_GT(child->pid, last) << "numbers are not used again";
                ASSERT_EQ(child->data, 0) << "a place is as new";
                last = child->pid;
                child->data = 7;
                parents_[child->pid] = chosen;
                break;
            }
            case 1: {  // ends
                if (chosen == 1) break;
                const auto heirs = children_of(chosen);
                std::vector<std::uint32_t> visited;
                table_.bequeath(*process, *root, [&](Record& orphan) {
                    if (orphan.is_zombie) visited.push_back(orphan.pid);
                });
                ASSERT_EQ(visited, zombies_[chosen]);
                for (const std::uint32_t child : heirs) parents_[child] = 1;
                for (const std::uint32_t zombie : visited) parents_[zombie] = 1, zombies_[1].push_back(zombie);
                zombies_.erase(chosen);
                process->status = ExitStatus::exited(3);
                table_.make_zombie(*process);
                zombies_[parents_[chosen]].push_back(chosen);
                break;
            }
            case 2: {  // waits
                Record* const zombie = table_.first_zombie(*process);
                ASSERT_EQ(zombie == nullptr, zombies_[chosen].empty());
                if (zombie == nullptr) break;
                ASSERT_EQ(zombie->pid, zombies_[chosen].front());
                zombies_[chosen].erase(zombies_[chosen].begin());
                parents_.erase(zombie->pid);
                gone.push_back(zombie->badge());
                table_.release(*zombie);
                break;
            }
        }
        if (!gone.empty()) {
            const Badge badge = gone[random() % gone.size()];
            ASSERT_EQ(table_.find_badge(badge), nullptr);
            ASSERT_EQ(table_.find_pid(pid_of(badge)), nullptr);
        }
        if (step % 64 == 0) {
            std::set<std::uint32_t> seen;
            table_.for_each([&](Record& record) { seen.insert(record.pid); });
            ASSERT_EQ(seen.size(), parents_.size());
            for (const std::uint32_t pid : seen)
                ASSERT_EQ(table_.find_pid(pid)->children == kNowhere, children_of(pid).empty());
        }
        ASSERT_EQ(table_.count(), parents_.size());
    }
    EXPECT_EQ(table_.find_pid(0), nullptr);
    EXPECT_EQ(table_.find_badge(0), nullptr);
    EXPECT_EQ(table_.find_badge(process_badge(60000, 1)), nullptr);
}

/// Numbers that are far apart meet in one entry; they wrap around the table's end.
TEST(PidTable, RandomNumbersAgreeWithAMap) {
    std::mt19937 random(7);
    std::array<PidTable::Entry, 32> entries{};
    PidTable table(entries);
    std::map<std::uint32_t, std::uint32_t> model;
    for (int step = 0; step < steps(1'000'000); step++) {
        const std::uint32_t pid = 1 + random() % 4 * 32 + random() % 32;
        ASSERT_EQ(table.find(pid), model.contains(pid) ? model[pid] : PidTable::kNone) << step;
        if (model.contains(pid)) {
            table.erase(pid);
            model.erase(pid);
        } else if (model.size() < 20) {
            table.insert(pid, model[pid] = random() % 1000);
        }
    }
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
        const auto some = [&] {
            std::vector<std::string> texts(random() % 20);
            for (std::string& text : texts) text.assign(random() % 40, char('a' + random() % 26));
            return texts;
        };
        const auto texts = some(), variables = some();
        const std::vector<std::string_view> views(texts.begin(), texts.end());
        const std::vector<std::string_view> variable_views(variables.begin(), variables.end());
        std::array<std::byte, kPageSize> page{};
        const std::uint64_t top = 0x7000;
        const auto sp = write_arguments(page, top, std::span(views), std::span(variable_views));
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
        unsigned n = unsigned(1 + texts.size());
        ASSERT_EQ(word(n++), 0u);
        for (const std::string& variable : variables)
            ASSERT_STREQ(reinterpret_cast<const char*>(at(word(n++))), variable.c_str());
        ASSERT_EQ(word(n++), 0u);
        ASSERT_EQ(word(n++), kAuxStart);
        ASSERT_EQ(word(n++), kAuxStartProcess);
        ASSERT_EQ(word(n++), 0u);
    }
}

TEST(ArgumentBlock, RefusesWhatDoesNotFit) {
    std::array<std::byte, kPageSize> page{};
    const std::string large(kPageSize, 'x');
    const std::string_view one[] = {large};
    EXPECT_FALSE(write_arguments(page, 0x7000, TextList{std::span(one)}));
    EXPECT_FALSE(write_arguments(page, 0x7000, {}, TextList{std::span(one)}));
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
