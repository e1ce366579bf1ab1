// SPDX-License-Identifier: MIT
//
// kernel/boot/free_memory.h against a page map; boot/hardware.h: which devices it chooses, and the command line.
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>
#include <string_view>

#include "arch/layout.h"
#include "boot/free_memory.h"
#include "boot/hardware.h"
#include "format_builders.h"
#include "host/machine.h"
#include "util/bits.h"

namespace glenda::test {
namespace {

constexpr unsigned kPages = 512;
constexpr PhysAddr kBase{0x8000'0000};

PhysAddr page(std::uint64_t n) { return kBase + n * kPageSize; }

/// Which added range each page belongs to, 0 where it is not free.
class NaiveMemory {
public:
    struct Run {
        unsigned begin, end;
    };
    /// The runs of pages of one range, ascending.
    std::vector<Run> runs() const {
        std::vector<Run> runs;
        for (unsigned i = 0; i < kPages; i++) {
            if (pages_[i] == 0) continue;
            if (i != 0 && pages_[i - 1] == pages_[i])
                runs.back().end = i + 1;
            else
                runs.push_back({i, i + 1});
        }
        return runs;
    }
    bool is_free(unsigned begin, unsigned end) const {
        return std::all_of(&pages_[begin], &pages_[0] + end, [](unsigned range) { return range != 0; });
    }
    bool is_used(unsigned begin, unsigned end) const {
        return std::all_of(&pages_[begin], &pages_[0] + end, [](unsigned range) { return range == 0; });
    }
    void add(unsigned begin, unsigned end) { std::fill(&pages_[begin], &pages_[0] + end, next_++); }
    void remove(unsigned begin, unsigned end) { std::fill(&pages_[begin], &pages_[0] + end, 0); }
    /// The lowest run of 2^order pages at a multiple of itself; kPages if there is none.
    unsigned find(unsigned order) const {
        for (const Run& run : runs()) {
            const auto at = static_cast<unsigned>(align_up(run.begin, bit(order)));
            if (at + bit(order) <= run.end) return at;
        }
        return kPages;
    }
    std::uint64_t total() const {
        return kPageSize * static_cast<std::uint64_t>(kPages - std::count(pages_.begin(), pages_.end(), 0u));
    }

private:
    std::array<unsigned, kPages> pages_{};
    unsigned next_ = 1;
};

TEST(FreeMemory, RandomOperationsMatchAPageMap) {
    std::mt19937 random{11};
    for (unsigned round = 0; round < 60; round++) {
        FreeMemory memory;
        NaiveMemory naive;
        for (unsigned i = 0; i < 300; i++) {
            const unsigned begin = random() % kPages, end = std::min<unsigned>(kPages, begin + 1 + random() % 64);
            const bool has_room = naive.runs().size() < 60;
            switch (random() % 4) {
                case 0:
                    if (!has_room || !naive.is_used(begin, end)) break;
                    memory.add({page(begin), page(end)});
                    naive.add(begin, end);
                    break;
                case 1:
                    if (!has_room) break;
                    memory.remove({page(begin), page(end)});
                    naive.remove(begin, end);
                    break;
                default: {
                    if (!has_room) break;
                    const unsigned order = random() % 6;
                    const unsigned expected = naive.find(order);
                    const PhysAddr got = memory.allocate(kPageBits + order);
                    ASSERT_EQ(got, expected == kPages ? PhysAddr{} : page(expected));
                    if (expected != kPages) naive.remove(expected, expected + (1u << order));
                }
            }
            ASSERT_EQ(memory.total(), naive.total());
        }
        // What is left comes out in blocks, ascending, each as large as its place allows; nothing of it twice.
        PhysAddr last{};
        for (;;) {
            const FreeMemory::Block block = memory.take_block(kPageBits, kPageBits + 4);
            if (block.size_bits == 0) break;
            ASSERT_TRUE(is_aligned(block.address.value, bit(block.size_bits)));
            ASSERT_GE(block.address, last);
            last = block.address + bit(block.size_bits);
            const auto begin = static_cast<unsigned>((block.address - kBase) / kPageSize);
            const auto end = static_cast<unsigned>((last - kBase) / kPageSize);
            const NaiveMemory::Run run = naive.runs().front();
            ASSERT_EQ(begin, run.begin);
            ASSERT_LE(end, run.end);
            const bool could_be_larger = block.size_bits < kPageBits + 4 &&
                                         is_aligned(block.address.value, 2 * bit(block.size_bits)) &&
                                         begin + 2 * (end - begin) <= run.end;
            ASSERT_FALSE(could_be_larger);
            naive.remove(begin, end);
        }
        ASSERT_EQ(naive.total(), 0u);
        ASSERT_EQ(memory.total(), 0u);
    }
}

TEST(FreeMemory, ScrapsSmallerThanABlockAreLeftOut) {
    FreeMemory memory;
    memory.add({{0x1001}, {0x3fff}});
    const FreeMemory::Block block = memory.take_block(kPageBits, 38);
    EXPECT_EQ(block.address, PhysAddr{0x2000});
    EXPECT_EQ(block.size_bits, kPageBits);
    EXPECT_EQ(memory.take_block(kPageBits, 38).size_bits, 0u);
}

TEST(FreeMemory, AFullListForgetsFreeMemoryButNeverUsedMemory) {
    FreeMemory memory;
    memory.add({page(0), page(400)});
    for (unsigned i = 1; i < 400; i += 2) memory.remove({page(i), page(i + 1)});
    for (;;) {
        const FreeMemory::Block block = memory.take_block(kPageBits, 38);
        if (block.size_bits == 0) break;
        ASSERT_EQ(block.size_bits, kPageBits);
        ASSERT_EQ((block.address - kBase) / kPageSize % 2, 0u);
    }
}

TEST(FreeMemory, TheEndOfTheAddressSpace) {
    FreeMemory memory;
    memory.add({{~std::uint64_t{0} - 0x2fff}, {~std::uint64_t{0}}});
    EXPECT_EQ(memory.allocate(20), PhysAddr{});
    memory.remove({{0x1000}, {~std::uint64_t{0}}});
    EXPECT_EQ(memory.total(), 0u);
    memory.remove({{0x2000}, {0x1000}});  // nothing
    memory.add({{0x2000}, {0x2000}});     // nothing
    EXPECT_EQ(memory.total(), 0u);
}

/// The tree in `blob`, as the kernel finds it in its memory.
Hardware survey(const Buffer& blob) {
    host::power_on();
    std::memcpy(to_pointer<std::byte>(kBase), blob.data(), blob.size());
    const auto hardware = Hardware::survey(kBase);
    if (!hardware) ADD_FAILURE() << hardware.error().what;
    return hardware.value_or(Hardware{});
}

TEST(Hardware, ThePlicOfTheUart) {
    const Hardware hardware = survey(read_case("fdt-two-plics.dtb"));
    EXPECT_EQ(hardware.uart->base, 0x1000'0000u);
    EXPECT_EQ(hardware.plic.base, 0xc00'0000u);
    EXPECT_EQ(hardware.plic_sources, 0x60u);
    EXPECT_EQ(hardware.plics.size(), 2u) << "neither is given away";
}

TEST(Hardware, PlicContexts) {
    const Hardware hardware = survey(read_case("fdt-two-plics.dtb"));
    EXPECT_EQ(hardware.plic_context(0), 1u);
    EXPECT_EQ(hardware.plic_context(1), 3u);
    EXPECT_EQ(hardware.plic_context(2), 1u) << "this PLIC does not reach the second node's harts";
    EXPECT_EQ(hardware.plic_context(3), 1u);
    const Hardware one = survey(read_case("fdt-first-uart-disabled.dtb"));
    EXPECT_EQ(one.plic_context(0), 1u);
}

TEST(Hardware, AUartThatIsSwitchedOff) {
    EXPECT_EQ(survey(read_case("fdt-first-uart-disabled.dtb")).uart->base, 0x1000'0000u);
}

/// A machine with one hart, a PLIC with these properties, and a UART with those.
Buffer small_machine(const std::function<void(FdtBuilder&)>& plic, const std::function<void(FdtBuilder&)>& uart) {
    FdtBuilder tree;
    tree.begin("").cells("#address-cells", {1}).cells("#size-cells", {1}).begin("cpus");
    tree.cells("#address-cells", {1}).cells("#size-cells", {0}).begin("cpu@3").cells("reg", {3});
    tree.begin("interrupt-controller").cells("phandle", {5}).end().end().end();
    tree.begin("uart@1000").cells("reg", {0x1000, 0x100}).string("compatible", "ns16550a");
    uart(tree);
    tree.end().begin("plic@4000000").cells("reg", {0x400'0000, 0x40'0000}).string("compatible", "riscv,plic0");
    plic(tree);
    return tree.end().end().finish().build();
}
void nothing(FdtBuilder&) {}

TEST(Hardware, ContextsOfOtherMachines) {
    const auto context = [](std::initializer_list<uint32_t> contexts) {
        const auto plic = [&](FdtBuilder& tree) { tree.cells("interrupts-extended", contexts); };
        return survey(small_machine(plic, nothing)).plic_context(3);
    };
    EXPECT_EQ(context({5, 9}), 0u) << "without M-mode";
    EXPECT_EQ(context({4, 11, 5, ~0u, 5, 9}), 2u) << "a hart without S-mode comes first";
    EXPECT_EQ(context({5, 11, 4, 9}), std::nullopt) << "it reaches only a hart that is not there";
    EXPECT_EQ(context({5, 11, 5}), std::nullopt) << "cut short";
    EXPECT_EQ(context({}), std::nullopt);
    EXPECT_EQ(survey(small_machine(nothing, nothing)).plic_context(3), std::nullopt);
}

TEST(Hardware, NoPlic) {
    const auto off = [](FdtBuilder& tree) { tree.string("status", "disabled").cells("interrupts-extended", {5, 9}); };
    const Hardware hardware = survey(small_machine(off, nothing));
    EXPECT_EQ(hardware.plic.size, 0u);
    EXPECT_EQ(hardware.plic_context(3), std::nullopt);
    EXPECT_EQ(hardware.plics.size(), 1u) << "its registers are not given away all the same";
}

TEST(Hardware, APlicWithoutRegisters) {
    FdtBuilder tree;
    tree.begin("")
        .begin("cpus")
        .cells("#address-cells", {1})
        .cells("#size-cells", {0})
        .begin("cpu@0")
        .cells("reg", {0});
    tree.begin("interrupt-controller").cells("phandle", {5}).end().end().end();
    tree.begin("plic").string("compatible", "riscv,plic0").cells("interrupts-extended", {5, 9}).end();
    const Hardware hardware = survey(tree.end().finish().build());
    EXPECT_EQ(hardware.plic.size, 0u);
    EXPECT_EQ(hardware.plic_context(0), std::nullopt);
}

TEST(Hardware, SourcesOfThePlic) {
    const auto many = [](FdtBuilder& tree) { tree.cells("riscv,ndev", {~0u}).cells("interrupts-extended", {5, 9}); };
    EXPECT_EQ(survey(small_machine(many, nothing)).plic_sources, 1023u) << "there cannot be more";
}

TEST(Hardware, RegistersOfTheUart) {
    const auto wide = [](FdtBuilder& tree) { tree.cells("reg-shift", {2}).cells("reg-io-width", {4}); };
    const auto uart = survey(small_machine(nothing, wide)).uart;
    EXPECT_EQ(uart->shift, 2u);
    EXPECT_EQ(uart->width, 4u);
    const auto odd = [](FdtBuilder& tree) { tree.cells("reg-io-width", {4}); };
    EXPECT_FALSE(survey(small_machine(nothing, odd)).uart) << "the firmware goes on printing";
}

TEST(Hardware, MorePlicsThanFit) {
    FdtBuilder tree;
    tree.begin("");
    for (uint32_t i = 0; i < 9; i++) tree.begin("plic@" + std::to_string(i)).string("compatible", "riscv,plic0").end();
    const Buffer blob = tree.end().finish().build();
    host::power_on();
    std::memcpy(to_pointer<std::byte>(kBase), blob.data(), blob.size());
    EXPECT_STREQ(Hardware::survey(kBase).error().what, "more than 8 PLICs");
}

TEST(Option, WordsOfTheCommandLine) {
    EXPECT_EQ(option("root=bin/test verbose", "root"), "bin/test");
    EXPECT_EQ(option("verbose root=bin/test", "root"), "bin/test");
    EXPECT_EQ(option("  a=1   root=x  ", "root"), "x");
    EXPECT_EQ(option("root=a root=b", "root"), "a");
    EXPECT_EQ(option("root=a=b", "root"), "a=b");
    EXPECT_EQ(option("rootfs=x", "root"), "");
    EXPECT_EQ(option("xroot=x", "root"), "");
    EXPECT_EQ(option("root", "root"), "");
    EXPECT_EQ(option("root=", "root"), "");
    EXPECT_EQ(option("", "root"), "");
    EXPECT_EQ(option(" ", "root"), "");
}

}  // namespace
}  // namespace glenda::test
