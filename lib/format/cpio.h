// SPDX-License-Identifier: MIT
//
// The initial RAM disk: a `newc` cpio archive (man 5 cpio), as `cpio -o -H newc` and Linux's gen_init_cpio
// write it. Entries follow each other, each a header of hexadecimal text, a name and the data, up to one
// named TRAILER!!!. Nothing is checked ahead of need, so that finding a file costs only the headers before
// it; a fault in the archive shows when the reader gets there.
//
//     | 110 bytes of header | name NUL | pad to 4 | data | pad to 4 | next header ...
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "format/bytes.h"
#include "format/parse_error.h"

namespace glenda {

/// One file of the archive. A view: name and data point into the archive.
struct CpioEntry {
    std::string_view name;  // "bin/uart": without a leading "./" or "/"
    Bytes data;             // starts on a multiple of 4 bytes of the archive
    uint32_t mode = 0;      // type and permissions, as in Unix

    bool is_file() const { return (mode & kTypeMask) == kTypeFile; }
    bool is_directory() const { return (mode & kTypeMask) == kTypeDirectory; }

    static constexpr uint32_t kTypeMask = 0170000;
    static constexpr uint32_t kTypeFile = 0100000;
    static constexpr uint32_t kTypeDirectory = 0040000;
};

/// Goes through an archive once, from the start.
class CpioReader {
public:
    explicit CpioReader(Bytes archive) : archive_{archive} {}

    /// The next entry; nothing after the last. An error (`where`: a byte offset in the archive) comes again
    /// and again: nothing behind a damaged entry can be trusted.
    std::expected<std::optional<CpioEntry>, ParseError> next();

private:
    std::expected<CpioEntry, ParseError> read_entry();

    Bytes archive_;
    uint64_t at_ = 0;  // where the next header starts, a multiple of 4; may be past the end
    bool ended_ = false;
};

/// An archive. A view: the bytes must outlive it and must not change.
class Cpio {
public:
    explicit Cpio(Bytes archive) : archive_{archive} {}

    /// A reader at the first entry.
    CpioReader entries() const { return CpioReader{archive_}; }

    /// The first entry of that name ("bin/uart"; a leading "./" or "/" means nothing).
    /// An error where there is none, or where the archive is damaged before it.
    std::expected<CpioEntry, ParseError> find(std::string_view name) const;

private:
    Bytes archive_;
};

}  // namespace glenda
