// SPDX-License-Identifier: MIT
// Shows what a program can do with its own address space: `maps`. The other arguments break a rule, or reach a limit:
//   maps read|write|jump    touches memory without the right to
//   maps hole               touches what it has unmapped
//   maps many               has as many regions as it may
//   maps keep               the same, and keeps them until it is killed
//   maps full               has all memory
//   maps poor N             children in accounts of 1 to N pages map, make objects, and protect parts
#include <utility>

#include "expect.h"
#include "glenda/number.h"
#include "glenda/print.h"
#include "glenda/process.h"
#include "glenda/slots.h"
#include "util/bits.h"

using namespace glenda;

namespace {

constexpr std::uint64_t kPages = 8, kBytes = kPages * kPageSize;

std::uint64_t filled() {
    const std::uint64_t start = need(process::map(kBytes));
    for (std::uint64_t i = 0; i < kPages; i++) word(start + i * kPageSize) = i + 1;
    return start;
}

bool has(std::uint64_t start, std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t i = first; i < last; i++) {
        if (word(start + i * kPageSize) != i + 1) return false;
    }
    return true;
}

/// A piece is cut out of the middle, made anew, and the rights to another change to and fro.
void show() {
    const std::uint64_t start = filled();
    need(process::unmap(start + 2 * kPageSize, 3 * kPageSize));
    must(has(start, 0, 2) && has(start, 5, kPages), "what is beside a hole is lost");
    must(!process::protect(start, kBytes, MapFlags::Read), "a hole was protected");
    const std::uint64_t hole = start + 2 * kPageSize;
    must(need(process::map(3 * kPageSize, MapFlags::ReadWrite, MmapFlags::Fixed, hole)) == hole, "another address");
    must(word(hole) == 0 && word(hole + 2 * kPageSize) == 0, "new memory is not zero");

    need(process::protect(start, kBytes, MapFlags{}));
    need(process::protect(start, kBytes, MapFlags::Read));
    must(has(start, 0, 2) && has(start, 5, kPages), "a change of rights lost bytes");
    need(process::protect(start, kPageSize, MapFlags::ReadWrite));
    word(start) = 77;
    must(word(start) == 77, "a page cannot be written again");
    const std::uint64_t other = need(process::map(kBytes, MapFlags::ReadWrite, MmapFlags::Populate));
    must(other >= start + kBytes + kPageSize, "no free page between two maps");
    need(process::map(kBytes, MapFlags::ReadWrite, MmapFlags::Fixed, start));
    must(word(start) == 0, "a fixed map shows what was there");
    need(process::unmap(start, other + kBytes - start));
    print("maps: all as it should be\n");
}

constexpr std::uint64_t kSpan = 8192 * kPageSize;  // every other page of it can be a region of its own

/// Regions from `start` on, every other page, until one more is refused.
std::pair<std::uint64_t, AnyError> fill(std::uint64_t start) {
    for (std::uint64_t made = 0; made < kSpan / kPageSize / 2; made++) {
        const auto done = process::protect(start + 2 * made * kPageSize, kPageSize, MapFlags::ReadWrite);
        if (!done) return {made, done.error()};
    }
    return {kSpan / kPageSize / 2, ServerError::Broken};
}

void many() {
    const auto before = need(process::memory());
    const std::uint64_t start = need(process::map(kSpan, MapFlags{}));
    const auto [made, error] = fill(start);
    word(start) = 1;
    word(start + 2 * (made - 1) * kPageSize) = 1;
    need(process::unmap(start, kSpan));
    const auto after = need(process::memory());
    print("maps: {} of another kind, then {}; {} KiB more are charged\n", made, error,
          (after.reserved - before.reserved) / kKiB);
}

/// Each turn asks for one more, which is refused.
[[noreturn]] void keep() {
    const std::uint64_t start = need(process::map(kSpan, MapFlags{}));
    for (;;) {
        const auto [made, error] = fill(start);
        must(made < kSpan / kPageSize / 2 && error == AnyError(ServerError::TooMany), "as many as it wants");
    }
}

/// What is refused changes nothing: afterwards, as much can be had as before.
void full() {
    const std::uint64_t all = need(process::memory()).total;
    const auto most = [&] {
        std::uint64_t low = 0, high = all / kPageSize;
        while (low + 1 < high) {
            const std::uint64_t middle = (low + high) / 2;
            const auto start = process::map(middle * kPageSize);
            (start ? low : high) = middle;
            if (start) need(process::unmap(*start, middle * kPageSize));
        }
        return low;
    };
    const std::uint64_t first = most();
    must(process::map(2 * all).error() == AnyError(ServerError::OutOfMemory), "more than there is");
    must(most() == first, "a refusal took memory");
    const std::uint64_t start = need(process::map(first * kPageSize));
    must(!process::map(kBytes * 64) && !process::sbrk(kBytes * 64), "more than is left");
    for (std::uint64_t i = 0; i < first; i += 64) word(start + i * kPageSize) = 1;
    need(process::unmap(start, first * kPageSize));
    must(most() + 128 >= first, "memory is lost");
    print("maps: had {} MiB\n", first * kPageSize / kMiB);
}

/// There may be no memory for some of it. What was refused has changed nothing.
void try_to_map() {
    constexpr std::uint64_t kMany = 40;
    const auto map = process::map(kMany * kPageSize, MapFlags::ReadWrite, MmapFlags::Populate);
    if (is_done(map)) {
        for (std::uint64_t i = 0; i < kMany; i++) word(*map + i * kPageSize) = i;
        (void)is_done(process::protect(*map + kPageSize, kPageSize, MapFlags::Read));
        (void)is_done(process::unmap(*map + 5 * kPageSize, 10 * kPageSize));
        must(word(*map + 3 * kPageSize) == 3 && word(*map + 39 * kPageSize) == 39, "a map lost what was in it");
        (void)is_done(process::map(3 * kPageSize, MapFlags::Read, MmapFlags::Fixed, *map + 20 * kPageSize));
    }
    const auto heap = process::sbrk(9 * kPageSize);
    if (is_done(heap)) word(*heap - kPageSize) = 1;
    const auto object = process::create_memory(12, kSlotFirstFree);
    if (!is_done(object)) return;
    for (const MmapFlags flags : {MmapFlags::Shared, MmapFlags::None}) {
        const auto mapped = process::map_object(kSlotFirstFree, 0, 12 * kPageSize, MapFlags::ReadWrite, flags);
        if (is_done(mapped)) word(*mapped + 11 * kPageSize) = 12;
    }
    print("maps: has an object\n");
}

}  // namespace

int main(int argc, char** argv) {
    const std::string_view what = argc > 1 ? argv[1] : "";
    if (what.empty()) {
        show();
    } else if (what == "many") {
        many();
    } else if (what == "keep") {
        keep();
    } else if (what == "full") {
        full();
    } else if (what == "poor") {
        run_poor("maps", "try", argc > 2 ? to_number(argv[2]).value_or(0) : 0);
    } else if (what == "try") {
        try_to_map();
    } else if (what == "read") {
        return int(word(need(process::map(kBytes, MapFlags{})) + kPageSize));
    } else if (what == "write") {
        word(need(process::map(kBytes, MapFlags::Read))) = 1;
    } else if (what == "jump") {
        reinterpret_cast<void (*)()>(filled())();
    } else if (what == "hole") {
        const std::uint64_t start = filled();
        need(process::unmap(start + kPageSize, kPageSize));
        word(start + kPageSize) = 1;
    }
    return 0;
}
