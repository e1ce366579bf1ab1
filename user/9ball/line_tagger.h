// SPDX-License-Identifier: MIT
// Keeps the output of concurrent writers apart: each line of the log has one author.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace glenda::nineball {

/// Splits the output of several sources into lines that have one source each.
class LineTagger {
public:
    /// Passes `text` from `source` on: calls `begin()` before each new line and `put(piece)` for the text. Ends an
    /// unfinished line of another source first.
    template <typename Begin, typename Put>
    void feed(std::uint64_t source, std::string_view text, Begin begin, Put put) {
        if (text.empty()) return;
        if (in_line_ && source != source_) {
            put(std::string_view("\n"));
            in_line_ = false;
        }
        source_ = source;
        while (!text.empty()) {
            if (!in_line_) begin();
            std::size_t size = 0;
            while (size < text.size() && text[size] != '\n') size++;
            in_line_ = size == text.size();
            if (!in_line_) size++;
            put(std::string_view(text.data(), size));
            text.remove_prefix(size);
        }
    }

private:
    std::uint64_t source_ = 0;
    bool in_line_ = false;
};

}  // namespace glenda::nineball
