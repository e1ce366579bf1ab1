// SPDX-License-Identifier: MIT
// Splits a command line into words. Blanks separate words; a word in "quotes" may contain blanks.
#pragma once

#include <array>
#include <span>
#include <string_view>

namespace glenda::console {

class Words {
public:
    static constexpr unsigned kMax = 64;

    /// Splits `line`, which must outlive this object.
    explicit Words(std::string_view line) {
        for (;;) {
            while (!line.empty() && is_blank(line.front())) line.remove_prefix(1);
            too_many_ = count_ == kMax && !line.empty();
            if (line.empty() || too_many_) break;
            words_[count_++] = take(line);
        }
    }
    /// Whether the line has more than kMax words. all() then has the first kMax.
    bool too_many() const { return too_many_; }

    std::span<const std::string_view> all() const { return {words_.data(), count_}; }
    bool empty() const { return count_ == 0; }

private:
    static bool is_blank(char c) { return c == ' ' || c == '\t'; }
    static std::string_view take(std::string_view& line) {
        const bool quoted = line.front() == '"';
        if (quoted) line.remove_prefix(1);
        std::size_t end = 0;
        while (end < line.size() && (quoted ? line[end] != '"' : !is_blank(line[end]))) end++;
        const std::string_view word = line.substr(0, end);
        line.remove_prefix(quoted && end < line.size() ? end + 1 : end);
        return word;
    }

    std::array<std::string_view, kMax> words_{};
    unsigned count_ = 0;
    bool too_many_ = false;
};

}  // namespace glenda::console
