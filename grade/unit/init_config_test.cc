// SPDX-License-Identifier: MIT
// init.toml: what is accepted, and what it means. Shows B4.
#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <random>
#include <sstream>
#include <string>

#include "init_config_fixture.h"
#include "protocol/unicorn.h"

namespace glenda::nineball {
namespace {

constexpr const char* kGood = R"(# comment
[[service]]
name = "uart"
path = "bin/uart"
provides = "serial"
protocol = 48
devices = true
priority = 200
restart = "always"
console = true

[[service]]
name = "console"
path = "bin/console"
args = ["-v", "say \"hi\""]
needs = ["uart"]
uses = ["serial"]
restart = "never"
power = true
stop = "250ms"
)";

TEST(InitConfig, ReadsEveryKey) {
    const Parsed parsed(kGood);
    ASSERT_EQ(parsed.error(), "");
    const auto services = parsed.config->services();
    ASSERT_EQ(services.size(), 2u);
    EXPECT_EQ(services[0].name, "uart");
    EXPECT_EQ(services[0].line, 2u);
    EXPECT_EQ(services[0].path, "bin/uart");
    EXPECT_EQ(services[0].provides, "serial");
    EXPECT_TRUE(services[0].devices);
    EXPECT_FALSE(services[1].devices);
    EXPECT_EQ(services[0].priority, 200u);
    EXPECT_EQ(services[0].restart, RestartRule::Always);
    EXPECT_TRUE(services[0].console);
    EXPECT_FALSE(services[0].power);
    EXPECT_EQ(services[0].stop_ms, 3000u);
    EXPECT_EQ(services[1].stop_ms, 250u);
    EXPECT_EQ(services[0].ready(), ReadyRule::Register);
    EXPECT_EQ(services[1].ready(), ReadyRule::Ready);
    EXPECT_EQ(services[1].args.all()[1], "say \"hi\"");
    EXPECT_EQ(services[1].needed.all()[0], 0u);
    EXPECT_TRUE(services[1].may_use("serial"));
    EXPECT_FALSE(services[1].may_use("disk"));
    EXPECT_EQ(services[1].restart, RestartRule::Never);
    EXPECT_EQ(services[1].priority, 100u);
    EXPECT_TRUE(services[1].power);
}

TEST(InitConfig, ReadsWhenAServiceIsReady) {
    const Parsed parsed(SERVICE("a") "ready = \"exit\"\n" SERVICE("b") "provides = \"b\"\nready = \"ready\"\n" SERVICE(
        "c") "ready = \"register\"\nprovides = \"c\"\n");
    ASSERT_EQ(parsed.error(), "");
    EXPECT_EQ(parsed.config->services()[0].ready(), ReadyRule::Exit);
    EXPECT_EQ(parsed.config->services()[1].ready(), ReadyRule::Ready);
    EXPECT_EQ(parsed.config->services()[2].ready(), ReadyRule::Register);
}

TEST(InitConfig, NothingIsNoService) {
    const Parsed parsed("");
    EXPECT_EQ(parsed.error(), "");
    EXPECT_TRUE(parsed.config->services().empty());
}

TEST(InitConfig, TheTextMayGoAway) {
    auto text = std::make_unique<std::string>(kGood);
    const Parsed parsed(*text);
    text.reset();
    EXPECT_EQ(parsed.config->services()[1].name, "console");
}

TEST(InitConfig, TheSystemsOwnFileIsGood) {
    std::ifstream file("user/init.toml");
    if (!file) GTEST_SKIP() << "not run from the top of the repository";
    std::stringstream text;
    text << file.rdbuf();
    EXPECT_EQ(Parsed(text.str()).error(), "");
}

TEST(InitConfig, WhatIsUsedMayBeRequested) {
    const Parsed parsed(SERVICE("a") "provides = \"x\"\nprotocol = 8\n" SERVICE(
        "b") "provides = \"y\"\nprotocol = 61\npower = true\n" SERVICE("c") "uses = [\"x\", \"y\"]\n");
    ASSERT_EQ(parsed.error(), "");
    const auto services = parsed.config->services();
    EXPECT_EQ(services[0].protocol_number(), 0x0800u);
    EXPECT_EQ(parsed.config->grants_of(services[2]), service_grant(8) | service_grant(61));
    EXPECT_EQ(parsed.config->grants_of(services[1]), Grants::Power);
    EXPECT_EQ(parsed.config->grants_of(services[0]), Grants::None);
}

/// A class of devices, and with it who hands them out. Who uses only that one may see what there is, and have nothing.
TEST(InitConfig, DevicesAreGrantedByClass) {
    const Parsed parsed(SERVICE("a") "provides = \"devices\"\nprotocol = 3\ndevices = true\n" SERVICE(
        "b") "uses = [\"block\", \"9p\"]\n" SERVICE("c") "uses = [\"devices\"]\n");
    ASSERT_EQ(parsed.error(), "");
    const auto services = parsed.config->services();
    EXPECT_EQ(parsed.config->grants_of(services[0]), Grants::Dma);
    EXPECT_EQ(parsed.config->grants_of(services[1]), service_grant(3) | service_grant(10) | service_grant(16));
    EXPECT_EQ(parsed.config->grants_of(services[2]), service_grant(3));
}

TEST(InitConfig, ABadgeTellsTheClasses) {
    const auto badge = client_badge(77, class_grant("block") | class_grant("9p") | service_grant(3) | Grants::Power);
    EXPECT_EQ(pid_of_client(badge), 77u);
    for (const DeviceClass& each : kDeviceClasses)
        EXPECT_EQ(may_have(badge, each.name), each.name == "block" || each.name == "9p") << each.name;
    EXPECT_FALSE(may_have(badge, "no such class"));
    EXPECT_FALSE(may_have(badge | std::uint64_t{1} << 40, "block")) << "a driver is no client";
}

TEST(InitConfig, ReadsMemoryAndPriorities) {
    const Parsed parsed(SERVICE("a") "memory = \"4M\"\nlimit = \"1G\"\ncnode = 12\nclass = \"batch\"\n" SERVICE(
        "b") "class = \"system\"\npriority = 239\n" SERVICE("c") "class = \"normal\"\n" SERVICE("d")
                            SERVICE("e") "priority = 1\n");
    ASSERT_EQ(parsed.error(), "");
    const auto services = parsed.config->services();
    EXPECT_EQ(services[0].memory, 4u << 20);
    EXPECT_EQ(services[0].limit, 1u << 30);
    EXPECT_EQ(services[0].cnode_radix, 12u);
    EXPECT_EQ(services[3].memory, 640u << 10);
    EXPECT_EQ(services[3].limit, 0u);
    EXPECT_EQ(services[3].cnode_radix, 6u);
    const unsigned priorities[] = {40, 239, 90, 100, 1};
    for (std::size_t i = 0; i < services.size(); i++) EXPECT_EQ(services[i].priority, priorities[i]) << i;
}

TEST(InitConfig, RefusesTooManyServicesAndTooMuchText) {
    std::string many;
    for (unsigned i = 0; i <= InitConfig::kMaxServices; i++)
        many += "[[service]]\nname = \"s" + std::to_string(i) + "\"\npath = \"p\"\n";
    EXPECT_EQ(Parsed(many).error(), "49: more than 16 services");
    std::string long_text = "[[service]]\nname = \"a\"\npath = \"p\"\nargs = [\"" + std::string(4100, 'x') + "\"]\n";
    EXPECT_EQ(Parsed(long_text).error(), "4: more than 4096 bytes of texts");
}

/// Dependencies without a cycle are accepted, those with one are refused.
TEST(InitConfig, FindsCirclesAsAModelDoes) {
    std::mt19937 random(5);
    for (unsigned round = 0; round < 500; round++) {
        const unsigned count = 1 + random() % 8;
        bool edge[8][8] = {};
        std::string text;
        for (unsigned i = 0; i < count; i++) {
            text += "[[service]]\nname = \"s" + std::to_string(i) + "\"\npath = \"p\"\nneeds = [";
            for (unsigned j = 0; j < count; j++) {
                if (random() % 6 != 0) continue;
                edge[i][j] = true;
                text += "\"s" + std::to_string(j) + "\",";
            }
            text += "]\n";
        }
        for (unsigned k = 0; k < count; k++)
            for (unsigned i = 0; i < count; i++)
                for (unsigned j = 0; j < count; j++) edge[i][j] = edge[i][j] || (edge[i][k] && edge[k][j]);
        bool circle = false;
        for (unsigned i = 0; i < count; i++) circle = circle || edge[i][i];
        EXPECT_EQ(Parsed(text).error().ends_with("none can be first"), circle) << text;
    }
}

/// Damaged files are refused or accepted, and do no other harm (under the sanitizers).
TEST(InitConfig, SurvivesDamage) {
    std::mt19937 random(7);
    const std::string good = kGood;
    for (unsigned round = 0; round < 3000; round++) {
        std::string text = good;
        for (unsigned i = 0; i < 1 + random() % 3; i++) {
            const std::size_t at = random() % text.size();
            if (random() % 2 == 0)
                text[at] = static_cast<char>(random());
            else
                text.erase(at, 1 + random() % 20);
        }
        const Parsed parsed(text);
        if (!parsed.outcome) {
            EXPECT_GE(parsed.outcome.error().line, 1u);
        }
    }
}

}  // namespace
}  // namespace glenda::nineball
