// SPDX-License-Identifier: MIT
// Checks across the services of init.toml: names are unique, references resolve, and dependencies have no cycle.
#include "init_config.h"
#include "protocol/unicorn.h"

namespace glenda::nineball {

namespace {

template <typename... Args>
std::unexpected<ConfigError> refuse(const ServiceConfig& service, FormatString<std::type_identity_t<Args>...> format,
                                    const Args&... args) {
    return std::unexpected(ConfigError{service.line, FixedText<160>(format, args...)});
}

}  // namespace

std::expected<void, ConfigError> InitConfig::check() const {
    for (std::size_t i = 0; i < count_; i++) {
        if (Outcome good = check_alone(services_[i]); !good) return good;
        if (Outcome good = check_unique(i); !good) return good;
        if (Outcome good = check_uses(services_[i]); !good) return good;
    }
    return check_cycles();
}

std::expected<void, ConfigError> InitConfig::check_alone(const ServiceConfig& service) const {
    if (service.name.empty()) return refuse(service, "this [[service]] has no \"name\"");
    if (service.path.empty()) return refuse(service, "service \"{}\" has no \"path\"", service.name);
    if (service.limit != 0 && service.limit < service.memory)
        return refuse(service, "service \"{}\" has a \"limit\" below its \"memory\"", service.name);
    if (service.protocol != 0 && service.provides.empty())
        return refuse(service, "service \"{}\" has a \"protocol\", but \"provides\" nothing", service.name);
    for (const DeviceClass& each : kDeviceClasses) {
        if (service.protocol == each.number)
            return refuse(service, "service \"{}\" has the \"protocol\" of the devices \"{}\"", service.name,
                          each.name);
    }
    if (service.ready() == ReadyRule::Register && service.provides.empty())
        return refuse(service, "service \"{}\" is \"ready\" when it registers, but \"provides\" nothing", service.name);
    if (service.ready() == ReadyRule::Exit && service.restart == RestartRule::Always)
        return refuse(service, "service \"{}\" is \"ready\" when it ends, but \"restart\" is \"always\"", service.name);
    return {};
}

std::expected<void, ConfigError> InitConfig::check_unique(std::size_t index) const {
    const ServiceConfig& service = services_[index];
    for (std::size_t i = 0; i < index; i++) {
        const ServiceConfig& other = services_[i];
        if (other.name == service.name)
            return refuse(service, "a second service \"{}\": the first is in line {}", service.name, other.line);
        if (service.protocol != 0 && other.protocol == service.protocol)
            return refuse(service, "\"{}\" and \"{}\" both have \"protocol\" {}", other.name, service.name,
                          service.protocol);
        if (!service.provides.empty() && other.provides == service.provides)
            return refuse(service, "\"{}\" and \"{}\" both provide \"{}\"", other.name, service.name, service.provides);
        if (service.devices && other.devices)
            return refuse(service, "\"{}\" and \"{}\" both get the devices", other.name, service.name);
    }
    return {};
}

std::expected<void, ConfigError> InitConfig::check_uses(const ServiceConfig& service) const {
    for (std::string_view used : service.uses.all()) {
        const bool is_class = class_grant(used) != Grants::None;
        const ServiceConfig* source = nullptr;
        for (const ServiceConfig& other : services()) {
            if (other.provides == used || (is_class && other.devices)) source = &other;
        }
        if (source == nullptr)
            return refuse(service, "service \"{}\" uses \"{}\", which none provides", service.name, used);
        if (source->protocol == 0)
            return refuse(service, "service \"{}\" uses \"{}\", which has no \"protocol\"", service.name, used);
    }
    return {};
}

std::expected<void, ConfigError> InitConfig::resolve_needs(ServiceConfig& service) {
    for (std::string_view need : service.needs.all()) {
        std::size_t i = 0;
        while (i < count_ && services_[i].name != need) i++;
        if (i == count_) return refuse(service, "service \"{}\" needs \"{}\", which is not there", service.name, need);
        (void)service.needed.add(static_cast<unsigned>(i));  // has room for as many as `needs`
    }
    return {};
}

/// The class gives the priority that is not written, and bounds the one that is.
std::expected<void, ConfigError> InitConfig::resolve_priority(ServiceConfig& service) {
    constexpr unsigned kUsual = 100;
    const ServiceClass* const kind = service.kind;
    if (service.priority == 0) service.priority = kind == nullptr ? kUsual : kind->usual;
    if (kind != nullptr && (service.priority < kind->lowest || service.priority > kind->highest))
        return refuse(service, "service \"{}\" of class \"{}\" needs a \"priority\" from {} to {}", service.name,
                      kind->name, kind->lowest, kind->highest);
    return {};
}

/// Simulates starting the services: marks every service whose needs are up, until none is left or nothing changes. Each
/// service that remains needs another that remains, so following the needs leads into a cycle.
std::expected<void, ConfigError> InitConfig::check_cycles() const {
    // lab 4.5a {
    std::array<bool, kMaxServices> up{};
    const auto waits_for = [&](std::size_t index) {
        for (unsigned need : services_[index].needed.all()) {
            if (!up[need]) return static_cast<std::size_t>(need);
        }
        return kMaxServices;
    };
    for (bool progress = true; progress;) {
        progress = false;
        for (std::size_t i = 0; i < count_; i++) {
            if (up[i] || waits_for(i) != kMaxServices) continue;
            up[i] = progress = true;
        }
    }
    std::size_t at = 0;
    while (at < count_ && up[at]) at++;
    if (at == count_) return {};
    for (std::size_t step = 0; step < count_; step++) at = waits_for(at);  // now `at` is in the cycle
    ConfigError error{services_[at].line, FixedText<160>("\"{}\" needs ", services_[at].name)};
    std::size_t next = waits_for(at);
    for (; next != at; next = waits_for(next)) error.what.add("\"{}\", which needs ", services_[next].name);
    error.what.add("\"{}\": none can be first", services_[at].name);
    return std::unexpected(error);
    // lab 4.5a }
}

}  // namespace glenda::nineball
