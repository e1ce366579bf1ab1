// SPDX-License-Identifier: MIT
// The initial stack of a program: arguments, environment and auxiliary vector, in the layout of the System V ABI.
//
//   sp -> argc | argv[0] ... | NULL | environ[0] ... | NULL | kAuxStart, kAuxStartProcess | AT_NULL, 0 | the strings
//
// Factotum writes it for texts in a message. A parent with more of them writes it itself (SpawnFlags::Block).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace glenda {

/// Texts in order: a first one, or none, then those of an array.
class TextList {
public:
    TextList() = default;
    TextList(std::span<const std::string_view> texts) : texts_(texts) {}
    TextList(std::string_view first, std::span<const std::string_view> texts)
        : first_(first), before_(1), texts_(texts) {}
    /// Each ends with a NUL.
    explicit TextList(std::span<char* const> strings) : strings_(strings) {}

    std::size_t size() const { return before_ + texts_.size() + strings_.size(); }
    template <typename Visit>
    void for_each(Visit visit) const {
        if (before_ != 0) visit(first_);
        for (const std::string_view text : texts_) visit(text);
        for (const char* const string : strings_) visit(std::string_view(string));
    }

private:
    std::string_view first_{};
    std::size_t before_ = 0;
    std::span<const std::string_view> texts_{};
    std::span<char* const> strings_{};
};

/// The size of the block in bytes, a multiple of 16.
std::uint64_t argument_bytes(const TextList& arguments, const TextList& variables);

/// Writes the block to the end of `area`, whose end will be at address `top` in the program. Returns the stack pointer,
/// a multiple of 16, or nothing if it does not fit.
std::optional<std::uint64_t> write_arguments(std::span<std::byte> area, std::uint64_t top, const TextList& arguments,
                                             const TextList& variables = {});

}  // namespace glenda
