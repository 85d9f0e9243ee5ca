/* SPDX-License-Identifier: Apache-2.0 */
/* decode.h - what holds of members that came from outside, and of what fields make of them. */
#ifndef REKEY_FUZZ_DECODE_H
#define REKEY_FUZZ_DECODE_H

#include "base/json.h"

void check_members(const struct members *members);

/* Decodes them by every row of every dialect, and checks each outcome against the row. */
void check_all_fields(const struct members *members);

#endif
