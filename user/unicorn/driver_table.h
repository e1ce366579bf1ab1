// SPDX-License-Identifier: MIT
// drivers.toml: which program drives which device.
//
//     [[driver]]
//     compatible = "ns16550a"  # for devices that the device tree calls so,
//     virtio = 2               # or for virtio devices of that kind: one of the two is required
//     path = "bin/uart"        # required; its file in the initrd
//     class = "serial"         # required; what clients look it up by
//     priority = 200           # 1 to 209; the default is 200
//     memory = 160             # pages that are kept for it, whoever else wants memory; the default is 160
//     dma = 3                  # pages of contiguous memory that the device can reach; the default is 0
//     session = "ring"         # clients open sessions with it: "ring" (user/driver/session_page.h) or "plain"
//
// `parse` refuses an invalid file and names the line. Unicorn then uses kUsualTable, with which a person can at least
// read what is wrong. This file makes no system calls: grade/unit/unicorn_table_test.cc tests it on the host.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <span>
#include <string_view>

#include "format/toml.h"
#include "glenda/format.h"

namespace glenda::unicorn {

enum class SessionKind : std::uint8_t {
    None,
    Plain,  // pages that client and driver share
    Ring,   // with a page of requests
};

struct DriverConfig {
    std::size_t line = 0;           // of [[driver]]
    std::string_view compatible{};  // empty: by virtio
    unsigned virtio = 0;            // 0: by compatible
    std::string_view path{};
    std::string_view device_class{};
    unsigned priority = 200;
    unsigned memory_pages = 160;
    unsigned dma_pages = 0;
    SessionKind session = SessionKind::None;
};

struct TableError {
    std::size_t line;
    FixedText<160> what;
};

constexpr std::string_view kUsualTable = R"([[driver]]
compatible = "ns16550a"
path = "bin/uart"
class = "serial"
dma = 19
)";

class DriverTable {
public:
    static constexpr std::size_t kMaxDrivers = 16;
    static constexpr std::size_t kMaxText = 2048;  // all strings together
    static constexpr unsigned kMaxPriority = 209;  // below Unicorn's
    static constexpr unsigned kMaxPages = 512;

    /// Reads a whole file into an empty table and copies what it needs of `text`. After an error the table must not be
    /// used.
    std::expected<void, TableError> parse(std::string_view text);

    std::span<const DriverConfig> drivers() const { return std::span(drivers_).first(count_); }
    /// The first driver for devices called `compatible`; null if there is none.
    const DriverConfig* for_compatible(std::string_view compatible) const;
    /// The first driver for virtio devices of kind `id`; null if there is none.
    const DriverConfig* for_virtio(unsigned id) const;

private:
    using Outcome = std::expected<void, TableError>;

    Outcome read_key(DriverConfig& driver, const TomlEvent& event);
    Outcome read_text(std::string_view& into, const TomlEvent& event);
    Outcome read_session(DriverConfig& driver, const TomlEvent& event);
    Outcome check() const;

    std::size_t count_ = 0;
    std::size_t text_used_ = 0;
    std::array<DriverConfig, kMaxDrivers> drivers_{};
    std::array<char, kMaxText> text_{};
};

}  // namespace glenda::unicorn
