// SPDX-License-Identifier: MIT
// Random choices, reproducible from a seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>

namespace glenda::test {

class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}

    /// Any number. The generator is SplitMix64 (Steele, Lea, Flood 2014).
    std::uint64_t word() {
        std::uint64_t z = state_ += 0x9e37'79b9'7f4a'7c15;
        z = (z ^ z >> 30) * 0xbf58'476d'1ce4'e5b9;
        z = (z ^ z >> 27) * 0x94d0'49bb'1331'11eb;
        return z ^ z >> 31;
    }
    /// 0 to `limit` - 1.
    unsigned below(std::uint64_t limit) { return static_cast<unsigned>(word() % limit); }
    /// True with this probability, in per cent.
    bool percent(unsigned chance) { return below(100) < chance; }
    template <typename T>
    T of(std::initializer_list<T> choices) {
        return choices.begin()[below(choices.size())];
    }
    /// An index into `weights`, each as often as its weight says.
    std::size_t weighted(std::initializer_list<unsigned> weights) {
        unsigned sum = 0;
        for (const unsigned weight : weights) sum += weight;
        unsigned left = below(sum);
        std::size_t index = 0;
        for (const unsigned weight : weights) {
            if (left < weight) break;
            left -= weight;
            index++;
        }
        return index;
    }

private:
    std::uint64_t state_;
};

}  // namespace glenda::test
