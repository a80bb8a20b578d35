-- What wrk sends: a target at random from a file, with a token at random from another.
-- A target's line is a path, a tab, an ETag to ask with or nothing, a tab, and a ConsistencyLevel or nothing.
local targets, tokens = {}, {}

function init(args)
  math.randomseed(os.time())
  for line in io.lines(args[1]) do
    local path, etag, level = line:match("^([^\t]+)\t([^\t]*)\t(.*)$")
    local condition = etag ~= "" and "If-None-Match: " .. etag .. "\r\n" or ""
    if level ~= "" then condition = condition .. "ConsistencyLevel: " .. level .. "\r\n" end
    targets[#targets + 1] = "GET " .. path .. " HTTP/1.1\r\nHost: localhost\r\n" .. condition
  end
  for token in io.lines(args[2]) do
    tokens[#tokens + 1] = "Authorization: Bearer " .. token .. "\r\n\r\n"
  end
  if #tokens == 0 then tokens[1] = "\r\n" end
end

function request()
  return targets[math.random(#targets)] .. tokens[math.random(#tokens)]
end

function done(summary)
  local e = summary.errors
  local errors = e.connect + e.read + e.write + e.timeout + e.status
  io.write(string.format('\n{"requests":%d,"seconds":%f,"bytes":%d,"errors":%d}\n',
    summary.requests, summary.duration / 1e6, summary.bytes, errors))
end
