/* SPDX-License-Identifier: MIT */
#include "verdict.h"

#include <string.h>

static const struct {
    const char *name;
    enum standing standing;
    bool judges;
} verdicts[VERDICT_COUNT] = {
    [VERDICT_PASS] = {"PASS", PASSED, true},
    [VERDICT_FAIL] = {"FAIL", FAILED, true},
    [VERDICT_WEAK] = {"WEAK", PASSED, true},
    [VERDICT_UNSUPPORTED] = {"UNSUPPORTED", SKIPPED, false},
    [VERDICT_SKIPPED] = {"SKIPPED", SKIPPED, false},
    [VERDICT_BROKEN] = {"BROKEN", FAILED, false},
    [VERDICT_UNRESOLVED] = {"UNRESOLVED", FAILED, false},
    [VERDICT_XFAIL] = {"XFAIL", SKIPPED, true},
    [VERDICT_XPASS] = {"XPASS", FAILED, true},
};

const char *verdict_name(enum verdict v)
{
    return verdicts[v].name;
}

bool verdict_find(const char *name, enum verdict *v)
{
    for (int i = 0; i < VERDICT_COUNT; i++) {
        if (strcmp(verdicts[i].name, name) != 0)
            continue;
        *v = (enum verdict)i;
        return true;
    }
    return false;
}

enum standing verdict_standing(enum verdict v)
{
    return verdicts[v].standing;
}

bool verdict_judges(enum verdict v)
{
    return verdicts[v].judges;
}

const char *standing_name(enum standing s)
{
    static const char *const names[STANDING_COUNT] = {"passed", "failed", "skipped"};

    return names[s];
}
