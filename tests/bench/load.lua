-- SPDX-License-Identifier: Apache-2.0
-- load.lua - what every connection of wrk asks, by the environment: LOAD_METHOD, LOAD_PATH,
-- LOAD_BODY and LOAD_HEADERS ("Name: value", one a line). A # in path or body becomes five digits,
-- each number below LOAD_ACCOUNTS in its turn. LOAD_DELAY_MS: the pause before each request, else
-- none. LOAD_COUNT=yes: statuses are counted one by one. Prints one line of JSON at the end.

local method = os.getenv("LOAD_METHOD") or "GET"
local path = os.getenv("LOAD_PATH") or "/"
local body = os.getenv("LOAD_BODY")
local accounts = tonumber(os.getenv("LOAD_ACCOUNTS") or "1")
local delay_ms = tonumber(os.getenv("LOAD_DELAY_MS") or "0")

local headers = {}
for name, value in (os.getenv("LOAD_HEADERS") or ""):gmatch("([^:\n]+): ([^\n]+)") do
  headers[name] = value
end

-- Made beforehand, so that making them takes nothing from what is measured.
local requests, n = {}, 0
local threads = {}

function setup(thread)
  table.insert(threads, thread)
  thread:set("number", #threads)
end

function init()
  for i = 0, accounts - 1 do
    local digits = string.format("%05d", i)
    requests[i] = wrk.format(method, (path:gsub("#", digits)), headers, body and (body:gsub("#", digits)))
  end
  n = (number - 1) * math.floor(accounts / 2)
  statuses = {}
end

function request()
  n = n + 1
  return requests[n % accounts]
end

if delay_ms > 0 then
  function delay()
    return delay_ms
  end
end

if os.getenv("LOAD_COUNT") == "yes" then
  function response(status)
    local name = tostring(status)
    statuses[name] = (statuses[name] or 0) + 1
  end
end

function done(summary, latency)
  local counted = {}
  for _, thread in ipairs(threads) do
    for name, count in pairs(thread:get("statuses")) do
      counted[name] = (counted[name] or 0) + count
    end
  end
  local parts = {}
  for name, count in pairs(counted) do
    table.insert(parts, string.format('"%s": %d', name, count))
  end
  local errors = summary.errors
  io.write(string.format(
    '\nRESULT {"seconds": %.6f, "answers": %d, "refused": %d, "broken": %d, "bytes": %d, ' ..
    '"p50_ms": %.4f, "p99_ms": %.4f, "max_ms": %.4f, "statuses": {%s}}\n',
    summary.duration / 1e6, summary.requests, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, summary.bytes,
    latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3, table.concat(parts, ", ")))
end
