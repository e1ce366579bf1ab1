// SPDX-License-Identifier: MIT
// init.toml: the services, their permissions, and their dependencies.
//
//     [[service]]
//     name = "uart"               # required; used in reports and in `needs`
//     path = "bin/uart"           # required; its file in the initrd
//     args = ["--fast"]           # after the program's name
//     needs = ["other"]           # services that must be up before this one starts
//     provides = "serial"         # the name that it registers
//     ready = "register"          # it is up once it has registered that (the default with `provides`),
//                                 # or "ready": once it says so (the default without),
//                                 # or "exit": once it has ended with status 0
//     protocol = 9                # the number of what it provides, 1 to 61: of 0x0900. Without it, nobody can use that
//     uses = ["other", "block"]   # what it, and what it starts, may ask for: names that services provide, and classes
//                                 # of devices (protocol/unicorn.h)
//     devices = true              # it gets all devices (protocol/unicorn_boot.h); one service at most
//     restart = "always"          # or "on-failure" (the default), or "never"
//     class = "system"            # "system": priorities 101 to 239, "interactive": 100, "normal": 81 to 99,
//                                 # usually 90, or "batch": 40, in longer turns
//     priority = 200              # 1 to 239, one of the class; the default is the class's usual one, or 100
//     memory = "640K"             # kept for it, whoever else wants memory: this is the default
//     limit = "16M"               # what it and its children may have at most; the default is no limit
//     cnode = 8                   # log2 of its number of slots, 6 to 12; the default is 6
//     console = true              # it may write to the kernel's console
//     power = true                # it may shut the machine down
//     stop = "3s"                 # how long it may take to stop: 1ms to 60s, the default is 3s
//     heartbeat = "2s"            # how long its loop may take to handle a message, or it is killed and
//                                 # restarted: 1ms to 60s; the default is any time
//     logger = true               # it may take the log over
//
// `parse` rejects an invalid file and names the line, so the users of a configuration need no checks: names are unique,
// `needs` and `uses` resolve, and `needs` has no cycle.
// This file makes no system calls: grade/unit/init_config_test.cc tests it on the host.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string_view>

#include "format/fixed_vector.h"
#include "format/toml.h"
#include "glenda/format.h"
#include "protocol/factotum.h"

namespace glenda::nineball {

enum class RestartRule : std::uint8_t { Always, OnFailure, Never };

/// When a service is up.
enum class ReadyRule : std::uint8_t { Register, Ready, Exit };

/// A range of priorities for one purpose.
struct ServiceClass {
    std::string_view name;
    unsigned lowest;
    unsigned highest;
    unsigned usual;  // 0: it must be said
    SchedClass sched;
};

struct ServiceConfig {
    static constexpr std::size_t kMaxTexts = 12;
    using Texts = FixedVector<std::string_view, kMaxTexts>;

    std::size_t line = 0;  // of [[service]]
    std::string_view name{};
    std::string_view path{};
    std::string_view provides{};  // empty: nothing
    Texts args{};
    Texts needs{};
    Texts uses{};
    FixedVector<unsigned, kMaxTexts> needed{};  // `needs` as indices of services
    RestartRule restart = RestartRule::OnFailure;
    std::optional<ReadyRule> ready_key{};  // as written
    const ServiceClass* kind = nullptr;    // "class"; null: not given
    unsigned priority = 0;                 // as written; after parse() never 0
    std::uint64_t memory = 640 * 1024;     // bytes
    std::uint64_t limit = 0;               // bytes; 0: none
    unsigned cnode_radix = 6;
    unsigned protocol = 0;  // 0: none
    unsigned stop_ms = 3000;
    bool devices = false;
    unsigned heartbeat_ms = 0;  // 0: never
    bool console = false;
    bool power = false;
    bool logger = false;

    bool may_use(std::string_view endpoint) const;
    /// The protocol of what it provides, such as 0x0900.
    std::uint64_t protocol_number() const { return std::uint64_t{protocol} * 0x100; }
    ReadyRule ready() const { return ready_key.value_or(provides.empty() ? ReadyRule::Ready : ReadyRule::Register); }
};

struct ConfigError {
    std::size_t line;
    FixedText<160> what;
};

class InitConfig {
public:
    static constexpr std::size_t kMaxServices = 16;
    static constexpr std::size_t kMaxText = 4096;  // all strings together
    static constexpr unsigned kMaxServicePriority = 239;

    /// Reads a whole file into an empty configuration and copies what it needs of `text`. After an error the
    /// configuration must not be used.
    std::expected<void, ConfigError> parse(std::string_view text);

    /// What a service may do, and have, beyond what every program may.
    Grants grants_of(const ServiceConfig& config) const;

    std::span<const ServiceConfig> services() const { return std::span(services_).first(count_); }

private:
    using Outcome = std::expected<void, ConfigError>;

    Outcome read_key(ServiceConfig& service, const TomlEvent& event);
    Outcome read_text(std::string_view& into, const TomlEvent& event);
    Outcome read_texts(ServiceConfig::Texts& into, const TomlEvent& event);
    Outcome read_restart(ServiceConfig& service, const TomlEvent& event);
    Outcome read_time(unsigned& milliseconds, const TomlEvent& event);
    Outcome read_ready(ServiceConfig& service, const TomlEvent& event);
    Outcome read_class(ServiceConfig& service, const TomlEvent& event);
    Outcome read_number(unsigned& into, unsigned lowest, unsigned highest, const TomlEvent& event);
    Outcome read_size(std::uint64_t& bytes, const TomlEvent& event);
    Outcome keep(std::string_view& into, const TomlString& string, std::size_t line);

    Outcome check() const;
    Outcome check_alone(const ServiceConfig& service) const;
    Outcome check_unique(std::size_t index) const;
    Outcome check_uses(const ServiceConfig& service) const;
    Outcome resolve_needs(ServiceConfig& service);
    Outcome resolve_priority(ServiceConfig& service);
    Outcome check_cycles() const;

    std::size_t count_ = 0;
    std::size_t text_used_ = 0;
    std::array<ServiceConfig, kMaxServices> services_{};
    std::array<char, kMaxText> text_{};
};

}  // namespace glenda::nineball
