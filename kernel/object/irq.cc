// SPDX-License-Identifier: MIT
// See irq.h.
#include "object/irq.h"

#include "arch/plic.h"

namespace glenda {

constinit Irq irqs[kMaxIrqs];

void release_irq(Irq& irq) {
    arch::plic_mask(number_of(irq));
    irq.is_claimed = false;
}

}  // namespace glenda
