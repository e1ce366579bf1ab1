// SPDX-License-Identifier: MIT
//
// The initial RAM disk: a `newc` cpio archive (man 5 cpio), as written by `cpio -o -H newc` and Linux's gen_init_cpio.
// An archive is a sequence of entries, each a header of hexadecimal text, a name and the data. An entry named
// TRAILER!!! ends it. Another archive may follow after any number of zero bytes; its files replace earlier files of the
// same name. Nothing is checked before it is needed, so damage shows only when the reader gets there.
//
//     | 110 bytes of header | name NUL | pad to 4 | data | pad to 4 | next header ...
//
// A file with several names (hard links) has one entry per name, with the same device and inode number. Only the last
// entry carries the data. The reader returns the data with each name.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string_view>

#include "format/bytes.h"
#include "format/parse_error.h"

namespace glenda {

/// A file in the archive. A view: name and data point into the archive.
struct CpioEntry {
    std::string_view name;  // "bin/uart": without a leading "./" or "/"
    Bytes data;             // starts on a multiple of 4 bytes of the archive
    uint32_t mode = 0;      // type and permissions, as in Unix
    uint32_t links = 0;     // number of names of the file
    uint32_t inode = 0;
    uint64_t device = 0;

    bool is_file() const { return (mode & kTypeMask) == kTypeFile; }
    bool is_directory() const { return (mode & kTypeMask) == kTypeDirectory; }

    /// True if another name of the same file may have the data.
    bool may_be_elsewhere() const { return is_file() && links > 1 && data.empty(); }

    /// True if both are names of the same file. Inode numbers are unique only within an archive.
    bool is_same_file(const CpioEntry& other) const {
        return other.is_file() && device == other.device && inode == other.inode;
    }

    static constexpr uint32_t kTypeMask = 0170000;
    static constexpr uint32_t kTypeFile = 0100000;
    static constexpr uint32_t kTypeDirectory = 0040000;
};

/// Reads the entries of one or more archives in order, once.
class CpioReader {
public:
    explicit CpioReader(Bytes archives) : archives_{archives} {}

    /// The next entry; nothing after the last. An error (`where`: a byte offset) is permanent, because nothing after a
    /// damaged entry can be trusted. For a hard link without data, this scans the headers of the archive.
    std::expected<std::optional<CpioEntry>, ParseError> next();

private:
    friend class Cpio;

    bool advance();
    const char* read_entry();
    void follow_link();
    ParseError fault() const;

    Bytes archives_;
    uint64_t at_ = 0;              // where the next header starts, a multiple of 4; may be past the end
    uint64_t first_ = 0;           // where the first header of the current archive starts
    CpioEntry entry_{};            // the last entry read, as it is in the archive
    const char* fault_ = nullptr;  // why the next entry cannot be read
};

/// One or more archives in a row. A view: the bytes must outlive it and must not change.
class Cpio {
public:
    explicit Cpio(Bytes archives) : archives_{archives} {}

    /// A reader that starts at the first entry.
    CpioReader entries() const { return CpioReader{archives_}; }

    /// The last entry named `name` (such as "bin/uart"; a leading "./" or "/" is ignored) before any damage.
    /// Error: there is none, or the archive is damaged.
    std::expected<CpioEntry, ParseError> find(std::string_view name) const;

private:
    Bytes archives_;
};

}  // namespace glenda
