// SPDX-License-Identifier: Apache-2.0
// provider.mjs MODULES '{"client_id": ..., "client_secret": ..., "redirect_uris": [...], "pkce": true, "alg": "ES256"}'
//
// oidc-provider on a port of its own: whoever signs in as NAME is NAME@example.org, with any password. The first line on
// standard output is the issuer. It ends when its standard input does.
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import { pathToFileURL } from "node:url";
import { join } from "node:path";

const [modules, words] = process.argv.slice(2);
const { default: Provider } = await import(pathToFileURL(join(modules, "oidc-provider/lib/index.js")));
const { pkce, alg, ...client } = JSON.parse(words);

const key = (kind, options, more) => ({ ...generateKeyPairSync(kind, options).privateKey.export({ format: "jwk" }), use: "sig", ...more });

const server = createServer((request, response) => provider.callback()(request, response));
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;
const provider = new Provider(issuer, {
	clients: [{ ...client, grant_types: ["authorization_code"], response_types: ["code"], id_token_signed_response_alg: alg }],
	jwks: { keys: [key("rsa", { modulusLength: 2048 }, { kid: "rsa", alg: "RS256" }), key("ec", { namedCurve: "P-256" }, { kid: "ec", alg: "ES256" })] },
	claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
	pkce: { required: () => pkce },
	cookies: { keys: ["of a test alone"] },
	findAccount: (_, id) => ({
		accountId: id,
		claims: () => ({ sub: id, email: `${id}@example.org`, email_verified: true, name: `${id[0].toUpperCase()}${id.slice(1)} Example` }),
	}),
});
console.log(issuer);
process.stdin.resume().on("end", () => process.exit(0));
