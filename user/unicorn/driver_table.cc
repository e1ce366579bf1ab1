// SPDX-License-Identifier: MIT
// See driver_table.h.
#include "driver_table.h"

namespace glenda::unicorn {

namespace {

template <typename... Args>
std::unexpected<TableError> refuse(std::size_t line, FormatString<std::type_identity_t<Args>...> format,
                                   const Args&... args) {
    return std::unexpected(TableError{line, FixedText<160>(format, args...)});
}

std::expected<void, TableError> read_number(unsigned& into, const TomlEvent& event, unsigned least, unsigned most) {
    const std::optional<std::int64_t> number = event.value.integer();
    if (!number || *number < least || *number > most)
        return refuse(event.line, "\"{}\" must be a number from {} to {}", event.name, least, most);
    into = unsigned(*number);
    return {};
}

}  // namespace

std::expected<void, TableError> DriverTable::parse(std::string_view text) {
    TomlReader reader(text);
    for (;;) {
        const auto event = reader.next();
        if (!event) return refuse(event.error().where, "{}", event.error().what);
        if (!*event) return check();
        const TomlEvent& e = **event;
        if (e.kind == TomlEvent::Kind::KeyValue) {
            if (count_ == 0) return refuse(e.line, "key \"{}\" before the first [[driver]]", e.name);
            if (Outcome read = read_key(drivers_[count_ - 1], e); !read) return read;
            continue;
        }
        if (e.name != "driver") return refuse(e.line, "unknown table \"{}\"", e.name);
        if (e.kind == TomlEvent::Kind::Table) return refuse(e.line, "[driver] must be [[driver]]: there can be many");
        if (count_ == kMaxDrivers) return refuse(e.line, "more than {} drivers", kMaxDrivers);
        drivers_[count_++].line = e.line;
    }
}

std::expected<void, TableError> DriverTable::read_key(DriverConfig& driver, const TomlEvent& event) {
    const std::string_view key = event.name;
    if (key == "compatible") return read_text(driver.compatible, event);
    if (key == "virtio") return read_number(driver.virtio, event, 1, 0xffff);
    if (key == "path") return read_text(driver.path, event);
    if (key == "class") return read_text(driver.device_class, event);
    if (key == "priority") return read_number(driver.priority, event, 1, kMaxPriority);
    if (key == "memory") return read_number(driver.memory_pages, event, 1, 1 << 20);
    if (key == "dma") return read_number(driver.dma_pages, event, 0, kMaxPages);
    if (key == "session") return read_session(driver, event);
    return refuse(event.line, "unknown key \"{}\" in [[driver]]", key);
}

/// Texts are short and not empty. Copies the text, with its escapes resolved, into the table's own memory.
std::expected<void, TableError> DriverTable::read_text(std::string_view& into, const TomlEvent& event) {
    constexpr std::size_t kLongest = 31;
    const std::optional<TomlString> string = event.value.string();
    if (!string || string->size() == 0) return refuse(event.line, "\"{}\" must be a text in quotes", event.name);
    if (string->size() > kLongest) return refuse(event.line, "\"{}\" is longer than {} bytes", event.name, kLongest);
    const auto text = string->unescape_into(std::span(text_).subspan(text_used_));
    if (!text) return refuse(event.line, "more than {} bytes of texts", kMaxText);
    text_used_ += text->size();
    into = *text;
    return {};
}

std::expected<void, TableError> DriverTable::read_session(DriverConfig& driver, const TomlEvent& event) {
    const std::optional<TomlString> kind = event.value.string();
    if (kind && *kind == "plain")
        driver.session = SessionKind::Plain;
    else if (kind && *kind == "ring")
        driver.session = SessionKind::Ring;
    else
        return refuse(event.line, "\"session\" must be \"ring\" or \"plain\"");
    return {};
}

std::expected<void, TableError> DriverTable::check() const {
    for (const DriverConfig& driver : drivers()) {
        if (driver.path.empty()) return refuse(driver.line, "this [[driver]] has no \"path\"");
        if (driver.device_class.empty()) return refuse(driver.line, "this [[driver]] has no \"class\"");
        if (driver.compatible.empty() == (driver.virtio == 0))
            return refuse(driver.line, "this [[driver]] must have either \"compatible\" or \"virtio\"");
        const DriverConfig* const first =
            driver.virtio != 0 ? for_virtio(driver.virtio) : for_compatible(driver.compatible);
        if (first != &driver)
            return refuse(driver.line, "a second driver for the same devices: the first is in line {}", first->line);
    }
    return {};
}

const DriverConfig* DriverTable::for_compatible(std::string_view compatible) const {
    for (const DriverConfig& driver : drivers()) {
        if (!driver.compatible.empty() && driver.compatible == compatible) return &driver;
    }
    return nullptr;
}

const DriverConfig* DriverTable::for_virtio(unsigned id) const {
    for (const DriverConfig& driver : drivers()) {
        if (driver.virtio != 0 && driver.virtio == id) return &driver;
    }
    return nullptr;
}

}  // namespace glenda::unicorn
