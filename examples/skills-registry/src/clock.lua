--- Time as messages carry it: milliseconds since 1970, given by the scheduler.

local problems = require("problems")

local clock = {}

--- When a message was assigned. aos lets a tag of the same name stand in front of it, so such a message is refused.
function clock.of(msg)
  if msg.Tags.Timestamp ~= nil then
    return nil, problems.invalid({ { field = "Timestamp", message = "is the scheduler's to give" } })
  end
  return math.tointeger(tonumber(msg.Timestamp)) or 0
end

--- 2026-11-21
function clock.day(milliseconds)
  return os.date("!%Y-%m-%d", milliseconds // 1000)
end

--- 2026-11-21T20:15:00Z
function clock.iso(milliseconds)
  return os.date("!%Y-%m-%dT%H:%M:%SZ", milliseconds // 1000)
end

return clock
