/* SPDX-License-Identifier: MIT
 *
 * System calls that fail: "CALL=ERRNO", or "CALL/N:VALUE=ERRNO" where only calls whose Nth argument
 * (the first is 1) has that value do. The filter is loaded between fork and exec; nobody needs to
 * be root for it (seccomp(2), libseccomp).
 */
#ifndef HARNESS_FAULT_H
#define HARNESS_FAULT_H

/* NULL, or what is expected in place of the text. */
const char *fault_check(const char *text);

/* From now on these calls of the calling process fail, NULL at the end of the list, and it can gain
 * no privileges. -1 with errno. */
int fault_load(char *const *faults);

#endif
