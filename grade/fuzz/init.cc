// SPDX-License-Identifier: MIT
// What user/9ball/init_config.h promises about a configuration that `parse` has accepted.
#include <memory>

#include "9ball/init_config.h"
#include "parser.h"

namespace glenda::fuzz {

using nineball::InitConfig;
using nineball::ServiceConfig;

namespace {

void check_service(const ServiceConfig& service, std::span<const ServiceConfig> all) {
    expect(!service.name.empty() && !service.path.empty(), "a service has a name and a program");
    touch(service.name);
    touch(service.path);
    touch(service.provides);
    for (const auto* texts : {&service.args, &service.needs, &service.uses})
        for (const std::string_view text : texts->all()) touch(text);
    expect(service.priority >= 1 && service.priority <= InitConfig::kMaxServicePriority, "a priority that it may have");
    for (const ServiceConfig& other : all)
        expect(&other == &service || !other.devices || !service.devices, "one service has the devices");
    expect(service.needed.size() == service.needs.size(), "all that it needs is resolved");
    for (const unsigned need : service.needed.all()) expect(need < all.size(), "what it needs is there");
    for (const ServiceConfig& other : all) expect(&other == &service || other.name != service.name, "names are unique");
}

/// Starting what can be started, again and again, starts all.
void check_order(std::span<const ServiceConfig> all) {
    std::array<bool, InitConfig::kMaxServices> up{};
    for (std::size_t round = 0; round < all.size(); round++)
        for (std::size_t i = 0; i < all.size(); i++) {
            up[i] = true;
            for (const unsigned need : all[i].needed.all()) up[i] = up[i] && need != i && up[need];
        }
    for (std::size_t i = 0; i < all.size(); i++) expect(up[i], "needs have no cycle");
}

}  // namespace

bool init(Bytes file) {
    const auto config = std::make_unique<InitConfig>();
    if (const auto outcome = config->parse(as_text(file)); !outcome) {
        touch(outcome.error().what.view());
        expect(outcome.error().line <= file.size() + 1, "an error is in the file");
        return false;
    }
    for (const ServiceConfig& service : config->services()) check_service(service, config->services());
    check_order(config->services());
    return true;
}

}  // namespace glenda::fuzz
