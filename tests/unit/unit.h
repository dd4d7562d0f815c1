/* SPDX-License-Identifier: MIT */
/*
 * A unit test program in one header: include it once, write TEST(name) { ... } for each test, and
 * nothing else. The program runs its tests in the order of the file, prints TAP, and exits 1 if
 * any failed. A failed check says where and goes on; each check is also its own result, so
 *     if (!CHECK(route != NULL)) return;
 * leaves a test that cannot go on.
 */
#ifndef UNIT_H
#define UNIT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

struct unit_test {
    const char *name;
    void (*run)(void);
    struct unit_test *next;
};

static struct unit_test *unit_first, **unit_end = &unit_first;
static bool unit_failed; /* by the test that runs now */

#define TEST(test)                                                 \
    static void test_##test(void);                                 \
    __attribute__((constructor)) static void unit_add_##test(void) \
    {                                                              \
        static struct unit_test self = {#test, test_##test, NULL}; \
        *unit_end = &self;                                         \
        unit_end = &self.next;                                     \
    }                                                              \
    static void test_##test(void)

#define CHECK(condition) unit_check((condition), __FILE__, __LINE__, #condition)
#define CHECK_EQ_INT(got, want) unit_check_int((got), (want), __FILE__, __LINE__, #got)
#define CHECK_EQ_STR(got, want) unit_check_str((got), (want), __FILE__, __LINE__, #got)

static inline bool unit_check(bool holds, const char *file, int line, const char *what)
{
    if (!holds) {
        printf("# %s:%d: %s does not hold\n", file, line, what);
        unit_failed = true;
    }
    return holds;
}

/* Any integer: an unsigned one of 64 bits above the signed range is compared rightly all the same.
 */
static inline bool unit_check_int(intmax_t got, intmax_t want, const char *file, int line,
                                  const char *what)
{
    if (got != want) {
        printf("# %s:%d: %s is %jd (%#jx), wanted %jd (%#jx)\n", file, line, what, got,
               (uintmax_t)got, want, (uintmax_t)want);
        unit_failed = true;
    }
    return got == want;
}

static inline bool unit_check_str(const char *got, const char *want, const char *file, int line,
                                  const char *what)
{
    bool same = got && want ? strcmp(got, want) == 0 : got == want;
    if (!same) {
        printf("# %s:%d: %s is \"%s\", wanted \"%s\"\n", file, line, what, got ? got : "(null)",
               want ? want : "(null)");
        unit_failed = true;
    }
    return same;
}

int main(void)
{
    int number = 0, failures = 0;

    setvbuf(stdout, NULL, _IOLBF, 0);
    for (struct unit_test *test = unit_first; test; test = test->next)
        number++;
    printf("1..%d\n", number);

    number = 0;
    for (struct unit_test *test = unit_first; test; test = test->next) {
        unit_failed = false;
        test->run();
        printf("%s %d - %s\n", unit_failed ? "not ok" : "ok", ++number, test->name);
        failures += unit_failed;
    }
    return failures > 0;
}

#endif
