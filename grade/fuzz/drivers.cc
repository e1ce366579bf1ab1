// SPDX-License-Identifier: MIT
// What user/unicorn/driver_table.h promises about a table that `parse` has accepted.
#include <memory>

#include "parser.h"
#include "unicorn/driver_table.h"

namespace glenda::fuzz {

using unicorn::DriverConfig;
using unicorn::DriverTable;

namespace {

void check_driver(const DriverConfig& driver, const DriverTable& table) {
    touch(driver.compatible);
    touch(driver.path);
    touch(driver.device_class);
    expect(!driver.path.empty() && !driver.device_class.empty(), "a driver has a program and a class");
    expect(driver.compatible.empty() != (driver.virtio == 0), "a driver is for a device of one kind");
    expect(driver.priority >= 1 && driver.priority <= DriverTable::kMaxPriority, "a priority below Unicorn's");
    expect(driver.dma_pages <= DriverTable::kMaxPages, "memory that there may be");
    const DriverConfig* const found =
        driver.virtio != 0 ? table.for_virtio(driver.virtio) : table.for_compatible(driver.compatible);
    expect(found != nullptr && found <= &driver, "the first driver for a device is found");
}

}  // namespace

bool drivers(Bytes file) {
    const auto table = std::make_unique<DriverTable>();
    if (const auto outcome = table->parse(as_text(file)); !outcome) {
        touch(outcome.error().what.view());
        expect(outcome.error().line <= file.size() + 1, "an error is in the file");
        return false;
    }
    for (const DriverConfig& driver : table->drivers()) check_driver(driver, *table);
    return true;
}

}  // namespace glenda::fuzz
