// SPDX-License-Identifier: MIT
// Fair shares of what all clients want: the sessions of a device, and the pages of the pool.
//
//     Whoever has some already gets more only while at least as much is left for the others: sessions, and pages in
//     one piece.
//
// So one household alone comes to half of all, the next to half of the rest, and none of them keeps another from its
// first session. Households are Factotum's (FactotumMethod::Household): a client with helpers is one all the same.
#pragma once

#include "page_pool.h"
#include "protocol/errors.h"
#include "util/result.h"

namespace glenda::unicorn {

/// What a household has, and what is left, when it asks for one more session with a device. What is closing counts as
/// left: it comes back.
template <unsigned Pages>
class Share {
public:
    /// A household without pages gets so many at once if they are there, whatever is left then.
    static constexpr unsigned kFirstPages = 32;

    explicit Share(const PagePool<Pages>& pool) : left_(pool) {}

    /// The household has an open session, with so many pages. `is_same`: with the device.
    void holds(bool is_same, unsigned pages) {
        sessions_held_ += is_same;
        pages_held_ += pages;
    }
    /// A session is free, or will be.
    void leaves(bool is_same, PageRun data) {
        sessions_left_ += is_same;
        left_.give(data);
    }
    /// Whether it may have the session, with `pages` pages. Call once.
    Answer<void> judge(unsigned pages) {
        const unsigned sessions_needed = sessions_held_ == 0 ? 1 : sessions_held_ + 2;  // its next one, and as many
        CHECK(sessions_left_ >= sessions_needed, ServerError::TooMany);
        if (pages == 0) return {};
        CHECK(left_.take(pages), ServerError::OutOfMemory);
        const bool is_first = pages_held_ == 0 && pages <= kFirstPages;
        CHECK(is_first || left_.longest() >= pages_held_ + pages, ServerError::OutOfMemory);
        return {};
    }

private:
    PagePool<Pages> left_;
    unsigned sessions_held_ = 0, sessions_left_ = 0;
    unsigned pages_held_ = 0;  // of all devices: they share the pool
};

}  // namespace glenda::unicorn
