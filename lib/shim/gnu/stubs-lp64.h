// SPDX-License-Identifier: MIT
// Empty. Debian's cross headers include it when compiling for the soft-float ABI.
