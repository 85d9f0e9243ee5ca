/* SPDX-License-Identifier: Apache-2.0 */
/* schema.h - the schema steps of sql/, embedded at build, in order. */
#ifndef REKEY_STORE_SCHEMA_H
#define REKEY_STORE_SCHEMA_H

#include "base/embedded.h"

/* Step N brings a database of version N - 1 to version N; the array ends in a NULL name. */
extern const struct embedded schema_sqlite[], schema_postgres[];

/* How many steps there are: the version this program writes. */
int schema_newest(const struct embedded *steps);

#endif
