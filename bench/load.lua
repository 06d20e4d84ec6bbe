-- SPDX-License-Identifier: EUPL-1.2
-- The load that wrk sends: one SIRET after the other in random order, each request with an `object` of its own,
-- since the gateway refuses a request identical to one under way. Answers are counted by status.
--
-- Arguments after `--`: file of SIRETs, file holding the bearer token, path before the SIRET, query after it
-- ("-" for none; `NUMBER` in it becomes the request's number), seed.

local sirets, token, before, after = {}, "", "", ""
local rank = 0
sent = 0
statuses = {}

local function text_of(name)
  local file = assert(io.open(name))
  local text = file:read("*a")
  file:close()
  return text
end

function init(args)
  for siret in text_of(args[1]):gmatch("%d+") do sirets[#sirets + 1] = siret end
  token = text_of(args[2]):gsub("%s+$", "")
  local query = args[4] == "-" and "" or "?" .. args[4]
  local rest = " HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: */*\r\nCache-Control: no-cache\r\nAuthorization: Bearer "
    .. token .. "\r\n\r\n"
  before = "GET " .. args[3]
  local head, tail = query:match("^(.*)NUMBER(.*)$")
  after = { head or query, args[5] .. "-", (tail or "") .. rest, head ~= nil }
  math.randomseed(tonumber(args[5]))
  for i = #sirets, 2, -1 do
    local j = math.random(i)
    sirets[i], sirets[j] = sirets[j], sirets[i]
  end
end

function request()
  sent = sent + 1
  rank = rank % #sirets + 1
  if after[4] then
    return before .. sirets[rank] .. after[1] .. after[2] .. sent .. after[3]
  end
  return before .. sirets[rank] .. after[1] .. after[3]
end

function response(status)
  statuses[status] = (statuses[status] or 0) + 1
end

local threads = {}

function setup(thread)
  threads[#threads + 1] = thread
end

function done(summary, latency)
  local all, by_status = 0, {}
  for _, thread in ipairs(threads) do
    all = all + thread:get("sent")
    for status, count in pairs(thread:get("statuses")) do
      by_status[status] = (by_status[status] or 0) + count
    end
  end
  local parts = {}
  for status, count in pairs(by_status) do parts[#parts + 1] = string.format('"%d":%d', status, count) end
  local errors = summary.errors
  io.write(string.format(
    '\nBENCH {"sent":%d,"requests":%d,"duration_us":%d,"p50_us":%d,"p99_us":%d,"statuses":{%s},'
      .. '"connect":%d,"read":%d,"write":%d,"timeout":%d}\n',
    all, summary.requests, summary.duration, latency:percentile(50), latency:percentile(99),
    table.concat(parts, ","), errors.connect, errors.read, errors.write, errors.timeout))
end
