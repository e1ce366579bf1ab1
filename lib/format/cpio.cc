// SPDX-License-Identifier: MIT
//
// Reading a `newc` archive, one entry at a time. The sizes in a header are 32-bit and the arithmetic 64-bit,
// so no sum can overflow; each is compared with what is left of the archive before it is used.

#include "format/cpio.h"

namespace glenda {

using std::unexpected;

namespace {

/// The header: six characters of magic, then thirteen numbers of eight hexadecimal digits.
constexpr std::size_t kHeaderSize = 110;
constexpr std::string_view kMagic = "070701";
constexpr std::size_t kModeAt = 14;
constexpr std::size_t kFileSizeAt = 54;
constexpr std::size_t kNameSizeAt = 94;
constexpr std::size_t kDigits = 8;
static_assert(kHeaderSize == kMagic.size() + 13 * kDigits);
static_assert(kModeAt == kMagic.size() + 1 * kDigits);
static_assert(kFileSizeAt == kMagic.size() + 6 * kDigits);
static_assert(kNameSizeAt == kMagic.size() + 11 * kDigits);

constexpr std::string_view kTrailer = "TRAILER!!!";

/// The number that `digits` spell; nothing where one is no digit.
std::optional<uint32_t> hex_number(std::string_view digits) {
    uint32_t number = 0;
    for (const char c : digits) {
        uint32_t digit = 0;
        if (c >= '0' && c <= '9')
            digit = static_cast<uint32_t>(c - '0');
        else if (c >= 'a' && c <= 'f')
            digit = static_cast<uint32_t>(c - 'a') + 10;
        else if (c >= 'A' && c <= 'F')
            digit = static_cast<uint32_t>(c - 'A') + 10;
        else
            return std::nullopt;
        number = number << 4 | digit;
    }
    return number;
}

/// `find . | cpio` writes "./bin/uart" where others write "bin/uart".
std::string_view plain(std::string_view name) {
    if (name.starts_with("./") && name.size() > 2) name.remove_prefix(2);
    while (name.starts_with('/')) name.remove_prefix(1);
    return name;
}

}  // namespace

std::expected<std::optional<CpioEntry>, ParseError> CpioReader::next() {
    if (ended_) return std::nullopt;
    const uint64_t start = at_;
    const auto entry = read_entry();
    if (!entry) {
        at_ = start;
        return unexpected(entry.error());
    }
    if (entry->name == kTrailer) {
        ended_ = true;
        return std::nullopt;
    }
    return *entry;
}

/// The entry at `at_`, which then stands behind it.
std::expected<CpioEntry, ParseError> CpioReader::read_entry() {
    const uint64_t start = at_;
    if (start >= archive_.size())
        return unexpected(ParseError{"the archive ends without its TRAILER!!!", archive_.size()});
    if (!fits(start, kHeaderSize, archive_.size()))
        return unexpected(ParseError{"the archive ends inside a header", start});

    const std::string_view header = as_text(archive_.subspan(start, kHeaderSize));
    if (!header.starts_with(kMagic)) return unexpected(ParseError{"no cpio header of the newc kind (070701)", start});
    const auto mode = hex_number(slice(header, kModeAt, kDigits));
    const auto data_size = hex_number(slice(header, kFileSizeAt, kDigits));
    const auto name_size = hex_number(slice(header, kNameSizeAt, kDigits));
    if (!mode || !data_size || !name_size)
        return unexpected(ParseError{"a number in a cpio header is not hexadecimal", start});

    const uint64_t name_at = start + kHeaderSize;
    if (!fits(name_at, *name_size, archive_.size()))
        return unexpected(ParseError{"a file name reaches past the end of the archive", start});
    const Bytes name_bytes = archive_.subspan(name_at, *name_size);
    const auto name = text_at(name_bytes, 0);
    if (!name || name->size() + 1 != name_bytes.size())
        return unexpected(ParseError{"a file name does not end where its header says", start});

    const uint64_t data_at = align_up(name_at + *name_size, 4);
    at_ = align_up(data_at + *data_size, 4);
    if (*data_size == 0) return CpioEntry{plain(*name), {}, *mode};  // the last name may lack its padding
    if (!fits(data_at, *data_size, archive_.size()))
        return unexpected(ParseError{"a file reaches past the end of the archive", start});
    return CpioEntry{plain(*name), archive_.subspan(data_at, *data_size), *mode};
}

std::expected<CpioEntry, ParseError> Cpio::find(std::string_view name) const {
    const std::string_view wanted = plain(name);
    CpioReader reader = entries();
    while (true) {
        const auto entry = reader.next();
        if (!entry) return unexpected(entry.error());
        if (!*entry) return unexpected(ParseError{"the archive holds no file of that name", archive_.size()});
        if ((*entry)->name == wanted) return **entry;
    }
}

}  // namespace glenda
