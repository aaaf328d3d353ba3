-- wrk script: one image of 64x64 as little-endian float32, means back as float32.
-- arguments: bytes of an image, latents, and "check" to look into every answer: each but a 200 of the
-- right length is counted as wrong, and told at the end. Without it only the status is looked at,
-- which leaves more of the processor to the service.
local threads = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  wrong, answers = 0, 0
  local size = tonumber(args[1] or "16384")
  local length = tonumber(args[2] or "10") * 4
  local bytes = {}
  for i = 1, size / 4 do
    -- 0.0 or 1.0, little endian
    bytes[i] = (i % 64 < 20) and "\0\0\128\63" or "\0\0\0\0"
  end
  wrk.method = "POST"
  wrk.body = table.concat(bytes)
  wrk.headers["Content-Type"] = "application/octet-stream"
  wrk.headers["Accept"] = "application/octet-stream"
  check = args[3] == "check"
  if check then
    response = function(status, headers, body)
      answers = answers + 1
      if status ~= 200 or #body ~= length then
        wrong = wrong + 1
      end
    end
  end
end

function done(summary, latency, requests)
  local errors = summary.errors
  local wrong, answers = errors.status, summary.requests
  if threads[1]:get("check") then
    wrong, answers = 0, 0
    for _, thread in ipairs(threads) do
      wrong = wrong + thread:get("wrong")
      answers = answers + thread:get("answers")
    end
  end
  io.write(string.format(
    "RESULT requests=%d answers=%d wrong=%d socket_errors=%d rate=%.0f p50_ms=%.3f p99_ms=%.3f max_ms=%.1f\n",
    summary.requests, answers, wrong, errors.connect + errors.read + errors.write + errors.timeout,
    summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
