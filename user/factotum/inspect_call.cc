// SPDX-License-Identifier: MIT
// INSPECT: what a process may do, and what it holds, slot by slot. So a test can see that no service has more than its
// manifest says.
#include "factotum.h"

namespace glenda::factotum {

Reaction Factotum::inspect(Process& process, Request& request) {
    MessageReader reader = request.reader();
    const std::uint64_t pid = reader.word();
    const std::uint64_t slot = reader.word();
    if (!reader.ok()) return ServerError::BadRequest;
    if (!has(process.grants, Grants::Power)) return ServerError::PermissionDenied;
    Process* const subject = pid >> 32 == 0 ? processes_.find_pid(std::uint32_t(pid)) : nullptr;
    if (subject == nullptr || subject->has_ended) return ServerError::NoSuchProcess;
    if (subject->is_founder()) return ServerError::PermissionDenied;  // theirs are not Factotum's to tell
    if (slot == 0) return Reaction::ok(CapType::Null, Rights::None, 0, subject->grants);
    const auto info = subject->cspace.info(slot);
    if (!info) return ServerError::NotFound;
    return Reaction::ok(info->type, info->rights, info->size_bits, info->badge);
}

}  // namespace glenda::factotum
