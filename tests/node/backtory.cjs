// SPDX-License-Identifier: Apache-2.0
// Backtory's own SDK, unmodified, speaks to a server: its address, app and master key are in the
// environment, as an application of its would have them. Reads [[call, ...arguments], ...] from
// standard input; an argument {"$": "0.userId"} stands for a part of an earlier result. Writes one
// line of JSON behind a marker: [{ok} or {error}] for each call. What the SDK itself prints is none.
const fs = require("node:fs");
const Backtory = require("backtory-sdk");

function resolved(argument, results) {
  if (Array.isArray(argument)) return argument.map((item) => resolved(item, results));
  if (argument === null || typeof argument !== "object") return argument;
  if (typeof argument.$ === "string")
    return argument.$.split(".").reduce((value, part) => value[part], results.map((result) => result.ok));
  return Object.fromEntries(Object.entries(argument).map(([name, value]) => [name, resolved(value, results)]));
}

async function main() {
  const results = [];
  for (const [call, ...words] of JSON.parse(fs.readFileSync(0, "utf8"))) {
    const run = Backtory.Users[call];
    try {
      const value = await run(...words.map((word) => resolved(word, results)));
      results.push({ ok: value === undefined ? null : value });
    } catch (error) {
      results.push({ error: error instanceof Error ? { thrown: error.message } : error });
    }
  }
  console.log("results: " + JSON.stringify(results));
  process.exit(0); // it keeps its connections open
}

main();
