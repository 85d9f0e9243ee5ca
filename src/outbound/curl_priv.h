/* SPDX-License-Identifier: Apache-2.0 */
/* curl_priv.h - what the files that use libcurl share. */
#ifndef REKEY_OUTBOUND_CURL_PRIV_H
#define REKEY_OUTBOUND_CURL_PRIV_H

#include "base/err.h"
#include <curl/curl.h>

/* Hands a failure to set an option to the caller. */
#define SET(easy, option, value)                                                                   \
	do {                                                                                       \
		CURLcode set_ = curl_easy_setopt((easy), (option), (value));                       \
		if (set_ != CURLE_OK)                                                              \
			return set_ == CURLE_OUT_OF_MEMORY ? ERR_NOMEM : ERR_INTERNAL;             \
	} while (0)

#endif
