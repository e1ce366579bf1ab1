// SPDX-License-Identifier: MIT
// The names of the servers' errors, for messages.
#include "protocol/errors.h"

namespace glenda {

const char* name_of(ServerError error) {
    switch (error) {
        case ServerError::BadRequest: return "BadRequest";
        case ServerError::PermissionDenied: return "PermissionDenied";
        case ServerError::NotFound: return "NotFound";
        case ServerError::NoSuchProcess: return "NoSuchProcess";
        case ServerError::BadExecutable: return "BadExecutable";
        case ServerError::OutOfMemory: return "OutOfMemory";
        case ServerError::TooMany: return "TooMany";
        case ServerError::Exists: return "Exists";
        case ServerError::Busy: return "Busy";
        case ServerError::NotReady: return "NotReady";
        case ServerError::Interrupted: return "Interrupted";
        case ServerError::TimedOut: return "TimedOut";
        case ServerError::NotSupported: return "NotSupported";
        case ServerError::Broken: return "Broken";
        case ServerError::Again: return "Again";
        case ServerError::Count: break;
    }
    return "?";
}

const char* name_of(AnyError error) {
    return error.from_server() ? name_of(ServerError(error.code())) : name_of(Error(error.code()));
}

}  // namespace glenda
