// SPDX-License-Identifier: Apache-2.0
// Verifies tokens as a service in Node would, from a key set by its URL. Reads {url, audience,
// issuer, tokens} from standard input; writes a list of {claims} or {refused}, one for each token.
const fs = require("node:fs");
const jose = require("jose");

async function main() {
  const { url, audience, issuer, tokens } = JSON.parse(fs.readFileSync(0, "utf8"));
  const keys = jose.createRemoteJWKSet(new URL(url));
  const options = { audience, issuer, typ: "at+jwt", algorithms: ["ES256"] };
  const verify = async (token) => {
    try {
      return { claims: (await jose.jwtVerify(token, keys, options)).payload };
    } catch (error) {
      return { refused: error.code };
    }
  };
  console.log(JSON.stringify(await Promise.all(tokens.map(verify))));
}

main();
