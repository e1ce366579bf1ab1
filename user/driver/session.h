// SPDX-License-Identifier: MIT
// The driver's side of a session (session_page.h).
//
// It believes nothing that the client can write: a slot is read once, checked, and only the copy is used. Whatever the
// client writes, it harms its own requests alone.
// It keeps nothing that a driver after it would need: `recover` finds all unanswered requests in the page. A request
// may so be carried out twice, which for blocks is the same as once; a frame of a network may arrive twice anyhow.
#pragma once

#include <array>
#include <optional>
#include <span>

#include "dma.h"
#include "driver/shared.h"
#include "session_page.h"

namespace glenda::driver {

/// A part of the session's data memory that is physically contiguous.
struct DataRun {
    std::uint64_t physical = 0;
    std::uint32_t pages = 0;
};

class Session {
public:
    static constexpr unsigned kMaxRuns = 32;

    struct Request {
        unsigned slot;
        SessionOp op;
        std::uint64_t block;
        std::uint32_t pages;
        std::uint32_t length;
        std::array<Buffer, kMaxRequestPages> buffers;  // of the data
        unsigned buffer_count;
        std::span<const Buffer> data() const { return {buffers.data(), buffer_count}; }
    };

    Session() = default;
    /// `runs`: the session's data memory, in order; at most kMaxRuns count.
    Session(SessionPage& page, std::span<const DataRun> runs);

    /// Tells the client about the device.
    void describe(std::uint64_t capacity, std::uint32_t flags);
    /// A driver's first act: finds what the client has submitted and no driver has answered.
    void recover();
    /// The same, but answers all of that: with Broken by Unicorn, when there will be no driver any more.
    void abandon(SessionStatus status = SessionStatus::Broken);

    /// A look without a call: whether next() has nothing, unless the client submits something meanwhile.
    bool is_empty() const {
        return !has_next_ && recovered_next_ == recovered_count_ && shared::acquire(page_->submit_tail) == seen_;
    }
    /// The next request, in the client's order, if it may begin now: a Flush begins when all before it are answered,
    /// and what comes after it waits. The same one until `begin` or `complete`. Refuses those that are malformed.
    const Request* next();
    /// The request that next() returned is with the device now.
    void begin();
    /// Answers a request that next() returned, begun or not.
    void complete(unsigned slot, SessionStatus status, std::uint32_t length = 0);

    /// Whether the device has none of its requests.
    bool is_idle() const { return in_flight_ == 0; }

    /// Whether the client has to be signalled: it got an answer since this was asked last, and may be asleep. After a
    /// recovery it has to be, whatever it has said.
    bool owes_signal() { return (has_recovered_ || has_answered_) && takes_signal(); }
    /// Asks for a signal with the next request. Returns false if there is one already: then do not wait.
    bool may_wait();

private:
    bool takes_signal();
    bool is_in_flight(unsigned slot) const { return (in_flight_ >> slot & 1) != 0; }
    void find_unanswered(std::uint32_t tail);
    std::optional<unsigned> next_slot();
    void take(unsigned slot);
    bool is_well_formed(std::uint32_t data_page);
    bool find_data(std::uint32_t data_page);

    SessionPage* page_ = nullptr;
    std::array<DataRun, kMaxRuns> runs_{};
    unsigned run_count_ = 0;
    std::uint64_t in_flight_ = 0;                          // a bit for each slot that the device has
    std::uint32_t seen_ = 0;                               // how far the submit ring has been read
    std::uint32_t answered_ = 0;                           // the complete ring's tail
    std::array<std::uint8_t, kSessionSlots> recovered_{};  // slots that come before those of the ring, oldest first
    unsigned recovered_count_ = 0, recovered_next_ = 0;
    bool waiting_ = false;
    bool has_recovered_ = false, has_answered_ = false;  // since owes_signal() was asked
    bool has_next_ = false;
    Request next_{};
};

}  // namespace glenda::driver
