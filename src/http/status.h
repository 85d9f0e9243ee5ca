/* SPDX-License-Identifier: Apache-2.0 */
/* status.h - the reason phrases of RFC 9110. */
#ifndef REKEY_HTTP_STATUS_H
#define REKEY_HTTP_STATUS_H

/* "Not Found" for 404; "Error" for a status that nothing here answers with. */
const char *http_reason(int status);

#endif
