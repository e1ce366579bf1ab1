// SPDX-License-Identifier: MIT
// Empty: Debian's cross headers look for it with the soft-float ABI.
