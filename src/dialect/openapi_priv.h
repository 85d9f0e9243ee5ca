/* SPDX-License-Identifier: Apache-2.0 */
/* openapi_priv.h - the pieces of an OpenAPI document, for the files that write it. */
#ifndef REKEY_DIALECT_OPENAPI_PRIV_H
#define REKEY_DIALECT_OPENAPI_PRIV_H

#include "base/json_stream.h"
#include "dialect/document_priv.h"

#define JSON_TYPE "application/json"

struct openapi {
	struct json_stream json;
	struct arena *arena;
	const struct dialect *dialect;
	struct str base;
	bool failed; /* a text could not be made */
};

/* A text of ours; one that was put together; {"$ref": "#/components/KIND/COMPONENT"}. */
void openapi_text(struct openapi *w, const char *name, const char *text);
void openapi_buf(struct openapi *w, const char *name, struct buf *buf);
void openapi_ref(struct openapi *w, const char *name, const char *kind, const char *component);

/* What a call takes: members of an operation object, left out where there is nothing. */
void openapi_parameters(struct openapi *w, const struct call *call);
void openapi_request_body(struct openapi *w, const struct call *call);

/* What it is answered with, and the problems that several calls share. */
void openapi_responses(struct openapi *w, const struct call *call);
void openapi_problems(struct openapi *w);

#endif
