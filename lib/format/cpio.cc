// SPDX-License-Identifier: MIT
//
// Reading a `newc` archive, entry by entry. Sizes in headers have 32 bits and the arithmetic has 64, so no sum
// overflows. Each size is compared with what is left of the archive before it is used.

#include "format/cpio.h"

#include <algorithm>

namespace glenda {

using std::unexpected;

namespace {

/// The header: six characters of magic, then thirteen numbers of eight hexadecimal digits.
constexpr std::string_view kMagic = "070701";
constexpr std::size_t kDigits = 8;
enum Field : uint8_t {
    kInode = 0,
    kMode = 1,
    kLinks = 4,
    kFileSize = 6,
    kDeviceMajor = 7,
    kDeviceMinor = 8,
    kNameSize = 11,
    kFields = 13
};
constexpr Field kFieldsOfUse[] = {kInode, kMode, kLinks, kFileSize, kDeviceMajor, kDeviceMinor, kNameSize};
constexpr std::size_t kHeaderSize = kMagic.size() + kFields * kDigits;
static_assert(kHeaderSize == 110);

constexpr std::string_view kTrailer = "TRAILER!!!";

/// The magic number of a compressed file.
struct Compression {
    std::string_view magic;
    const char* what;
};
using namespace std::string_view_literals;
constexpr Compression kCompressions[] = {
    {"\x1f\x8b"sv, "the archive is compressed with gzip: decompress it first"},
    {"\xfd"
     "7zXZ"sv,
     "the archive is compressed with xz: decompress it first"},
    {"\x28\xb5\x2f\xfd"sv, "the archive is compressed with zstd: decompress it first"},
    {"\x04\x22\x4d\x18"sv, "the archive is compressed with lz4: decompress it first"},
    {"\x02\x21\x4c\x18"sv, "the archive is compressed with lz4: decompress it first"},
    {"BZh"sv, "the archive is compressed with bzip2: decompress it first"},
    {"\x5d\0\0"sv, "the archive is compressed with lzma: decompress it first"},
    {"\x89LZO"sv, "the archive is compressed with lzo: decompress it first"},
};

/// The value of hexadecimal digits; nothing if one is not a digit.
std::optional<uint32_t> hex_number(std::string_view digits) {
    uint32_t number = 0;
    for (const char c : digits) {
        const unsigned decimal = static_cast<unsigned>(c) - '0';
        const unsigned letter = (static_cast<unsigned>(c) | 0x20) - 'a';  // of either case
        if (decimal >= 10 && letter >= 6) return std::nullopt;
        number = number << 4 | (decimal < 10 ? decimal : letter + 10);
    }
    return number;
}

/// The name without a leading "./" or "/": `find . | cpio` writes "./bin/uart" for "bin/uart".
std::string_view plain(std::string_view name) {
    if (name.starts_with("./") && name.size() > 2) name.remove_prefix(2);
    while (name.starts_with('/')) name.remove_prefix(1);
    return name;
}

/// The trailer has no file type. A file of the same name does.
bool is_trailer(const CpioEntry& entry) {
    return entry.name == kTrailer && entry.data.empty() && (entry.mode & CpioEntry::kTypeMask) == 0;
}

}  // namespace

std::expected<std::optional<CpioEntry>, ParseError> CpioReader::next() {
    const bool is_there = advance();
    if (is_there) follow_link();
    if (fault_ != nullptr) return unexpected(fault());
    if (!is_there) return std::nullopt;
    return entry_;
}

ParseError CpioReader::fault() const { return {fault_, std::min(at_, archives_.size())}; }

/// If the last entry read is a hard link without data, find the entry in the same archive that has the data.
void CpioReader::follow_link() {
    if (!entry_.may_be_elsewhere()) return;
    CpioReader other{archives_};
    other.at_ = other.first_ = first_;
    while (other.advance() && other.first_ == first_) {
        if (other.entry_.data.empty() || !entry_.is_same_file(other.entry_)) continue;
        entry_.data = other.entry_.data;
        return;
    }
    // No entry has data: the file is empty. Unless the search ended at damage, which this reader then reports.
    if (other.first_ == first_) *this = other;
}

/// Read the next entry into entry_. False at the end and after a fault.
bool CpioReader::advance() {
    while (true) {
        if (at_ == first_ && at_ != 0) {  // between archives: skip zero bytes
            while (at_ < archives_.size() && archives_[at_] == std::byte{0}) ++at_;
            first_ = at_;
            if (at_ >= archives_.size()) return false;
            first_ = at_ = align_down(at_, 4);
        }
        fault_ = read_entry();
        if (fault_ != nullptr) return false;
        if (!is_trailer(entry_)) break;
        first_ = at_;
    }
    entry_.name = plain(entry_.name);
    return true;
}

/// Read the entry at at_ and move at_ to the next one. Returns what is wrong with the entry, or null.
const char* CpioReader::read_entry() {
    if (at_ >= archives_.size()) return "the archive ends without its TRAILER!!!";
    const std::string_view rest = as_text(archives_.subspan(at_));
    if (at_ == first_)
        for (const Compression& compression : kCompressions)
            if (rest.starts_with(compression.magic)) return compression.what;
    if (rest.size() < kHeaderSize) return "the archive ends inside a header";
    if (!rest.starts_with(kMagic)) return "no cpio header of the newc kind (070701)";
    uint32_t header[kFields];
    for (const Field field : kFieldsOfUse) {
        const auto number = hex_number(slice(rest, kMagic.size() + field * kDigits, kDigits));
        if (!number) return "a number in a cpio header is not hexadecimal";
        header[field] = *number;
    }

    const uint64_t name_size = header[kNameSize];
    if (!fits(kHeaderSize, name_size, rest.size())) return "a file name reaches past the end of the archive";
    const auto name = text_at(archives_.subspan(at_ + kHeaderSize, name_size), 0);
    if (!name || name->size() + 1 != name_size) return "a file name does not end where its header says";

    const uint64_t data_at = align_up(at_ + kHeaderSize + name_size, 4);
    const uint64_t data_size = header[kFileSize];
    Bytes data;
    if (data_size != 0) {  // without data, a last name may lack its padding
        if (!fits(data_at, data_size, archives_.size())) return "a file reaches past the end of the archive";
        data = archives_.subspan(data_at, data_size);
    }
    entry_ = {*name,          data,           header[kMode],
              header[kLinks], header[kInode], uint64_t{header[kDeviceMajor]} << 32 | header[kDeviceMinor]};
    at_ = align_up(data_at + data_size, 4);
    return nullptr;
}

std::expected<CpioEntry, ParseError> Cpio::find(std::string_view name) const {
    const std::string_view wanted = plain(name);
    std::optional<CpioReader> found;  // stands at the entry
    CpioReader reader = entries();
    while (reader.advance())
        if (reader.entry_.name == wanted) found = reader;
    if (found) {
        reader = *found;
        reader.follow_link();
    } else if (reader.fault_ == nullptr) {
        reader.fault_ = "the archive holds no file of that name";
    }
    if (reader.fault_ != nullptr) return unexpected(reader.fault());
    return reader.entry_;
}

}  // namespace glenda
