// SPDX-License-Identifier: MIT
// Eight registers in device memory, each a byte wide in the chip. On the host, a model of the chip answers instead
// (grade/host/uart_model/).
#pragma once

#include <cstdint>

namespace glenda::uart {

class Registers {
public:
    /// How a board connects them (`reg-shift` and `reg-io-width` of the device tree).
    struct Layout {
        unsigned shift = 0;  // register i is at address + (i << shift)
        unsigned width = 1;  // bytes of an access: 1 or 4
    };

    Registers(std::uint64_t address, Layout layout) : address_(address), layout_(layout) {}

    std::uint8_t read(unsigned number) const {
        return layout_.width == 4 ? std::uint8_t(at<std::uint32_t>(number)) : at<std::uint8_t>(number);
    }
    void write(unsigned number, std::uint8_t value) const {
        if (layout_.width == 4)
            at<std::uint32_t>(number) = value;
        else
            at<std::uint8_t>(number) = value;
    }

private:
    template <typename Word>
    volatile Word& at(unsigned number) const {
        return *reinterpret_cast<volatile Word*>(address_ + (std::uint64_t{number} << layout_.shift));
    }

    std::uint64_t address_;
    Layout layout_;
};

}  // namespace glenda::uart
