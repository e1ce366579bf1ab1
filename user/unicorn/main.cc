// SPDX-License-Identifier: MIT
// Unicorn, the device manager: finds the machine's devices, starts a driver for each, and keeps them running.
//
// 9Ball gives it one CNode with all authority over devices (protocol/unicorn_boot.h). It reads the device tree and
// drivers.toml, looks which virtio devices there are, and gives each driver copies of what its own device consists of.
// No damage in these files keeps the serial line from being driven: then a person can read what is wrong.
#include "driver/virtio_mmio.h"
#include "drivers.h"
#include "format/cpio.h"
#include "glenda/environment.h"
#include "glenda/map_frame.h"
#include "glenda/nineball.h"
#include "glenda/panic.h"
#include "server.h"

namespace glenda::unicorn {

namespace {

constexpr std::string_view kTableFile = "drivers.toml";

Reply reply_places[kReplyCount + 1];  // and the one that every process has
constinit ReplyPool replies(reply_places);
DriverTable usual_table, read_table;
MachineDevices machine;
Device devices[MachineDevices::kMax];

/// Unwraps the result of a step that Unicorn cannot do without.
template <typename T>
T must(Answer<T> answer, const char* what) {
    if (!answer) panic("{}: {}", what, answer.error());
    if constexpr (!std::is_void_v<T>) return *answer;
}

/// Maps the page in which the kernel says what there is.
Answer<const BootInfo*> map_boot_info() {
    TRY_VOID(CNode(kSlotCNode).copy(kScratch, CNode(kVault), kDeviceBootInfo));
    TRY(address, map_frame(Frame(kScratch), MapFlags::Read));
    return reinterpret_cast<const BootInfo*>(address);
}

/// Maps frames of the vault, of 2^size_bits bytes each, for reading.
Answer<std::uint64_t> map_slots(const Vault& vault, SlotRange frames, unsigned size_bits) {
    const std::uint64_t count = frames.end - frames.first;
    FrameRun run(count << size_bits, MapFlags::Read);
    for (std::uint64_t done = 0; done < count;) {
        unsigned taken = 0;
        for (; taken < kMaxMessageCaps && done + taken < count; taken++)
            TRY_VOID(vault.lend(frames.first + done + taken, taken));
        TRY_VOID(run.add(kScratch, taken));
        done += taken;
    }
    return run.address();
}

/// Unicorn's own objects, once there is memory for them.
Answer<void> make_objects() {
    const CNode own(kSlotCNode);
    const Untyped objects(kObjects);
    TRY_VOID(objects.retype(CapType::Endpoint, 0, own, kEndpoint));
    TRY_VOID(objects.retype(CapType::Timer, 0, own, kTimer));
    TRY_VOID(objects.retype(CapType::Reply, 0, own, kFirstReply, kReplyCount));
    replies.add(environment().reply);
    for (unsigned i = 0; i < kReplyCount; i++) replies.add(Reply(kFirstReply + i));
    TRY_VOID(own.mint(kTimerNotification, own, kSlotNotification, Rights::Write, kTimerExpired));
    TRY_VOID(own.mint(kChildNotification, own, kSlotNotification, Rights::Write, kChildEnded));
    TRY_VOID(own.mint(kStopNotification, own, kSlotNotification, Rights::Write, kStopWanted));
    TRY_VOID(environment().tcb.bind(environment().notification));
    TRY_VOID(Timer(kTimer).bind(Notification(kTimerNotification)));
    TRY_VOID(process::set_exit_notification(Notification(kChildNotification)));
    return nineball::ready(Notification(kStopNotification));
}

/// The table of the initrd; the usual one if that is damaged.
const DriverTable& find_table(Bytes initrd) {
    (void)usual_table.parse(kUsualTable);
    const auto file = Cpio(initrd).find(kTableFile);
    if (!file) {
        print("{}: {}: only serial lines are driven\n", kTableFile, file.error().what);
        return usual_table;
    }
    const auto parsed = read_table.parse(as_text(file->data));
    if (parsed) return read_table;
    print("{}:{}: {}: only serial lines are driven\n", kTableFile, parsed.error().line, parsed.error().what.view());
    return usual_table;
}

/// What is behind a virtio transport: decides which driver it gets.
DeviceState probe(Device& device, const DriverTable& table) {
    const driver::VirtioMmio transport(driver::Mmio(device.address));
    const auto id = transport.probe();
    if (!id) {
        print("{}: {}\n", device.name(), name_of(id.error()));
        return DeviceState::Unusable;
    }
    if (*id == driver::VirtioId::None) return DeviceState::Empty;
    device.driver = table.for_virtio(unsigned(*id));
    if (!transport.reset()) {  // the driver of an earlier Unicorn may have left it at work
        print("{}: {}\n", device.name(), name_of(driver::VirtioError::NoReset));
        return DeviceState::Unusable;
    }
    return device.driver != nullptr ? DeviceState::Starting : DeviceState::NoDriver;
}

/// Makes all that a driver for the device will need. Whatever fails concerns this device alone.
DeviceState prepare(Device& device, const Fdt& tree, const DriverTable& table, Delegation& delegation,
                    Sessions& sessions) {
    if (!device.machine->is_usable) {
        if (device.driver != nullptr) print("{}: {}\n", device.name(), why_unusable(tree, device.name()).view());
        return DeviceState::Unusable;
    }
    if (device.registers == 0) return DeviceState::Unusable;
    if (device.machine->is_virtio) {
        if (const auto mapped = delegation.map_registers(device); !mapped) {
            print("{}: its registers cannot be mapped: {}\n", device.name(), mapped.error());
            return DeviceState::Unusable;
        }
        const DeviceState found = probe(device, table);
        if (found != DeviceState::Starting) return found;
    }
    if (device.driver == nullptr) return DeviceState::NoDriver;
    auto prepared = delegation.prepare(device);
    if (prepared) prepared = sessions.prepare(device);
    if (!prepared) {
        print("{}: cannot be given to a driver: {}\n", device.name(), prepared.error());
        return DeviceState::Unusable;
    }
    return DeviceState::Starting;
}

/// Registers are cut in ascending order, which is that of the devices.
void cut_registers(std::span<Device> all, Vault& vault, SlotRange untypeds) {
    for (Device& device : all) {
        if (!device.machine->is_usable) continue;
        const auto frame = vault.cut_registers(device.machine->page(), untypeds);
        if (frame)
            device.registers = *frame;
        else
            print("{}: no memory for its registers at {:#x}: {}\n", device.name(), device.machine->page(),
                  frame.error());
    }
}

[[noreturn]] void run() {
    const BootInfo& info = *must(map_boot_info(), "BootInfo");
    const DeviceSlots slots(info);
    static Vault vault(slots.empty);
    static Delegation delegation(vault);
    must(delegation.prepare(), "memory for devices");
    must(make_objects(), "own objects");

    const auto* initrd =
        reinterpret_cast<const std::byte*>(must(map_slots(vault, slots.initrd, kLargeFrameBits), "initrd"));
    const DriverTable& table = find_table({initrd + info.initrd_address % bit(kLargeFrameBits), info.initrd_size});
    const auto* blob = reinterpret_cast<const std::byte*>(must(map_slots(vault, slots.dtb, kFrameBits), "device tree"));
    const auto tree = Fdt::parse({blob + info.dtb_address % kPageSize, info.dtb_size});
    if (!tree) panic("device tree: {} (byte {})", tree.error().what, tree.error().where);

    machine.enumerate(*tree, table);
    if (machine.left_out() != 0) print("{} more devices than there is room for\n", machine.left_out());
    const std::span<Device> all(devices, machine.all().size());
    for (std::size_t i = 0; i < all.size(); i++) {
        all[i].machine = &machine.all()[i];
        all[i].driver = machine.all()[i].driver;
    }
    cut_registers(all, vault, slots.untyped);
    static Sessions sessions(all, delegation, vault);
    for (Device& device : all) device.state = prepare(device, *tree, table, delegation, sessions);

    static Drivers drivers(all, delegation, sessions, vault, info.timebase);
    drivers.start_all();
    static UnicornServer server(all, drivers, sessions, delegation, vault);
    server.register_once();
    Server(Endpoint(kEndpoint), replies, {CNode(kSlotCNode), kReceived, kMaxMessageCaps}).run(server);
}

}  // namespace

}  // namespace glenda::unicorn

int main() { glenda::unicorn::run(); }
