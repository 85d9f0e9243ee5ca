// SPDX-License-Identifier: Apache-2.0
// One client of @xano/js-sdk, told line by line what to do. Reads a JSON object on each line of
// standard input, {"do": METHOD, "with": ARGUMENTS}, and writes what came of it: {returned},
// {status, body, headers}, or the same beside {thrown}, of an error with getResponse(). The first
// line is the client's configuration. {"$file": [NAME, TEXT]} among the arguments is a file.
const readline = require("node:readline");
const { XanoNodeClient, XanoFile } = require("@xano/js-sdk");

const revive = (_, value) =>
  value && value.$file ? new XanoFile(value.$file[0], Buffer.from(value.$file[1])) : value;

const seen = (response) => ({
  status: response.getStatusCode(),
  body: response.getBody(),
  prefixed: response.getBody("x_"),
  headers: response.getHeaders(),
});

async function run(client, line) {
  const asked = JSON.parse(line, revive);
  try {
    const came = await client[asked.do](...asked.with);
    if (came === client) return { returned: "the client" };
    return came && came.getStatusCode ? seen(came) : { returned: came };
  } catch (error) {
    const told = { thrown: error.message };
    return error.getResponse ? { ...told, ...seen(error.getResponse()) } : told;
  }
}

async function main() {
  let client = null;
  for await (const line of readline.createInterface({ input: process.stdin })) {
    if (client) console.log(JSON.stringify(await run(client, line)));
    else client = new XanoNodeClient(JSON.parse(line));
  }
}

main();
