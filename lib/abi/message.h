// SPDX-License-Identifier: MIT
// A message is a tag, up to 120 words and up to 4 capabilities. The UTCB is the page that holds it.
//
// The tag and the first four words are passed in registers (a1, a2-a5). The kernel copies the other words from the
// sender's UTCB to the receiver's; it never touches words 0-3 of a UTCB.
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
    constexpr Tag(std::uint64_t label, std::uint64_t length, unsigned caps = 0)
        : raw_(label << kLabelShift | std::uint64_t{caps} << kCapsShift | length) {}
    /// What a failed system call returns.
    static constexpr Tag error(Error error) { return Tag(std::uint64_t(error) << kLabelShift | kErrorFlag); }
    /// What a Recv returns for a signal of the bound notification.
    static constexpr Tag notification() { return Tag(kNotificationFlag); }

    constexpr std::uint64_t raw() const { return raw_; }
    constexpr std::uint64_t label() const { return raw_ >> kLabelShift; }
    constexpr unsigned length() const { return raw_ & 0xff; }
    constexpr unsigned caps() const { return (raw_ >> kCapsShift) & 0xf; }
    /// The length of a message of words alone. More than kMaxWords if there are capabilities or flags.
    constexpr unsigned plain_length() const { return raw_ & 0xffff; }
    constexpr bool is_notification() const { return (raw_ & kNotificationFlag) != 0; }
    /// True if the system call failed; the label is then an Error. A server cannot forge this.
    constexpr bool is_error() const { return (raw_ & kErrorFlag) != 0; }
    constexpr Error as_error() const { return is_error() ? Error(label()) : Error::Ok; }
    /// The same tag with a different number of capabilities.
    constexpr Tag with_caps(unsigned caps) const {
        return Tag((raw_ & ~(std::uint64_t{0xf} << kCapsShift)) | std::uint64_t{caps} << kCapsShift);
    }
    /// The part that a sender may choose: all but the flags.
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

/// User Thread Control Block: a page that the thread has mapped, and that the kernel accesses through its direct map.
/// The kernel does not use `tls` and `user`.
struct Utcb {
    std::uint64_t words[kMaxWords];   // message words; 0-3 are passed in registers
    CPtr send_caps[kMaxMessageCaps];  // capabilities to send, in the sender's CSpace
    CPtr receive_cnode;               // the CNode (in this thread's CSpace) for received capabilities
    std::uint64_t receive_index;      // first slot there; capability i goes to receive_index + i
    std::uint64_t receive_count;      // number of slots, 0 to kMaxMessageCaps
    std::uint64_t tls;                // address of the thread-local storage
    std::uint64_t user[384];
};
static_assert(sizeof(Utcb) == 4096);
static_assert(offsetof(Utcb, send_caps) == 960);

}  // namespace glenda
