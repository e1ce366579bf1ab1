// SPDX-License-Identifier: MIT
// Stands in for user/uart/registers.h: the registers of the model.
#pragma once

#include "uart_model.h"

namespace glenda::uart {

class Registers {
public:
    explicit Registers(model::Uart& uart) : uart_(&uart) {}
    std::uint8_t read(unsigned number) const { return uart_->read(number); }
    void write(unsigned number, std::uint8_t value) const { uart_->write(number, value); }

private:
    model::Uart* uart_;
};

}  // namespace glenda::uart
