// SPDX-License-Identifier: MIT
//
// kernel/call/invoke_untyped.cc: random new objects are where a naive model puts them, disjoint, aligned and zero,
// whatever was in the memory before and however often Retype is preempted.
#include <map>

#include "arch/layout.h"
#include "mem/address_spaces.h"
#include "untyped_fixture.h"

namespace glenda::test {
namespace {

class UntypedModel : public UntypedTest {
protected:
    std::map<CPtr, std::pair<CapType, Span>> live_;
    std::uint64_t watermark_ = 0;
    std::mt19937 random_{23};
    unsigned made_ = 0, refused_ = 0;

    struct Wish {
        CapType type;
        unsigned size_bits;
        unsigned count;
        CPtr first;
    };
    Wish any_wish() {
        constexpr CapType kTypes[] = {CapType::Untyped, CapType::CNode,        CapType::Tcb,   CapType::Endpoint,
                                      CapType::Reply,   CapType::Notification, CapType::Frame, CapType::PageTable,
                                      CapType::VSpace,  CapType::Timer};
        Wish wish{kTypes[random_() % 10], 0, 1 + static_cast<unsigned>(random_() % (random_() % 4 == 0 ? 64 : 4)),
                  kFirst + random_() % kSlots};
        if (wish.type == CapType::Untyped) wish.size_bits = kMinUntypedBits + random_() % 12;
        if (wish.type == CapType::CNode) wish.size_bits = kMinCNodeRadix + random_() % 7;
        if (wish.type == CapType::Frame) wish.size_bits = kFrameBits;
        return wish;
    }
    Error expected(const Wish& wish, Span& span) {
        for (unsigned i = 0; i < wish.count; i++)
            if (live_.contains(wish.first + i)) return Error::SlotOccupied;
        if (live_.empty()) watermark_ = 0;
        const std::uint64_t size = bit(bits_of(wish.type, wish.size_bits));
        span.begin = (watermark_ + size - 1) / size * size;
        span.end = span.begin + wish.count * size;
        return span.end <= bit(kBits) ? Error::Ok : Error::NotEnoughMemory;
    }
    void check_new(const Wish& wish, Span span) {
        const std::uint64_t size = (span.end - span.begin) / wish.count;
        for (unsigned i = 0; i < wish.count; i++) {
            const Capability& cap = slot(wish.first + i).cap;
            const Span own{span.begin + i * size, span.begin + (i + 1) * size};
            ASSERT_EQ(cap.type, wish.type);
            ASSERT_EQ(cap.rights, Rights::All);
            ASSERT_EQ(cap.object, memory() + own.begin);
            for (const auto& [at, other] : live_)
                ASSERT_TRUE(own.end <= other.second.begin || other.second.end <= own.begin);
            switch (wish.type) {
                case CapType::Untyped: break;  // cleared when objects are made from it
                case CapType::Tcb: {
                    const Tcb& tcb = cap.as<Tcb>();
                    ASSERT_EQ(tcb.state, ThreadState::Inactive);
                    ASSERT_TRUE(is_zero({own.begin, own.begin + sizeof(Registers)}));
                    ASSERT_TRUE(tcb.cspace.is_empty() && tcb.utcb == nullptr && tcb.priority == 0);
                    break;
                }
                case CapType::VSpace:
                    ASSERT_TRUE(is_zero({own.begin, own.begin + kPageSize / 2}));
                    ASSERT_EQ(address_spaces.find(cap.space), &cap.as<PageTable>());
                    break;
                default: ASSERT_TRUE(is_zero(own)) << name_of(wish.type);
            }
        }
    }
    void create() {
        const Wish wish = any_wish();
        Span span{};
        const Error error = expected(wish, span);
        ASSERT_EQ(retype_at(wish.first, wish.type, wish.size_bits, wish.count), error);
        if (error != Error::Ok) {
            refused_++;
            for (unsigned i = 0; i < wish.count; i++)
                ASSERT_EQ(slot(wish.first + i).is_empty(), !live_.contains(wish.first + i));
            return;
        }
        check_new(wish, span);
        const std::uint64_t size = (span.end - span.begin) / wish.count;
        for (unsigned i = 0; i < wish.count; i++)
            live_[wish.first + i] = {wish.type, {span.begin + i * size, span.begin + (i + 1) * size}};
        watermark_ = span.end;
        made_ += wish.count;
    }
    /// Deletes one object or all, then dirties the memory as a user might have.
    void destroy(CPtr at) {
        const auto [type, span] = live_[at];
        if (type == CapType::Frame || type == CapType::Untyped) scribble(span);
        ASSERT_EQ(remove(at), Error::Ok);
        scribble(span);
        live_.erase(at);
    }
};

TEST_F(UntypedModel, RandomObjectsMatch) {
    for (unsigned i = 0; i < 20'000; i++) {
        machine.checks_before_interrupt = random_() % 4 == 0 ? random_() % 3 : host::kNever;
        const unsigned choice = random_() % 40;
        if (choice == 0) {
            while (!live_.empty()) destroy(live_.begin()->first);
        } else if (choice < 16 && !live_.empty()) {
            destroy(std::next(live_.begin(), random_() % live_.size())->first);
        } else {
            create();
        }
        if (i % 100 == 0) {
            ASSERT_EQ(watermark(), live_.empty() ? 0 : watermark_);
            ASSERT_EQ(tree_fault(slot(kUntyped)), "");
        }
        if (HasFatalFailure()) FAIL() << "operation " << i;
    }
    EXPECT_GT(made_, 10'000u);
    EXPECT_GT(refused_, 1000u);
    EXPECT_GT(preemptions(), 500u);
    while (!live_.empty()) destroy(live_.begin()->first);
    EXPECT_EQ(address_spaces.room(), kMaxSpaces - 2);  // root's is left
}

}  // namespace
}  // namespace glenda::test
