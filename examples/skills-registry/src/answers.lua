--- What a process sends. It answers who asked, never where a tag of the question points: with Reply-To a stranger
-- could have this process, which others trust, say something to them.

local json = require("json")

local answers = {}

function answers.reply(msg, action, data)
  ao.send({
    Target = msg.From,
    Action = action,
    Data = json.encode(data),
    -- Processes wait for an answer by the reference of their question.
    ["X-Reference"] = msg.Tags.Reference,
  })
end

function answers.refuse(msg, action, problem)
  ao.send({
    Target = msg.From,
    Action = action,
    Error = problem.message,
    ["Error-Code"] = problem.code,
    Data = json.encode({ error = problem.message, code = problem.code, fields = problem.fields }),
    ["X-Reference"] = msg.Tags.Reference,
  })
end

--- On HyperBEAM anyone reads these by `GET /<process>/now/<key>`; a legacy process would only write to itself.
function answers.expose(numbers)
  if ao.env.Process.Tags.Variant ~= "ao.N.1" then return end
  local patch = { device = "patch@1.0" }
  for key, number in pairs(numbers) do patch[key] = string.format("%d", number) end
  ao.send(patch)
end

return answers
