// SPDX-License-Identifier: MIT
// See child.h.
#include "child.h"

#include <array>

#include "glenda/environment.h"
#include "glenda/number.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "glenda/time.h"
#include "util/bits.h"

namespace glenda::bench {

namespace {

using Page = std::array<std::uint64_t, kPageSize / sizeof(std::uint64_t)>;

/// Constants on pages of their own, in the program's file, in whole groups of 16.
alignas(16 * kPageSize) constexpr std::array<Page, kTextPages> kText = [] {
    std::array<Page, kTextPages> text{};
    for (std::uint64_t i = 0; i < kTextPages; i++) text[i][0] = i + 1;
    return text;
}();

std::uint64_t read_text() {
    const std::uint64_t begin = read_cycle();
    for (const Page& page : kText) (void)*const_cast<const volatile std::uint64_t*>(page.data());
    return read_cycle() - begin;
}

int hold(std::uint64_t pages) {
    const auto end = process::sbrk(std::int64_t(pages * kPageSize));
    if (!end) return 1;
    touch(*end - pages * kPageSize, pages);
    (void)Notification(kSlotPassed).signal();
    for (;;) (void)environment().notification.wait();
}

}  // namespace

std::uint64_t touch(std::uint64_t address, std::uint64_t pages) {
    const std::uint64_t begin = read_cycle();
    for (std::uint64_t i = 0; i < pages; i++) *reinterpret_cast<volatile std::uint64_t*>(address + i * kPageSize) = 1;
    return read_cycle() - begin;
}

int run_child(std::string_view what, std::string_view argument) {
    if (what == kHold) return hold(to_number(argument).value_or(0));
    if (what == kTouchText) return int(read_text());
    return 2;
}

}  // namespace glenda::bench
