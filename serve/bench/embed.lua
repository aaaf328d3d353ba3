-- wrk script: one image of 64x64 as little-endian float32, means back as float32.
-- arguments: bytes of an image. Only the status of an answer is looked at, which leaves more of the
-- processor to the service.
function init(args)
  local size = tonumber(args[1] or "16384")
  local bytes = {}
  for i = 1, size / 4 do
    -- 0.0 or 1.0, little endian
    bytes[i] = (i % 64 < 20) and "\0\0\128\63" or "\0\0\0\0"
  end
  wrk.method = "POST"
  wrk.body = table.concat(bytes)
  wrk.headers["Content-Type"] = "application/octet-stream"
  wrk.headers["Accept"] = "application/octet-stream"
end

function done(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    "RESULT requests=%d wrong=%d socket_errors=%d rate=%.0f p50_ms=%.3f p99_ms=%.3f max_ms=%.1f\n",
    summary.requests, errors.status, errors.connect + errors.read + errors.write + errors.timeout,
    summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency.max / 1000))
end
