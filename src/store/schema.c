/* SPDX-License-Identifier: Apache-2.0 */
/* schema.c - counts the steps. */
#include "store/schema.h"

int schema_newest(const struct embedded *steps)
{
	int n = 0;

	while (steps[n].name)
		n++;
	return n;
}
