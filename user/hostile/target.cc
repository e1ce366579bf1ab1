// SPDX-License-Identifier: MIT
// See target.h.
#include "target.h"

#include "glenda/devices.h"
#include "glenda/slots.h"
#include "protocol/factotum.h"
#include "protocol/gpu.h"
#include "protocol/input.h"
#include "protocol/nineball.h"
#include "protocol/rtc.h"
#include "protocol/serial.h"
#include "protocol/unicorn.h"
#include "util/bits.h"

namespace glenda::hostile {

namespace {

constexpr CPtr kLookedUp = kSlotPassedEnd - 1;

constexpr std::uint64_t number_of(auto method) { return std::uint64_t(method) & 0xff; }

template <typename... Methods>
constexpr std::uint64_t bits_of(Methods... methods) {
    return (bit(number_of(methods)) | ...);
}

constexpr Form form(auto method, std::string_view words) { return {number_of(method), words}; }

using F = FactotumMethod;
constexpr Form kFactotum[] = {
    form(F::Spawn, "0001p"),
    form(F::Spawn, "0001pC"),
    form(F::Spawn, "0s0spt"),
    form(F::Spawn, "s001psss"),
    form(F::Spawn, "L001psss"),
    form(F::Spawn, "B001pb0O"),
    form(F::Spawn, "B001pb0OC"),
    form(F::Exec, "0001p"),
    form(F::Exec, "B001pb0O"),
    form(F::SetAccount, "mbb"),
    form(F::SetAccount, "mss"),
    form(F::Inspect, "ss"),
    form(F::Audit, ""),
    form(F::Wait, "x0"),
    form(F::Wait, "m1"),
    form(F::Wait, "s1"),
    form(F::Kill, "ms"),
    form(F::Sbrk, "b"),
    form(F::Fork, ""),
    form(F::Mmap, "0br000"),
    form(F::Mmap, "0br000"),
    form(F::Mmap, "abrs00"),
    form(F::Mmap, "mbr200"),
    form(F::Mmap, "0br400"),
    form(F::Munmap, "ab"),
    form(F::Munmap, "mb"),
    form(F::Mprotect, "mbr"),
    form(F::Mprotect, "abr"),
    form(F::CreateObject, "s"),
    form(F::CreateObject, "s"),
    form(F::DeleteObject, "m"),
    form(F::SetExitNotification, "N"),
    form(F::SetExitNotification, "C"),
    form(F::MemoryInfo, ""),
    form(F::Ps, ""),
    form(F::Ps, "0"),
    form(F::Ps, "m"),
    form(F::ThreadCreate, "aasa"),
    form(F::ThreadExit, "ss"),
    form(F::ThreadJoin, "ms"),
    form(F::FutexWait, "m0b"),
    form(F::FutexWait, "a0s"),
    form(F::FutexWake, "as"),
    form(F::Sleep, "s"),
    form(F::ObjectCreate, "s0"),
    form(F::ObjectCreate, "ss"),
    form(F::ObjectCreate, "s1"),
    form(F::PagerTake, "1"),
    form(F::PagerTake, "s"),
    form(F::PagerSupply, "msssO"),
    form(F::PagerSupply, "m010O"),
    form(F::PagerSupply, "mmmmO"),
    form(F::ObjectInfo, "O"),
    form(F::ObjectInfo, "C"),
    form(F::Mmap, "0br00aO"),
    form(F::Mmap, "0br100O"),
    form(F::Mmap, "0br100C"),
    form(F::SetSched, "msss"),
    form(F::SetSched, "m200"),
    form(F::EventTake, "e"),
    form(F::EventTake, "0"),
    form(F::EventAnswer, "mms00"),
    form(F::EventAnswer, "mmsaa"),
    form(F::GetPid, ""),
    form(F::GetPpid, ""),
    form(F::Household, "m"),
    form(F::Household, "s"),
    form(F::Yield, ""),
    form(F::RequestCap, "s1"),
    form(F::RequestCap, "P0"),
    form(F::Offer, "P0"),
    form(F::Offer, "PC"),
};

using N = nineball::Method;
constexpr Form kNineball[] = {
    form(N::Register, "tC"),  form(N::Log, "t"),       form(N::LogRead, "m"),  form(N::LogRead, "s"),
    form(N::Shutdown, ""),    form(N::Reboot, ""),     form(N::Status, "s"),   form(N::Ready, ""),
    form(N::Ready, "N"),      form(N::Start, "t"),     form(N::Stop, "t"),     form(N::LogTake, "m"),
    form(N::Heartbeat, "0N"), form(N::Heartbeat, "1"), form(N::Manifest, "s"),
};

using S = SerialMethod;
constexpr Form kSerial[] = {
    form(S::Write, "t"),          form(S::Read, "s"),           form(S::NewJob, ""),
    form(S::SetForeground, "sN"), form(S::SetForeground, "sC"), form(S::SetForeground, "s"),
};

using U = UnicornMethod;
constexpr Form kUnicorn[] = {
    form(U::Lookup, "st"),    form(U::List, "s"),        form(U::Open, "ss"),
    form(U::Close, "m"),      form(U::Pages, "ms"),      form(U::Ready, ""),
    form(U::SessionTake, ""), form(U::SessionDrop, "m"), form(U::Device, "s"),
};

constexpr Form kClock[] = {form(RtcMethod::Time, ""), form(RtcMethod::Time, "s")};

constexpr std::uint64_t protocol_of(std::string_view device_class) {
    for (const DeviceClass& each : kDeviceClasses)
        if (each.name == device_class) return each.number << 8;
    return 0;
}
constexpr Form kInput[] = {form(InputMethod::Name, ""), form(InputMethod::Read, "")};

using G = GpuMethod;
constexpr Form kGpu[] = {form(G::Size, ""), form(G::Show, "See"), form(G::Show, "mee"), form(G::Flush, "")};

using driver::SessionOp;
constexpr SessionOp kBlock[] = {SessionOp::Read, SessionOp::Write, SessionOp::Flush, SessionOp::Discard};
constexpr SessionOp kNet[] = {SessionOp::Send, SessionOp::Receive};
constexpr SessionOp kFiles[] = {SessionOp::Transact};

constexpr Target kTargets[] = {
    {"factotum", kFactotumProtocol, kSlotFactotum, 40, kFactotum,
     bits_of(F::Exit, F::ThreadExit, F::FutexWait, F::Sleep, F::Exec)},
    {"9ball", nineball::kProtocol, kSlotNineball, 15, kNineball, 0},
    {"serial", kSerialProtocol, kSlotStdio, 4, kSerial, bits_of(S::Read), "", {}, 0, 95},
    {"unicorn", kUnicornProtocol, kLookedUp, 10, kUnicorn, 0, devices::kUnicornName},
    {"clock", kRtcProtocol, kLookedUp, 2, kClock, 0, "rtc"},
    {"input", kInputProtocol, kLookedUp, 2, kInput, bits_of(InputMethod::Read), "input", {}, 0, 98},
    {"gpu", kGpuProtocol, kLookedUp, 3, kGpu, 0, "gpu", {}, 32},
    {"block", protocol_of("block"), kLookedUp, 0, {}, 0, "block", kBlock},
    {"net", protocol_of("net"), kLookedUp, 0, {}, 0, "net", kNet},
    {"9p", protocol_of("9p"), kLookedUp, 0, {}, 0, "9p", kFiles},
};

}  // namespace

std::optional<Target> target_named(std::string_view name) {
    for (const Target& target : kTargets)
        if (target.name == name) return target;
    return std::nullopt;
}

}  // namespace glenda::hostile
