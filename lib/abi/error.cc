// SPDX-License-Identifier: MIT
// The names of the kernel's errors, for reports and transcripts.
#include "abi/error.h"

namespace glenda {

const char* name_of(Error error) {
    switch (error) {
        case Error::Ok: return "Ok";
        case Error::BadSyscall: return "BadSyscall";
        case Error::InvalidCapability: return "InvalidCapability";
        case Error::WrongType: return "WrongType";
        case Error::NoRights: return "NoRights";
        case Error::BadMethod: return "BadMethod";
        case Error::BadArgument: return "BadArgument";
        case Error::MessageTooShort: return "MessageTooShort";
        case Error::MessageTooLong: return "MessageTooLong";
        case Error::SlotOccupied: return "SlotOccupied";
        case Error::SlotEmpty: return "SlotEmpty";
        case Error::NotCopyable: return "NotCopyable";
        case Error::NotEnoughMemory: return "NotEnoughMemory";
        case Error::NotAligned: return "NotAligned";
        case Error::AlreadyMapped: return "AlreadyMapped";
        case Error::NotMapped: return "NotMapped";
        case Error::MissingTable: return "MissingTable";
        case Error::TooManySpaces: return "TooManySpaces";
        case Error::PriorityTooHigh: return "PriorityTooHigh";
        case Error::Busy: return "Busy";
        case Error::NotBound: return "NotBound";
        case Error::NoCaller: return "NoCaller";
        case Error::NoReply: return "NoReply";
        case Error::WouldBlock: return "WouldBlock";
        case Error::Deleted: return "Deleted";
        case Error::Cancelled: return "Cancelled";
        case Error::NoUtcb: return "NoUtcb";
        case Error::NotConfigured: return "NotConfigured";
        case Error::OutOfRange: return "OutOfRange";
        case Error::Count: break;
    }
    return "?";
}

}  // namespace glenda
