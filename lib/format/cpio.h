// SPDX-License-Identifier: MIT
//
// The initial RAM disk: a `newc` cpio archive (man 5 cpio), as `cpio -o -H newc` and Linux's gen_init_cpio
// write it. Entries follow each other, each a header of hexadecimal text, a name and the data. An entry named
// TRAILER!!! ends the archive; another archive may follow it, after any number of zero bytes, and a file there
// replaces one of the same name in the archive before. Nothing is checked before it is needed, so damage
// shows only when the reader gets there.
//
//     | 110 bytes of header | name NUL | pad to 4 | data | pad to 4 | next header ...
//
// A file with several names (hard links) has an entry for each. They agree in device and inode number, and
// only the last of them carries the data; the reader gives the data with every name.
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
    uint32_t links = 0;     // how many names the file has
    uint32_t inode = 0;
    uint64_t device = 0;

    bool is_file() const { return (mode & kTypeMask) == kTypeFile; }
    bool is_directory() const { return (mode & kTypeMask) == kTypeDirectory; }

    /// Whether the data may stand with another name of the same file.
    bool may_be_elsewhere() const { return is_file() && links > 1 && data.empty(); }

    /// Whether both are names of one file. Inode numbers hold within one archive only.
    bool is_same_file(const CpioEntry& other) const {
        return other.is_file() && device == other.device && inode == other.inode;
    }

    static constexpr uint32_t kTypeMask = 0170000;
    static constexpr uint32_t kTypeFile = 0100000;
    static constexpr uint32_t kTypeDirectory = 0040000;
};

/// Goes once through an archive, and through the archives that follow it.
class CpioReader {
public:
    explicit CpioReader(Bytes archives) : archives_{archives} {}

    /// The next entry; nothing after the last. An error (`where`: a byte offset in the archive) repeats on every
    /// call, since nothing behind a damaged entry can be trusted. A hard link without data costs a pass over
    /// the headers of its archive.
    std::expected<std::optional<CpioEntry>, ParseError> next();

private:
    friend class Cpio;

    bool advance();
    const char* read_entry();
    void follow_link();
    ParseError fault() const;

    Bytes archives_;
    uint64_t at_ = 0;              // where the next header starts, a multiple of 4; may be past the end
    uint64_t first_ = 0;           // where the first header of this archive starts
    CpioEntry entry_{};            // the last one, as it stands in the archive
    const char* fault_ = nullptr;  // why there is no next one
};

/// One archive or several in a row. A view: the bytes must outlive it and must not change.
class Cpio {
public:
    explicit Cpio(Bytes archives) : archives_{archives} {}

    /// A reader at the first entry.
    CpioReader entries() const { return CpioReader{archives_}; }

    /// The last entry of that name ("bin/uart"; a leading "./" or "/" means nothing). The search ends at damage.
    /// An error where it finds none: the damage, or that there is no such file.
    std::expected<CpioEntry, ParseError> find(std::string_view name) const;

private:
    Bytes archives_;
};

}  // namespace glenda
