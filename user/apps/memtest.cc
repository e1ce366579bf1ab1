// SPDX-License-Identifier: MIT
// Reserves N MiB, which allocates nothing, then writes and checks every page, which allocates them.
#include <cstdint>
#include <optional>

#include "glenda/print.h"
#include "glenda/process.h"
#include "util/bits.h"

using namespace glenda;

namespace {

std::optional<std::uint64_t> to_number(std::string_view text) {
    std::uint64_t value = 0;
    for (const char c : text) {
        if (c < '0' || c > '9' || value > 1'000'000) return std::nullopt;
        value = 10 * value + std::uint64_t(c - '0');
    }
    return text.empty() ? std::nullopt : std::optional(value);
}

/// KiB of memory allocated to this process, as PS reports it.
std::uint64_t resident() {
    const auto pid = process::get_pid();
    const auto list = process::list();
    if (!pid || !list) return 0;
    for (const ProcessInfo& line : *list) {
        if (line.pid == *pid) return line.resident / kKiB;
    }
    return 0;
}

constexpr std::uint64_t pattern(std::uint64_t address) { return address * 0x9e37'79b9'7f4a'7c15; }

}  // namespace

int main(int argc, char** argv) {
    const auto count = argc == 2 ? to_number(argv[1]) : std::nullopt;
    if (!count) {
        print("usage: memtest MIB\n");
        return 2;
    }
    const std::uint64_t size = *count * kMiB;
    const auto end = process::sbrk(std::int64_t(size));
    if (!end) {
        const std::string_view why = end.error() == ServerError::OutOfMemory ? "out of memory" : name_of(end.error());
        print("memtest: cannot reserve {} MiB: {}\n", *count, why);
        return 1;
    }
    print("memtest: {} MiB reserved, {} KiB resident\n", *count, resident());
    const std::uint64_t start = *end - size;
    for (std::uint64_t at = start; at < *end; at += kPageSize) *reinterpret_cast<std::uint64_t*>(at) = pattern(at);
    for (std::uint64_t at = start; at < *end; at += kPageSize) {
        const auto* words = reinterpret_cast<const volatile std::uint64_t*>(at);
        if (words[0] == pattern(at) && words[1] == 0) continue;
        print("memtest: wrong contents at {:#x}\n", at);
        return 1;
    }
    print("memtest: {} MiB written and checked, {} KiB resident\n", *count, resident());
    return 0;
}
