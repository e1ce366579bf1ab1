// SPDX-License-Identifier: MIT
// What a client of a disk or a network card and the driver share: one page of requests. The data lies in other memory,
// which the driver does not even map.
//
//   offset                                                                  written by
//   0x000   magic "GSES", version, block bits, slot count                   Unicorn
//   0x010   capacity in blocks, or the card's address; flags                driver
//   0x020   epoch: how many drivers there have been                         driver
//   0x028   submit tail; does the driver want a signal?                     client; driver
//   0x030   complete tail; does the client want a signal?                   driver; client
//   0x040   submit ring: 64 slot numbers                                    client
//   0x080   complete ring: 64 slot numbers                                  driver
//   0x100   64 slots of 48 bytes                                            whose it is
//
//            client fills, publishes           driver answers
//     Free ------------------------> Submitted -------------> Done
//       ^                                                      |
//       +------------------------------------------------------+
//                            client takes the answer
//
// Invariant: a slot's state says whose it is: the driver's while it is Submitted, else the client's. The rings are
// hints where to look first, and give requests their order; whoever doubts them walks the slots. So the page alone,
// without anything that a driver keeps in its own memory, tells what is to be done: a driver can end between any two
// stores. The tails count for ever, and wrap; entry n of a ring is at n % kSessionSlots. Handout:
// reference/drivers-design.md.
#pragma once

#include <cstddef>
#include <cstdint>

namespace glenda::driver {

constexpr unsigned kSessionSlots = 64;
constexpr std::uint32_t kSessionMagic = 0x53455347;  // "GSES"
constexpr std::uint32_t kSessionVersion = 1;
constexpr unsigned kSessionBlockBits = 12;  // a block is a page of data
constexpr unsigned kMaxRequestPages = 16;   // of one request

enum class SlotState : std::uint32_t { Free, Submitted, Done };

enum class SessionOp : std::uint32_t {
    Read = 1,
    Write,
    Flush,     // answered when all that was submitted before it is on the disk
    Discard,   // the blocks are of no use any more
    Send,      // a frame of `length` bytes, at the start of the data page
    Receive,   // answered when a frame has come: `length` bytes of it are in the data page
    Transact,  // a message of `length` bytes, in the first data page: answered by `length` bytes in those that follow
};

enum class SessionStatus : std::uint32_t {
    Ok,
    BadRequest,  // unknown operation, or blocks or pages that do not exist
    ReadOnly,
    Unsupported,  // by this device
    Failed,       // says the device
    Broken,       // there is no driver any more
};

struct SessionSlot {
    SlotState state;
    SessionOp op;
    SessionStatus status;     // the answer
    std::uint32_t sequence;   // the submit tail when it was published: its place in the order
    std::uint64_t block;      // the first
    std::uint32_t data_page;  // the first, in the session's data memory
    std::uint32_t pages;      // and blocks
    std::uint64_t cookie;     // the client's own
    std::uint32_t length;     // of a frame or message: bytes
    std::uint32_t reserved;
};

struct SessionPage {
    enum Flags : std::uint32_t { kReadOnly = 1, kFlush = 2, kDiscard = 4 };

    std::uint32_t magic;
    std::uint32_t version;
    std::uint32_t block_bits;
    std::uint32_t slot_count;
    std::uint64_t capacity;
    std::uint32_t flags;
    std::uint32_t reserved0;
    std::uint32_t epoch;
    std::uint32_t reserved1;
    std::uint32_t submit_tail;
    std::uint32_t want_submit_signal;
    std::uint32_t complete_tail;
    std::uint32_t want_complete_signal;
    std::uint64_t reserved2;
    std::uint8_t submit[kSessionSlots];
    std::uint8_t complete[kSessionSlots];
    std::uint8_t reserved3[64];
    SessionSlot slots[kSessionSlots];
    std::uint8_t reserved4[768];
};
static_assert(sizeof(SessionSlot) == 48 && sizeof(SessionPage) == 4096);
static_assert(offsetof(SessionPage, capacity) == 0x10 && offsetof(SessionPage, epoch) == 0x20);
static_assert(offsetof(SessionPage, submit_tail) == 0x28 && offsetof(SessionPage, complete_tail) == 0x30);
static_assert(offsetof(SessionPage, submit) == 0x40 && offsetof(SessionPage, complete) == 0x80);
static_assert(offsetof(SessionPage, slots) == 0x100);

/// Makes the page of a new session, all zeroes before.
inline void start_session(SessionPage& page) {
    page.magic = kSessionMagic;
    page.version = kSessionVersion;
    page.block_bits = kSessionBlockBits;
    page.slot_count = kSessionSlots;
}

}  // namespace glenda::driver
