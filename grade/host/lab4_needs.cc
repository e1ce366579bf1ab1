// SPDX-License-Identifier: MIT
// Lab 4, exercise 4.5: which needs of services can be met, and which services are named if they cannot.
#include <memory>
#include <string>
#include <vector>

#include "9ball/init_config.h"
#include "check.h"
#include "dice.h"

namespace glenda {

namespace {

using nineball::InitConfig;

struct Wanted {
    std::string name;
    std::vector<std::string> needs;
};

/// What parse() says of these services: "" if it accepts them.
std::string verdict(const std::vector<Wanted>& services, std::size_t* line = nullptr) {
    std::string text;
    for (const Wanted& service : services) {
        text += "[[service]]\nname = \"" + service.name + "\"\npath = \"bin/x\"\nneeds = [";
        for (const std::string& need : service.needs) text += "\"" + need + "\", ";
        text += "]\n";
    }
    const auto config = std::make_unique<InitConfig>();
    const auto outcome = config->parse(text);
    if (outcome) return "";
    if (line != nullptr) *line = outcome.error().line;
    return std::string(outcome.error().what.view());
}

void accepted() {
    EXPECT_EQ(verdict({{"a", {}}}), std::string());
    EXPECT_EQ(verdict({{"a", {"b"}}, {"b", {"c"}}, {"c", {}}}), std::string());
    EXPECT_EQ(verdict({{"a", {"b", "c"}}, {"b", {"d"}}, {"c", {"d"}}, {"d", {}}}), std::string());
}

void two_that_need_each_other() {
    std::size_t line = 0;
    const std::string said = verdict({{"x", {}}, {"a", {"b"}}, {"b", {"a"}}}, &line);
    const bool from_a = said == "\"a\" needs \"b\", which needs \"a\": none can be first" && line == 5;
    const bool from_b = said == "\"b\" needs \"a\", which needs \"b\": none can be first" && line == 9;
    EXPECT(from_a || from_b);
}

void one_that_needs_itself() {
    EXPECT_EQ(verdict({{"a", {"a"}}}), std::string("\"a\" needs \"a\": none can be first"));
}

/// Services that only wait for the cycle are not in it, whichever comes first in the file.
void who_waits_is_not_named() {
    for (const bool first : {true, false}) {
        std::vector<Wanted> services = {{"a", {"b"}}, {"b", {"c"}}, {"c", {"a"}}};
        const std::vector<Wanted> others = {{"waits", {"a"}}, {"waits-too", {"waits"}}};
        services.insert(first ? services.begin() : services.end(), others.begin(), others.end());
        const std::string said = verdict(services);
        EXPECT(said.find("waits") == said.npos);
        for (const char* const name : {"\"a\"", "\"b\"", "\"c\""}) EXPECT(said.find(name) != said.npos);
    }
}

/// A need of a cycle that is met is not part of it.
void met_needs_are_not_named() {
    const std::string said = verdict({{"good", {}}, {"a", {"good", "b"}}, {"b", {"good", "a"}}});
    EXPECT(said.find("good") == said.npos);
    EXPECT(said.find("\"a\" needs \"b\"") != said.npos || said.find("\"b\" needs \"a\"") != said.npos);
}

/// Whether there is an order in which each service comes after its needs: tried in the simplest way.
bool can_start(const std::vector<Wanted>& services) {
    std::vector<std::string> up;
    const auto is_up = [&](const std::string& name) {
        for (const std::string& one : up) {
            if (one == name) return true;
        }
        return false;
    };
    for (std::size_t round = 0; round < services.size(); round++) {
        for (const Wanted& service : services) {
            bool ready = !is_up(service.name);
            for (const std::string& need : service.needs) ready = ready && is_up(need);
            if (ready) up.push_back(service.name);
        }
    }
    return up.size() == services.size();
}

void random_needs() {
    test::Dice dice(4);
    for (unsigned round = 0; round < 400; round++) {
        std::vector<Wanted> services(2 + dice.below(9));
        for (std::size_t i = 0; i < services.size(); i++) {
            services[i].name = std::string(1, char('a' + i));
            for (unsigned n = dice.below(3); n != 0; n--)
                services[i].needs.push_back(std::string(1, char('a' + dice.below(services.size()))));
        }
        EXPECT_EQ(verdict(services).empty(), can_start(services));
    }
}

}  // namespace

}  // namespace glenda

int main(int argc, char** argv) {
    using namespace glenda;
    return host::run_cases(argc, argv,
                           {{"accepted", accepted},
                            {"two_that_need_each_other", two_that_need_each_other},
                            {"one_that_needs_itself", one_that_needs_itself},
                            {"who_waits_is_not_named", who_waits_is_not_named},
                            {"met_needs_are_not_named", met_needs_are_not_named},
                            {"random_needs", random_needs}});
}
