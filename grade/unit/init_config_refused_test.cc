// SPDX-License-Identifier: MIT
// init.toml: what is refused, at which line, and why. Shows B4.
#include <gtest/gtest.h>

#include "init_config_fixture.h"

namespace glenda::nineball {
namespace {

struct Refused {
    const char* text;
    const char* error;
};

class InitConfigRefuses : public testing::TestWithParam<Refused> {};

TEST_P(InitConfigRefuses, WithLineAndReason) { EXPECT_EQ(Parsed(GetParam().text).error(), GetParam().error); }

constexpr const char* kNoRule = "4: \"ready\" must be \"register\", \"ready\" or \"exit\"";
INSTANTIATE_TEST_SUITE_P(
    Readiness, InitConfigRefuses,
    testing::Values(Refused{SERVICE("a") "ready = true\n", kNoRule}, Refused{SERVICE("a") "ready = \"up\"\n", kNoRule},
                    Refused{SERVICE("a") "ready = \"register\"\n",
                            "1: service \"a\" is \"ready\" when it registers, but \"provides\" nothing"},
                    Refused{SERVICE("a") "ready = \"exit\"\nrestart = \"always\"\n",
                            "1: service \"a\" is \"ready\" when it ends, but \"restart\" is \"always\""}));

constexpr const char* kNoTime = "4: \"stop\" must be a time from \"1ms\" to \"60s\"";
INSTANTIATE_TEST_SUITE_P(
    Times, InitConfigRefuses,
    testing::Values(Refused{SERVICE("a") "stop = 3\n", kNoTime}, Refused{SERVICE("a") "stop = \"3\"\n", kNoTime},
                    Refused{SERVICE("a") "stop = \"s\"\n", kNoTime}, Refused{SERVICE("a") "stop = \"\"\n", kNoTime},
                    Refused{SERVICE("a") "stop = \"0s\"\n", kNoTime}, Refused{SERVICE("a") "stop = \"61s\"\n", kNoTime},
                    Refused{SERVICE("a") "stop = \"60001ms\"\n", kNoTime},
                    Refused{SERVICE("a") "stop = \"-1s\"\n", kNoTime},
                    Refused{SERVICE("a") "stop = \"1 s\"\n", kNoTime},
                    Refused{SERVICE("a") "stop = \"18446744073709551615s\"\n", kNoTime}));

constexpr const char* kNoSize = "4: \"memory\" must be a size from \"4K\" to \"64G\", in whole pages of 4K";
constexpr const char* kNoClass = "4: \"class\" must be \"system\", \"interactive\", \"normal\" or \"batch\"";
INSTANTIATE_TEST_SUITE_P(
    Shares, InitConfigRefuses,
    testing::Values(
        Refused{SERVICE("a") "memory = 4\n", kNoSize}, Refused{SERVICE("a") "memory = \"\"\n", kNoSize},
        Refused{SERVICE("a") "memory = \"4\"\n", kNoSize}, Refused{SERVICE("a") "memory = \"M\"\n", kNoSize},
        Refused{SERVICE("a") "memory = \"0M\"\n", kNoSize}, Refused{SERVICE("a") "memory = \"3K\"\n", kNoSize},
        Refused{SERVICE("a") "memory = \"6K\"\n", kNoSize}, Refused{SERVICE("a") "memory = \"65G\"\n", kNoSize},
        Refused{SERVICE("a") "memory = \"17592186044416M\"\n", kNoSize},
        Refused{SERVICE("a") "memory = \"18446744073709551616K\"\n", kNoSize},
        Refused{SERVICE("a") "memory = \"4MB\"\n", kNoSize}, Refused{SERVICE("a") "memory = \"-4M\"\n", kNoSize},
        Refused{SERVICE("a") "memory = \"4M\"\nlimit = \"2M\"\n",
                "1: service \"a\" has a \"limit\" below its \"memory\""},
        Refused{SERVICE("a") "cnode = 5\n", "4: \"cnode\" must be a number from 6 to 12"},
        Refused{SERVICE("a") "cnode = 13\n", "4: \"cnode\" must be a number from 6 to 12"},
        Refused{SERVICE("a") "class = \"fast\"\n", kNoClass}, Refused{SERVICE("a") "class = 1\n", kNoClass},
        Refused{SERVICE("a") "class = \"system\"\n",
                "1: service \"a\" of class \"system\" needs a \"priority\" from 101 to 239"},
        Refused{SERVICE("a") "class = \"batch\"\npriority = 200\n",
                "1: service \"a\" of class \"batch\" needs a \"priority\" from 40 to 40"},
        Refused{SERVICE("a") "class = \"normal\"\npriority = 100\n",
                "1: service \"a\" of class \"normal\" needs a \"priority\" from 81 to 99"}));

constexpr const char* kNoBeat = "4: \"heartbeat\" must be a time from \"1ms\" to \"60s\"";
INSTANTIATE_TEST_SUITE_P(Heartbeats, InitConfigRefuses,
                         testing::Values(Refused{SERVICE("a") "heartbeat = 2\n", kNoBeat},
                                         Refused{SERVICE("a") "heartbeat = \"0ms\"\n", kNoBeat}));

INSTANTIATE_TEST_SUITE_P(
    Mistakes, InitConfigRefuses,
    testing::Values(
        Refused{SERVICE("a") "pth = \"x\"\n", "4: unknown key \"pth\" in [[service]]"},
        Refused{"name = \"a\"\n", "1: key \"name\" before the first [[service]]"},
        Refused{"[service]\n", "1: [service] must be [[service]]: there can be many"},
        Refused{"[[daemon]]\n", "1: unknown table \"daemon\""},
        Refused{"\n[[service]]\npath = \"bin/a\"\n", "2: this [[service]] has no \"name\""},
        Refused{"[[service]]\nname = \"a\"\n", "1: service \"a\" has no \"path\""},
        Refused{"[[service]]\nname = 3\n", "2: \"name\" must be a text in quotes"},
        Refused{"[[service]]\nname = \"\"\n", "2: \"name\" must be a text that is not empty"},
        Refused{"[[service]]\nname = \"abcdefghijklmnopqrstuvwxyzabcdef\"\n", "2: \"name\" is longer than 31 bytes"},
        Refused{SERVICE("a") "args = \"x\"\n", "4: \"args\" must be a list of texts, such as [\"a\", \"b\"]"},
        Refused{SERVICE("a") "args = [1]\n", "4: \"args\" must be a list of texts, such as [\"a\", \"b\"]"},
        Refused{
            SERVICE("a") "args = [\"1\",\"2\",\"3\",\"4\",\"5\",\"6\",\"7\",\"8\",\"9\",\"10\",\"11\",\"12\",\"13\"]\n",
            "4: \"args\" lists more than 12 texts"},
        Refused{SERVICE("a") "priority = 240\n", "4: \"priority\" must be a number from 1 to 239"},
        Refused{SERVICE("a") "priority = \"high\"\n", "4: \"priority\" must be a number from 1 to 239"},
        Refused{SERVICE("a") "restart = \"often\"\n", "4: \"restart\" must be \"always\", \"on-failure\" or \"never\""},
        Refused{SERVICE("a") "power = 1\n", "4: \"power\" must be true or false"},
        Refused{SERVICE("a") SERVICE("a"), "4: a second service \"a\": the first is in line 1"},
        Refused{SERVICE("a") "provides = \"x\"\n" SERVICE("b") "provides = \"x\"\n",
                "5: \"a\" and \"b\" both provide \"x\""},
        Refused{SERVICE("a") "uses = [\"disk\"]\n", "1: service \"a\" uses \"disk\", which none provides"},
        Refused{SERVICE("a") "needs = [\"b\"]\n", "1: service \"a\" needs \"b\", which is not there"},
        Refused{SERVICE("a") "needs = [\"a\"]\n", "1: \"a\" needs \"a\": none can be first"},
        Refused{SERVICE("z") "needs = [\"a\"]\n" SERVICE("a") "needs = [\"b\"]\n" SERVICE(
                    "b") "needs = [\"c\"]\n" SERVICE("c") "needs = [\"a\"]\n",
                "5: \"a\" needs \"b\", which needs \"c\", which needs \"a\": none can be first"},
        Refused{SERVICE("a") "devices = true\n" SERVICE("b") "devices = true\n",
                "5: \"a\" and \"b\" both get the devices"},
        Refused{SERVICE("a") "uses = [\"block\"]\n", "1: service \"a\" uses \"block\", which none provides"},
        Refused{SERVICE("a") "provides = \"x\"\n" SERVICE("b") "uses = [\"x\"]\n",
                "5: service \"b\" uses \"x\", which has no \"protocol\""},
        Refused{SERVICE("a") "provides = \"x\"\nprotocol = 10\n",
                "1: service \"a\" has the \"protocol\" of the devices \"block\""}));

TEST(InitConfig, RefusesWhatIsNoToml) {
    EXPECT_TRUE(Parsed("[[service]]\nname = \"a\n").error().starts_with("2: "));
    EXPECT_TRUE(Parsed("[[service]]\nname\n").error().starts_with("2: "));
    EXPECT_TRUE(Parsed("\x7f"
                       "ELF")
                    .error()
                    .starts_with("1: "));
}

}  // namespace
}  // namespace glenda::nineball
