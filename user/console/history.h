// SPDX-License-Identifier: MIT
// The most recent lines that were entered.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace glenda::console {

/// A ring of kLines lines. Empty lines and repetitions of the latest line are not kept.
class History {
public:
    static constexpr unsigned kLines = 16;
    static constexpr unsigned kMaxLine = 256;

    void add(std::string_view line) {
        if (line.empty() || (count() != 0 && line == get(1))) return;
        Line& place = lines_[added_++ % kLines];
        place.size = unsigned(line.copy(place.text.data(), kMaxLine));
    }
    /// The number of lines that get() can return.
    unsigned count() const { return added_ < kLines ? unsigned(added_) : kLines; }
    /// The line `back` lines ago; 1 is the latest. 1 <= back <= count().
    std::string_view get(unsigned back) const {
        const Line& line = lines_[(added_ - back) % kLines];
        return {line.text.data(), line.size};
    }

private:
    struct Line {
        std::array<char, kMaxLine> text{};
        unsigned size = 0;
    };
    std::array<Line, kLines> lines_{};
    std::size_t added_ = 0;
};

}  // namespace glenda::console
