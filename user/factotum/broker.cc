// SPDX-License-Identifier: MIT
// See broker.h.
#include "broker.h"

#include "glenda/slots.h"

namespace glenda::factotum {

namespace {

constexpr CNode kOwn(kSlotCNode);
constexpr Rights kSpeak = Rights::Write | Rights::Grant;

}  // namespace

Answer<CPtr> Broker::take_slot() {
    const auto slot = memory_.heap().take();
    CHECK(slot.has_value(), ServerError::TooMany);
    memory_.record_of_slot(*slot).owner = SlotRecord::kFactotum;
    return *slot;
}

void Broker::drop(CPtr copy) {
    (void)memory_.kernel().remove(copy);
    memory_.record_of_slot(copy) = {};
    memory_.heap().give(copy);
}

Answer<void> Broker::offer(unsigned service, CNode from, std::uint64_t index) {
    const auto given = from.info(index);
    CHECK(given && given->type == CapType::Endpoint, ServerError::BadRequest);
    withdraw(service);
    TRY(slot, take_slot());
    if (const auto moved = kOwn.move(slot, from, index); !moved) {
        drop(slot);
        return Refusal(moved.error());
    }
    offers_[service] = {State::Offered, slot};
    return {};
}

void Broker::withdraw(unsigned service) {
    Offer& offer = offers_[service];
    if (offer.state != State::Offered) return;
    drop(offer.slot);
    offer = {State::Gone, 0};
}

Answer<CPtr> Broker::copy(unsigned service, Badge badge) {
    const Offer& offer = offers_[service];
    CHECK(offer.state == State::Offered, offer.state == State::Gone ? ServerError::Broken : ServerError::NotFound);
    TRY(slot, take_slot());
    auto made = kOwn.mint(slot, kOwn, offer.slot, kSpeak, badge);
    if (!made) made = kOwn.copy(slot, kOwn, offer.slot, kSpeak);
    if (made) return slot;
    drop(slot);
    return Refusal(made.error());
}

}  // namespace glenda::factotum
