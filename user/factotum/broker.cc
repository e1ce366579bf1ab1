// SPDX-License-Identifier: MIT
// See broker.h.
#include "broker.h"

namespace glenda::factotum {

namespace {

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

Answer<void> Broker::offer(unsigned service, CPtr given) {
    const auto type = memory_.kernel().type(given);
    CHECK(type && *type == CapType::Endpoint, ServerError::BadRequest);
    withdraw(service);
    TRY(slot, take_slot());
    if (const auto moved = memory_.kernel().move(slot, given); !moved) {
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
    // lab 5.6a {
    const Offer& offer = offers_[service];
    CHECK(offer.state == State::Offered, offer.state == State::Gone ? ServerError::Broken : ServerError::NotFound);
    TRY(slot, take_slot());
    auto made = memory_.kernel().mint(slot, offer.slot, kSpeak, badge);
    if (!made) made = memory_.kernel().copy_with(slot, offer.slot, kSpeak);
    if (made) return slot;
    drop(slot);
    return Refusal(made.error());
    // lab 5.6a }
}

}  // namespace glenda::factotum
