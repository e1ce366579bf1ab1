# SPDX-License-Identifier: MIT
"""What an error of this computer means, in a sentence that says what to do."""

import errno
import os

ELSEWHERE = "build elsewhere: make grade BUILD=/tmp/glenda-build"
FULL = f"the disk is full: make room (make clean removes what was built), or {ELSEWHERE}"
FULL_SIGN = os.strerror(errno.ENOSPC)       # as tools print it in the locale C


def in_words(error: BaseException) -> str:
    """One line, or several that the error brings along."""
    if not isinstance(error, OSError):
        return str(error)
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return FULL
    if error.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
        return (f"{error.filename} cannot be written or read ({error.strerror}): take it over (make doctor says how), "
                f"or {ELSEWHERE}")
    return str(error)
