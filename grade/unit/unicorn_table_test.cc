// SPDX-License-Identifier: MIT
// drivers.toml: what is accepted, and what is refused at which line.
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <random>
#include <sstream>

#include "unicorn/driver_table.h"

namespace glenda::unicorn {
namespace {

struct Parsed {
    explicit Parsed(std::string_view text) : table(std::make_unique<DriverTable>()), outcome(table->parse(text)) {}
    std::unique_ptr<DriverTable> table;
    std::expected<void, TableError> outcome;

    std::string error() const {
        if (outcome) return "";
        return std::to_string(outcome.error().line) + ": " + std::string(outcome.error().what.view());
    }
};

std::string usual_file() {
    std::ifstream file("user/drivers.toml");
    return (std::stringstream() << file.rdbuf()).str();
}

#define DRIVER(id) "[[driver]]\nvirtio = " id "\npath = \"bin/x\"\nclass = \"x\"\n"

TEST(DriverTable, ReadsEveryKey) {
    const Parsed parsed(DRIVER(
        "2") "priority = 20\nmemory = 30\ndma = 40\nsession = \"ring\"\n[[driver]]\n"
             "compatible = \"a,b\"\npath = \"bin/y\"\nclass = \"y\"\n");
    ASSERT_EQ(parsed.error(), "");
    ASSERT_EQ(parsed.table->drivers().size(), 2u);
    const DriverConfig *first = parsed.table->for_virtio(2), *second = parsed.table->for_compatible("a,b");
    ASSERT_TRUE(first != nullptr && second != nullptr);
    EXPECT_EQ(first->path, "bin/x");
    EXPECT_EQ(first->device_class, "x");
    EXPECT_EQ(first->priority, 20u);
    EXPECT_EQ(first->memory_pages, 30u);
    EXPECT_EQ(first->dma_pages, 40u);
    EXPECT_EQ(first->session, SessionKind::Ring);
    EXPECT_EQ(second->priority, 200u);
    EXPECT_EQ(second->session, SessionKind::None);
    EXPECT_EQ(parsed.table->for_virtio(3), nullptr);
    EXPECT_EQ(parsed.table->for_virtio(0), nullptr);
    EXPECT_EQ(parsed.table->for_compatible(""), nullptr);
}

TEST(DriverTable, TheUsualTablesAreGood) {
    EXPECT_EQ(Parsed(usual_file()).error(), "");
    EXPECT_NE(Parsed(usual_file()).table->for_compatible("ns16550a"), nullptr);
    const Parsed spare(kUsualTable);
    EXPECT_EQ(spare.error(), "");
    EXPECT_NE(spare.table->for_compatible("ns16550a"), nullptr);
}

TEST(DriverTable, RefusesAndNamesTheLine) {
    const std::pair<const char*, const char*> cases[] = {
        {"path = \"x\"\n", "1: key \"path\" before the first [[driver]]"},
        {"[driver]\n", "1: [driver] must be [[driver]]: there can be many"},
        {"[[service]]\n", "1: unknown table \"service\""},
        {"[[driver]]\npth = 1\n", "2: unknown key \"pth\" in [[driver]]"},
        {"\n[[driver]]\n", "2: this [[driver]] has no \"path\""},
        {"[[driver]]\npath = \"x\"\n", "1: this [[driver]] has no \"class\""},
        {"[[driver]]\npath = \"x\"\nclass = \"x\"\n",
         "1: this [[driver]] must have either \"compatible\" or \"virtio\""},
        {DRIVER("1") "compatible = \"c\"\n", "1: this [[driver]] must have either \"compatible\" or \"virtio\""},
        {DRIVER("1") DRIVER("1"), "5: a second driver for the same devices: the first is in line 1"},
        {DRIVER("0"), "2: \"virtio\" must be a number from 1 to 65535"},
        {DRIVER("1") "priority = 210\n", "5: \"priority\" must be a number from 1 to 209"},
        {DRIVER("1") "dma = 513\n", "5: \"dma\" must be a number from 0 to 512"},
        {DRIVER("1") "session = \"x\"\n", "5: \"session\" must be \"ring\" or \"plain\""},
        {"[[driver]]\npath = 1\n", "2: \"path\" must be a text in quotes"},
        {"[[driver]]\npath = \"\"\n", "2: \"path\" must be a text in quotes"},
        {"[[driver]]\npath = \"0123456789012345678901234567890123\"\n", "2: \"path\" is longer than 31 bytes"},
    };
    for (const auto& [text, error] : cases) EXPECT_EQ(Parsed(text).error(), error);
    std::string many;
    for (unsigned i = 1; i <= DriverTable::kMaxDrivers + 1; i++) many += "[[driver]]\n";
    EXPECT_EQ(Parsed(many).error(), "17: more than 16 drivers");
}

/// Whatever is damaged, it is refused or read, and what is read can be used.
TEST(DriverTable, SurvivesDamage) {
    const std::string good = usual_file();
    ASSERT_FALSE(good.empty());
    std::mt19937 random(5);
    for (unsigned round = 0; round < 20'000; round++) {
        std::string text = good;
        for (unsigned i = random() % 4 + 1; i != 0; i--) text[random() % text.size()] = char(random());
        if (random() % 4 == 0) text.resize(random() % text.size());
        const Parsed parsed(text);
        if (!parsed.outcome) {
            EXPECT_NE(parsed.outcome.error().line, 0u);
            continue;
        }
        for (const DriverConfig& driver : parsed.table->drivers()) {
            EXPECT_FALSE(driver.path.empty());
            EXPECT_LE(driver.priority, DriverTable::kMaxPriority);
        }
    }
}

}  // namespace
}  // namespace glenda::unicorn
