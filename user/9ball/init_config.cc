// SPDX-License-Identifier: MIT
// Reads init.toml key by key. init_check.cc checks that the services fit together.
#include "init_config.h"

#include <algorithm>

#include "glenda/number.h"
#include "glenda/slots.h"
#include "protocol/unicorn.h"
#include "util/bits.h"

namespace glenda::nineball {

namespace {

template <typename... Args>
std::unexpected<ConfigError> refuse(std::size_t line, FormatString<std::type_identity_t<Args>...> format,
                                    const Args&... args) {
    return std::unexpected(ConfigError{line, FixedText<160>(format, args...)});
}

std::unexpected<ConfigError> wrong_kind(const TomlEvent& event, const char* wanted) {
    return refuse(event.line, "\"{}\" must be {}", event.name, wanted);
}

std::expected<void, ConfigError> read_flag(bool& into, const TomlEvent& event) {
    const std::optional<bool> value = event.value.boolean();
    if (!value) return wrong_kind(event, "true or false");
    into = *value;
    return {};
}

/// A number with a unit, such as "250ms".
struct Measure {
    std::uint64_t number;
    std::string_view unit;
};

std::optional<Measure> read_measure(const TomlEvent& event, std::span<char> buffer) {
    const std::optional<TomlString> string = event.value.string();
    const auto text = string ? string->unescape_into(buffer) : std::nullopt;
    if (!text) return std::nullopt;
    const std::size_t size = text->size(), digits = std::min(size, text->find_first_not_of("0123456789"));
    const auto number = to_number({text->data(), digits});
    if (!number) return std::nullopt;
    return Measure{*number, {text->data() + digits, size - digits}};
}

constexpr unsigned kMaxProtocol = 61;  // of Grants' bits
constexpr ServiceClass kClasses[] = {{"system", 101, 239, 0, SchedClass::System},
                                     {"interactive", 100, 100, 100, SchedClass::Interactive},
                                     {"normal", 81, 99, 90, SchedClass::Normal},
                                     {"batch", 40, 40, 40, SchedClass::Batch}};

}  // namespace

bool ServiceConfig::may_use(std::string_view endpoint) const {
    for (std::string_view used : uses.all()) {
        if (used == endpoint) return true;
    }
    return false;
}

/// Whoever may have devices of a class may also ask for the service that hands them out.
Grants InitConfig::grants_of(const ServiceConfig& config) const {
    // lab 4.8a {
    Grants grants = Grants::None, classes = Grants::None;
    if (config.power) grants = grants | Grants::Power;
    if (config.devices) grants = grants | Grants::Dma;
    for (std::string_view used : config.uses.all()) classes = classes | class_grant(used);
    for (const ServiceConfig& other : services()) {
        if (other.protocol == 0) continue;
        const bool is_source = other.devices && classes != Grants::None;
        if (is_source || config.may_use(other.provides)) grants = grants | service_grant(other.protocol);
    }
    return grants | classes;
    // lab 4.8a }
}

std::expected<void, ConfigError> InitConfig::parse(std::string_view text) {
    TomlReader reader(text);
    for (;;) {
        const auto event = reader.next();
        if (!event) return refuse(event.error().where, "{}", event.error().what);
        if (!*event) break;
        const TomlEvent& e = **event;
        if (e.kind == TomlEvent::Kind::KeyValue) {
            if (count_ == 0) return refuse(e.line, "key \"{}\" before the first [[service]]", e.name);
            if (Outcome read = read_key(services_[count_ - 1], e); !read) return read;
            continue;
        }
        if (e.name != "service") return refuse(e.line, "unknown table \"{}\"", e.name);
        if (e.kind == TomlEvent::Kind::Table) return refuse(e.line, "[service] must be [[service]]: there can be many");
        if (count_ == kMaxServices) return refuse(e.line, "more than {} services", kMaxServices);
        services_[count_++].line = e.line;
    }
    for (std::size_t i = 0; i < count_; i++) {
        if (Outcome resolved = resolve_needs(services_[i]); !resolved) return resolved;
        if (Outcome resolved = resolve_priority(services_[i]); !resolved) return resolved;
    }
    return check();
}

std::expected<void, ConfigError> InitConfig::read_key(ServiceConfig& service, const TomlEvent& event) {
    const std::string_view key = event.name;
    if (key == "name") return read_text(service.name, event);
    if (key == "path") return read_text(service.path, event);
    if (key == "provides") return read_text(service.provides, event);
    if (key == "args") return read_texts(service.args, event);
    if (key == "needs") return read_texts(service.needs, event);
    if (key == "uses") return read_texts(service.uses, event);
    if (key == "devices") return read_flag(service.devices, event);
    if (key == "restart") return read_restart(service, event);
    if (key == "ready") return read_ready(service, event);
    if (key == "class") return read_class(service, event);
    if (key == "priority") return read_number(service.priority, 1, kMaxServicePriority, event);
    if (key == "memory") return read_size(service.memory, event);
    if (key == "limit") return read_size(service.limit, event);
    if (key == "protocol") return read_number(service.protocol, 1, kMaxProtocol, event);
    if (key == "cnode") return read_number(service.cnode_radix, kProcessCNodeRadix, kMaxProcessCNodeRadix, event);
    if (key == "stop") return read_time(service.stop_ms, event);
    if (key == "heartbeat") return read_time(service.heartbeat_ms, event);
    if (key == "console") return read_flag(service.console, event);
    if (key == "power") return read_flag(service.power, event);
    if (key == "logger") return read_flag(service.logger, event);
    return refuse(event.line, "unknown key \"{}\" in [[service]]", key);
}

/// Names and paths: short and not empty.
std::expected<void, ConfigError> InitConfig::read_text(std::string_view& into, const TomlEvent& event) {
    constexpr std::size_t kLongest = 31;
    const std::optional<TomlString> string = event.value.string();
    if (!string) return wrong_kind(event, "a text in quotes");
    if (string->size() == 0) return wrong_kind(event, "a text that is not empty");
    if (string->size() > kLongest) return refuse(event.line, "\"{}\" is longer than {} bytes", event.name, kLongest);
    return keep(into, *string, event.line);
}

std::expected<void, ConfigError> InitConfig::read_texts(ServiceConfig::Texts& into, const TomlEvent& event) {
    std::optional<TomlArray> array = event.value.array();
    if (!array) return wrong_kind(event, "a list of texts, such as [\"a\", \"b\"]");
    while (const std::optional<TomlValue> element = array->next()) {
        const std::optional<TomlString> string = element->string();
        if (!string) return wrong_kind(event, "a list of texts, such as [\"a\", \"b\"]");
        std::string_view text;
        if (Outcome kept = keep(text, *string, event.line); !kept) return kept;
        if (!into.add(text))
            return refuse(event.line, "\"{}\" lists more than {} texts", event.name, ServiceConfig::kMaxTexts);
    }
    return {};
}

std::expected<void, ConfigError> InitConfig::read_restart(ServiceConfig& service, const TomlEvent& event) {
    const std::optional<TomlString> rule = event.value.string();
    if (rule && *rule == "always")
        service.restart = RestartRule::Always;
    else if (rule && *rule == "on-failure")
        service.restart = RestartRule::OnFailure;
    else if (rule && *rule == "never")
        service.restart = RestartRule::Never;
    else
        return wrong_kind(event, "\"always\", \"on-failure\" or \"never\"");
    return {};
}

std::expected<void, ConfigError> InitConfig::read_ready(ServiceConfig& service, const TomlEvent& event) {
    const std::optional<TomlString> rule = event.value.string();
    if (rule && *rule == "register")
        service.ready_key = ReadyRule::Register;
    else if (rule && *rule == "ready")
        service.ready_key = ReadyRule::Ready;
    else if (rule && *rule == "exit")
        service.ready_key = ReadyRule::Exit;
    else
        return wrong_kind(event, "\"register\", \"ready\" or \"exit\"");
    return {};
}

std::expected<void, ConfigError> InitConfig::read_class(ServiceConfig& service, const TomlEvent& event) {
    const std::optional<TomlString> name = event.value.string();
    for (const ServiceClass& kind : kClasses) {
        if (!name || *name != kind.name) continue;
        service.kind = &kind;
        return {};
    }
    return wrong_kind(event, "\"system\", \"interactive\", \"normal\" or \"batch\"");
}

std::expected<void, ConfigError> InitConfig::read_number(unsigned& into, unsigned lowest, unsigned highest,
                                                         const TomlEvent& event) {
    const std::optional<std::int64_t> number = event.value.integer();
    if (!number || *number < lowest || *number > highest)
        return refuse(event.line, "\"{}\" must be a number from {} to {}", event.name, lowest, highest);
    into = static_cast<unsigned>(*number);
    return {};
}

/// A size such as "640K" or "4M".
std::expected<void, ConfigError> InitConfig::read_size(std::uint64_t& bytes, const TomlEvent& event) {
    constexpr std::uint64_t kMost = 64 * kGiB;
    char buffer[16];
    const auto size = read_measure(event, buffer);
    const std::string_view unit = size ? size->unit : "";
    const std::uint64_t factor = unit == "K" ? kKiB : unit == "M" ? kMiB : unit == "G" ? kGiB : 0;
    if (factor == 0 || size->number > kMost / factor || size->number * factor < kPageSize ||
        size->number * factor % kPageSize != 0)
        return wrong_kind(event, "a size from \"4K\" to \"64G\", in whole pages of 4K");
    bytes = size->number * factor;
    return {};
}

/// A time such as "3s" or "250ms".
std::expected<void, ConfigError> InitConfig::read_time(unsigned& milliseconds, const TomlEvent& event) {
    constexpr std::uint64_t kLongest = 60'000;
    char buffer[8];
    const auto time = read_measure(event, buffer);
    const std::string_view unit = time ? time->unit : "";
    const std::uint64_t factor = unit == "s" ? 1000 : unit == "ms" ? 1 : 0;
    if (factor == 0 || time->number == 0 || time->number > kLongest / factor)
        return wrong_kind(event, "a time from \"1ms\" to \"60s\"");
    milliseconds = unsigned(time->number * factor);
    return {};
}

/// Copies a string, with its escapes resolved, into the configuration's own memory.
std::expected<void, ConfigError> InitConfig::keep(std::string_view& into, const TomlString& string, std::size_t line) {
    const auto text = string.unescape_into(std::span(text_).subspan(text_used_));
    if (!text) return refuse(line, "more than {} bytes of texts", kMaxText);
    text_used_ += text->size();
    into = *text;
    return {};
}

}  // namespace glenda::nineball
