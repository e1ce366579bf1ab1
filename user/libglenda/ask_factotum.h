// SPDX-License-Identifier: MIT
// What libglenda's requests to Factotum have in common.
#pragma once

#include "glenda/environment.h"
#include "glenda/process.h"

namespace glenda::process {

inline Endpoint server() { return environment().factotum; }

/// Sends a short request whose reply is one word.
template <typename... Words>
[[gnu::always_inline]] inline Answer<std::uint64_t> ask_word(FactotumMethod method, Words... words) {
    TRY(reply, ask(server(), method, words...));
    CHECK(reply.tag.length() != 0, ServerError::Broken);
    return reply.words[0];
}

/// Sends a short request whose reply has no words.
template <typename... Words>
Answer<void> tell(FactotumMethod method, Words... words) {
    TRY_VOID(ask(server(), method, words...));
    return {};
}

}  // namespace glenda::process
