// SPDX-License-Identifier: MIT
// A message: a tag, up to 120 words, up to 4 capabilities; and the page through which threads and kernel pass it.
//
// The tag and the first four words travel in registers (a1, a2-a5); the rest lies in the UTCB of the sender and
// is copied to the UTCB of the receiver. Words 0-3 of the UTCB are never touched by the kernel.
// Handout: reference/kernel-abi.md, "Messages".
#pragma once

#include <cstddef>
#include <cstdint>

#include "abi/error.h"
#include "abi/object.h"

namespace glenda {

constexpr unsigned kRegisterWords = 4;
constexpr unsigned kMaxWords = 120;
constexpr unsigned kMaxMessageCaps = 4;

/// What a message is about and how long it is.
///
///   63              16 15   13  12  11     8 7        0
///  +------------------+-------+----+--------+----------+
///  |      label       |   0   |E  N|  caps  |  length  |      N: bit 12, E: bit 13
///  +------------------+-------+----+--------+----------+
class Tag {
public:
    constexpr Tag() = default;
    constexpr explicit Tag(std::uint64_t raw) : raw_(raw) {}
    /// `label` < 2^48; `length` <= kMaxWords; `caps` <= kMaxMessageCaps.
    constexpr Tag(std::uint64_t label, unsigned length, unsigned caps = 0)
        : raw_(label << kLabelShift | std::uint64_t{caps} << kCapsShift | length) {}
    /// What the kernel answers when it refuses.
    static constexpr Tag error(Error error) { return Tag(std::uint64_t(error) << kLabelShift | kErrorFlag); }
    /// What a receiver sees when its notification came instead of a message.
    static constexpr Tag notification() { return Tag(kNotificationFlag); }

    constexpr std::uint64_t raw() const { return raw_; }
    constexpr std::uint64_t label() const { return raw_ >> kLabelShift; }
    constexpr unsigned length() const { return raw_ & 0xff; }
    constexpr unsigned caps() const { return (raw_ >> kCapsShift) & 0xf; }
    /// The length of a message of words alone. More than kMaxWords if there are capabilities or flags.
    constexpr unsigned plain_length() const { return raw_ & 0xffff; }
    constexpr bool is_notification() const { return (raw_ & kNotificationFlag) != 0; }
    /// True when the kernel refused: the label is an Error. A server cannot forge it.
    constexpr bool is_error() const { return (raw_ & kErrorFlag) != 0; }
    constexpr Error as_error() const { return is_error() ? Error(label()) : Error::Ok; }
    /// The same tag with another number of capabilities.
    constexpr Tag with_caps(unsigned caps) const {
        return Tag((raw_ & ~(std::uint64_t{0xf} << kCapsShift)) | std::uint64_t{caps} << kCapsShift);
    }
    /// What a sender may say: label, length and count, no flags.
    constexpr Tag without_flags() const { return Tag(raw_ & ~(std::uint64_t{0xf} << 12)); }

    static constexpr unsigned kCapsShift = 8;
    static constexpr unsigned kLabelShift = 16;
    static constexpr std::uint64_t kNotificationFlag = 1u << 12;
    static constexpr std::uint64_t kErrorFlag = 1u << 13;

private:
    std::uint64_t raw_ = 0;
};
static_assert(Tag(0x123456789abc, 120, 4).label() == 0x123456789abc);
static_assert(Tag(0x123456789abc, 120, 4).length() == 120 && Tag(7, 120, 4).caps() == 4);
static_assert(Tag::error(Error::NoRights).as_error() == Error::NoRights);

/// User Thread Control Block: one page that the thread maps and the kernel reaches through its direct map.
/// The rest of the page, from `user` on, is the thread's own.
struct Utcb {
    std::uint64_t words[kMaxWords];   // message words; 0-3 travel in registers
    CPtr send_caps[kMaxMessageCaps];  // capabilities to send, in the sender's CSpace
    CPtr receive_cnode;               // CNode (in this thread's CSpace) that takes received capabilities
    std::uint64_t receive_index;      // first slot there; capability i goes to receive_index + i
    std::uint64_t receive_count;      // how many slots are offered, 0 to kMaxMessageCaps
    std::uint64_t tls;                // thread-local storage of this thread, for user space alone
    std::uint64_t user[384];
};
static_assert(sizeof(Utcb) == 4096);
static_assert(offsetof(Utcb, send_caps) == 960);

}  // namespace glenda
