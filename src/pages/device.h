/* SPDX-License-Identifier: Apache-2.0 */
/* device.h - what a person would call the program and machine that a User-Agent header names. */
#ifndef REKEY_PAGES_DEVICE_H
#define REKEY_PAGES_DEVICE_H

#include "base/str.h"

struct device {
	const char *browser, *system; /* proper names; NULL: not known */
};

struct device device_of(struct str user_agent);

#endif
