/* SPDX-License-Identifier: MIT */
/* An interrupt line that no device has, under a controller that does nothing: tests raise it themselves. */
#ifndef CAIRN_TESTS_IRQ_LINE_H
#define CAIRN_TESTS_IRQ_LINE_H

#include <linux/irq.h>

#define TEST_LINE 5 /* nobody's on the machines that run the tests */

/* test_line_borrow - the line is the test's until test_line_return(); skips the test where somebody has it */
bool test_line_borrow(void);
void test_line_return(void);

/* test_line_raise - as its controller would */
void test_line_raise(void);

#endif
