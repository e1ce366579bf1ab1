// SPDX-License-Identifier: MIT
//
// user/factotum/broker.h: services that are offered, withdrawn and handed out in random steps, compared with a list of
// what was offered last, while the kernel may refuse anything.

#include <gtest/gtest.h>

#include <array>
#include <random>

#include "broker.h"
#include "factotum/machine.h"
#include "steps.h"

namespace glenda::factotum::test {
namespace {

using State = Broker::State;

struct Service {
    State state = State::Unknown;
    std::uint64_t object = 0;
    Badge badge = 0;  // that the server has chosen
};

TEST(Broker, ServicesHaveNumbersInHundreds) {
    EXPECT_EQ(Broker::number_of(0x0900), 9u);
    EXPECT_EQ(Broker::number_of(0x0901), std::nullopt);
    EXPECT_EQ(Broker::number_of(0), std::nullopt);
    EXPECT_EQ(Broker::number_of(std::uint64_t{Broker::kServices} * 0x100), std::nullopt);
    EXPECT_EQ(Broker::number_of(~std::uint64_t{0}), std::nullopt);
}

TEST(Broker, RandomOffersAgreeWithAList) {
    constexpr CPtr kReceived = 3;  // where 9Ball's capabilities arrive
    TestMemory books(4);
    Memory& memory = books.memory();
    Broker broker(memory);
    std::mt19937_64 random(11);
    std::array<Service, Broker::kServices> model{};
    const std::uint64_t slots = memory.heap().free_slots(), caps = machine().slots.size();
    std::uint64_t made = 0, given = 0, refused = 0, offered = 0;
    for (int step = 0; step < steps(1'000'000); step++) {
        const unsigned number = 1 + unsigned(random() % 8);
        Service& service = model[number];
        if (random() % 64 == 0) machine().fails_after = int(random() % 3);
        switch (random() % 8) {
            case 0: {
                const bool is_endpoint = random() % 8 != 0;
                const Service next{State::Offered, ++made, random() % 4 == 0 ? 1 + random() % 100 : 0};
                machine().fill(kReceived, {.type = is_endpoint ? CapType::Endpoint : CapType::Notification,
                                           .object = next.object,
                                           .badge = next.badge});
                const bool may_fail = machine().fails_after >= 0;
                const auto done = broker.offer(number, kReceived);
                ASSERT_TRUE(done.has_value() == is_endpoint || may_fail);
                if (done) {
                    service = next;
                    offered++;
                } else if (is_endpoint && service.state == State::Offered) {
                    service = {.state = State::Gone};
                }
                (void)memory.kernel().remove(kReceived);  // as the server's loop does with what is not kept
                break;
            }
            case 1:
                broker.withdraw(number);
                if (service.state == State::Offered) service = {.state = State::Gone};
                break;
            default: {
                const Badge pid = 1 + random() % 1000;
                const bool may_fail = machine().fails_after >= 0;
                const auto copy = broker.copy(number, pid);
                if (service.state != State::Offered) {
                    ASSERT_FALSE(copy);
                    const auto why = service.state == State::Gone ? ServerError::Broken : ServerError::NotFound;
                    ASSERT_TRUE(copy.error() == AnyError(why));
                    break;
                }
                if (!copy) {
                    ASSERT_TRUE(may_fail);
                    refused++;
                    break;
                }
                const Cap* const cap = machine().find(*copy);
                ASSERT_NE(cap, nullptr);
                ASSERT_EQ(cap->object, service.object);
                ASSERT_TRUE(cap->badge == (service.badge != 0 ? service.badge : pid) || may_fail) << step;
                broker.drop(*copy);
                given++;
            }
        }
        machine().fails_after = -1;
        ASSERT_EQ(broker.state(number), service.state) << step;
        std::uint64_t kept = 0;
        for (const Service& each : model) kept += each.state == State::Offered;
        ASSERT_EQ(machine().slots.size(), caps + kept) << "one capability for each offer";
        ASSERT_EQ(memory.heap().free_slots(), slots - kept);
    }
    EXPECT_GT(given, steps(100'000u));
    EXPECT_GT(refused, steps(100u));
    EXPECT_GT(offered, 1000u);
}

}  // namespace
}  // namespace glenda::factotum::test
