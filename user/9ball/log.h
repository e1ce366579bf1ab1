// SPDX-License-Identifier: MIT
// The log's text. Readers see one sequence of bytes; an offset counts all bytes ever logged, so a reader continues
// where it stopped. It is kept in a ring for each author: 9Ball, each service, and one for all strangers. So a program
// that floods the log pushes out its own lines, and nobody else's.
// This file makes no system calls: grade/unit/log_test.cc tests it on the host. Seed: 9ball-later.md, 6.
#pragma once

#include "log_ring.h"

namespace glenda::nineball {

class Log {
public:
    static constexpr std::size_t kMaxServices = 16;
    static constexpr std::size_t kServicesSize = 64 * 1024;  // they share this equally: each has 4 KiB at least
    static constexpr std::size_t kNineballSize = 8 * 1024;
    static constexpr std::size_t kStrangersSize = 8 * 1024;

    /// Which ring: kNineball, kStrangers, or service(i).
    using Author = std::size_t;
    static constexpr Author kNineball = 0;
    static constexpr Author kStrangers = 1;
    static constexpr Author service(std::size_t index) { return 2 + index; }

    static constexpr std::size_t kSize = kNineballSize + kStrangersSize + kServicesSize;

    explicit constexpr Log(std::span<char, kSize> storage) : services_(storage.last<kServicesSize>()) {
        rings_[kNineball] = LogRing(storage.first<kNineballSize>());
        rings_[kStrangers] = LogRing(storage.subspan<kNineballSize, kStrangersSize>());
    }
    /// Gives each of `count` services its ring, once, when their number is known. 1 <= count <= kMaxServices.
    void share(std::size_t count);

    enum class Line : bool { Continues, Starts };
    void append(Author author, Line line, std::string_view text);

    /// The number of bytes ever logged, which is the offset of the next one.
    std::uint64_t end() const { return end_; }
    /// The lowest offset of a line such that at most `bytes` bytes follow.
    std::uint64_t tail(std::size_t bytes) const;

    struct Read {
        std::uint64_t next;  // where to continue
        std::size_t size;    // bytes copied; 0: the end of the log
    };
    /// Copies what is left of the log from `offset` on. Where an author's lines were pushed out, it continues with
    /// whole lines.
    Read read(std::uint64_t offset, std::span<char> buffer) const;

private:
    static constexpr std::size_t kRings = 2 + kMaxServices;

    std::uint64_t end_ = 0;
    std::span<char> services_;
    LogRing rings_[kRings]{};
};

}  // namespace glenda::nineball
