// SPDX-License-Identifier: MIT
// Reads and writes a disk, with many requests in flight. Blocks are of 4 KiB; the content of block n from seed s can be
// computed by anybody (`fill_page`), so the host can check what is in the image.
//
//     run disk                            how large it is
//     run disk write SEED FIRST COUNT     writes blocks from a seed, and flushes
//     run disk check SEED FIRST COUNT     reads them again, and compares
//     run disk copy FROM TO COUNT         copies blocks, and flushes
//     run disk sum FIRST COUNT            a checksum over blocks
//     run disk read FIRST COUNT DEPTH     reads blocks, so many in flight, and does not look at them
//     run disk soak SEED BLOCKS DRIVERS   writes and checks in a wild order, until so many drivers have served it,
//                                         and at least so many rounds
#include "driver/process/disk.h"

#include <array>
#include <cstring>

#include "glenda/number.h"
#include "glenda/print.h"
#include "util/bits.h"

using namespace glenda;
using namespace glenda::driver;

namespace {

constexpr unsigned kDepth = 32;  // requests in flight, each with a page of its own
constexpr unsigned kWords = kPageSize / sizeof(std::uint64_t);

Disk disk;

std::uint64_t* words_of(unsigned page) { return reinterpret_cast<std::uint64_t*>(disk.page(page)); }

/// Word w of block n from seed s: s * 1,000,000,007 + n * 1,000,003 + w.
void fill_page(unsigned page, std::uint64_t seed, std::uint64_t block) {
    for (unsigned i = 0; i < kWords; i++) words_of(page)[i] = seed * 1'000'000'007 + block * 1'000'003 + i;
}

bool is_filled(unsigned page, std::uint64_t seed, std::uint64_t block) {
    for (unsigned i = 0; i < kWords; i++) {
        if (words_of(page)[i] != seed * 1'000'000'007 + block * 1'000'003 + i) return false;
    }
    return true;
}

bool complain(std::uint64_t block, const char* what) {
    print("disk: block {}: {}\n", block, what);
    return false;
}

const char* name_of(SessionStatus status) {
    switch (status) {
        case SessionStatus::Ok: return "ok";
        case SessionStatus::BadRequest: return "there is no such block";
        case SessionStatus::ReadOnly: return "the disk is read-only";
        case SessionStatus::Unsupported: return "the disk cannot do that";
        case SessionStatus::Failed: return "the disk has failed";
        case SessionStatus::Broken: return "nobody drives the disk any more";
    }
    return "?";
}

/// Waits for the next answer. There will be none if Unicorn has ended, and with it the session.
bool wait() {
    const auto waited = disk.wait();
    if (!waited) print("disk: the session is over: {}\n", waited.error());
    return bool(waited);
}

/// Does `op` for `count` blocks from `first` on, `depth` of them in flight. `before(page, i)` prepares the page for
/// block number i of these, `after(page, i)` looks at it and returns whether it is right.
template <typename Before, typename After>
bool each_block(SessionOp op, std::uint64_t first, std::uint64_t count, Before before, After after,
                unsigned depth = kDepth) {
    std::uint64_t free_pages = mask(depth), next = 0, done = 0;
    while (done != count) {
        for (; next != count && free_pages != 0; next++) {
            const unsigned page = lowest_bit(free_pages);
            free_pages &= free_pages - 1;
            before(page, next);
            (void)disk.requests().submit(
                {.op = op, .block = first + next, .data_page = page, .pages = 1, .cookie = next << 8 | page});
        }
        disk.kick();
        while (const auto answer = disk.requests().take()) {
            const unsigned page = unsigned(answer->cookie & 0xff);
            if (answer->status != SessionStatus::Ok)
                return complain(first + (answer->cookie >> 8), name_of(answer->status));
            if (!after(page, answer->cookie >> 8)) return false;
            free_pages |= bit(page);
            done++;
        }
        if (!wait()) return false;
    }
    return true;
}

/// Waits until all that was written is on the disk.
bool flush() {
    (void)disk.requests().submit({.op = SessionOp::Flush});
    disk.kick();
    for (;;) {
        if (const auto answer = disk.requests().take()) {
            if (answer->status == SessionStatus::Ok) return true;
            print("disk: flush: {}\n", name_of(answer->status));
            return false;
        }
        if (!wait()) return false;
    }
}

void nothing_before(unsigned, std::uint64_t) {}
bool nothing_after(unsigned, std::uint64_t) { return true; }

bool write(std::uint64_t seed, std::uint64_t first, std::uint64_t count) {
    const auto fill = [&](unsigned page, std::uint64_t i) { fill_page(page, seed, first + i); };
    return each_block(SessionOp::Write, first, count, fill, nothing_after) && flush();
}

bool check(std::uint64_t seed, std::uint64_t first, std::uint64_t count) {
    return each_block(SessionOp::Read, first, count, nothing_before, [&](unsigned page, std::uint64_t i) {
        return is_filled(page, seed, first + i) || complain(first + i, "its content is wrong");
    });
}

/// A piece of blocks is read into as many pages as there are, then written from them.
bool copy(std::uint64_t from, std::uint64_t to, std::uint64_t count) {
    for (std::uint64_t done = 0; done < count; done += kDepth) {
        const std::uint64_t piece = count - done < kDepth ? count - done : kDepth;
        const auto in_order = [&](SessionOp op, std::uint64_t first) {
            for (unsigned i = 0; i < piece; i++)
                (void)disk.requests().submit({.op = op, .block = first + i, .data_page = i, .pages = 1, .cookie = i});
            disk.kick();
            while (disk.requests().outstanding() != 0) {
                while (const auto answer = disk.requests().take()) {
                    if (answer->status != SessionStatus::Ok)
                        return complain(first + answer->cookie, name_of(answer->status));
                }
                if (!wait()) return false;
            }
            return true;
        };
        if (!in_order(SessionOp::Read, from + done) || !in_order(SessionOp::Write, to + done)) return false;
    }
    return flush();
}

/// The sum over i of (i + 1) times the sum of block i's words: so that order counts, but not the order of answers.
bool sum(std::uint64_t first, std::uint64_t count) {
    std::uint64_t total = 0;
    const bool good = each_block(SessionOp::Read, first, count, nothing_before, [&](unsigned page, std::uint64_t i) {
        std::uint64_t of_block = 0;
        for (unsigned word = 0; word < kWords; word++) of_block += words_of(page)[word];
        total += (i + 1) * of_block;
        return true;
    });
    if (good) print("{:016x}\n", total);
    return good;
}

std::uint64_t next_random(std::uint64_t& state) {
    state = state * 6'364'136'223'846'793'005 + 1'442'695'040'888'963'407;
    return state >> 33;
}

/// Round r writes, from seed r, kDepth different blocks that only the seed and r determine, and reads them all again.
bool soak(std::uint64_t seed, std::uint64_t blocks, std::uint64_t drivers) {
    std::uint64_t state = seed, round = 0;
    for (; disk.epoch() < drivers || round < drivers; round++) {
        std::array<std::uint64_t, kDepth> which{};
        const std::uint64_t part = blocks / kDepth;
        for (unsigned i = 0; i < kDepth; i++) which[i] = i * part + next_random(state) % part;
        for (const SessionOp op : {SessionOp::Write, SessionOp::Read}) {
            for (unsigned i = 0; i < kDepth; i++) {
                if (op == SessionOp::Write) fill_page(i, round, which[i]);
                if (op == SessionOp::Read) std::memset(disk.page(i), 0, kPageSize);
                (void)disk.requests().submit({.op = op, .block = which[i], .data_page = i, .pages = 1, .cookie = i});
                if (i % 8 == 7) disk.kick();
            }
            while (disk.requests().outstanding() != 0) {
                while (const auto answer = disk.requests().take()) {
                    const std::uint64_t block = which[answer->cookie];
                    if (answer->status != SessionStatus::Ok) return complain(block, name_of(answer->status));
                    if (op == SessionOp::Read && !is_filled(unsigned(answer->cookie), round, block))
                        return complain(block, "its content is wrong");
                }
                if (!wait()) return false;
            }
        }
    }
    if (!flush()) return false;
    print("disk: {} rounds, {} drivers\n", round, disk.epoch());
    return true;
}

bool run(std::string_view command, std::span<const std::uint64_t> numbers) {
    if (command == "write" && numbers.size() == 3) return write(numbers[0], numbers[1], numbers[2]);
    if (command == "check" && numbers.size() == 3) return check(numbers[0], numbers[1], numbers[2]);
    if (command == "copy" && numbers.size() == 3) return copy(numbers[0], numbers[1], numbers[2]);
    if (command == "read" && numbers.size() == 3 && 0 < numbers[2] && numbers[2] <= kDepth)
        return each_block(SessionOp::Read, numbers[0], numbers[1], nothing_before, nothing_after, unsigned(numbers[2]));
    if (command == "sum" && numbers.size() == 2) return sum(numbers[0], numbers[1]);
    if (command == "soak" && numbers.size() == 3) return soak(numbers[0], numbers[1], numbers[2]);
    print(
        "usage: disk [write SEED FIRST COUNT | check SEED FIRST COUNT | copy FROM TO COUNT | sum FIRST COUNT |\n"
        "            read FIRST COUNT DEPTH | soak SEED BLOCKS DRIVERS]\n");
    return false;
}

}  // namespace

int main(int argc, char** argv) {
    std::uint64_t numbers[3] = {};
    unsigned count = 0;
    for (int i = 2; i < argc && count < 3; i++) {
        const auto number = to_number(argv[i]);
        if (!number) {
            print("disk: {} is no number\n", argv[i]);
            return 2;
        }
        numbers[count++] = *number;
    }
    if (const auto opened = disk.open(0, kDepth); !opened) {
        print("disk: {}\n", opened.error());
        return 1;
    }
    if (argc == 1) {
        print("{} blocks of 4096 bytes{}\n", disk.blocks(), disk.is_read_only() ? ", read-only" : "");
        return disk.close() ? 0 : 1;
    }
    const bool good = run(argv[1], {numbers, count});
    // After an error there may still be requests under way. Whoever ends is noticed by Unicorn.
    return good && disk.close() ? 0 : 1;
}
