--- Handlers that document themselves, by the AO documentation protocol (ADP) 1.0.
--
-- A handler is one table: { action, description, category, fields, examples }, and a function of what its fields
-- were read as: function(input, msg, now) -> data | nil, problem.

local answers = require("answers")
local clock = require("clock")
local fields = require("fields")
local peers = require("peers")

local routes = {}

local documented = {}

function routes.action_is(name)
  return function(msg) return msg.Tags.Action == name end
end

local function answer(msg, action, data, problem)
  if data then
    answers.reply(msg, action .. "-Response", data)
  else
    answers.refuse(msg, action .. "-Error", problem)
  end
end

local function run(route, handle, msg)
  local now, forged = clock.of(msg)
  if not now then return nil, forged end
  local input, problem = fields.read(route.fields or {}, msg.Tags)
  if not input then return nil, problem end
  return handle(input, msg, now)
end

--- What anyone may send.
function routes.serve(route, handle)
  documented[#documented + 1] = route
  return function(msg)
    local data, problem = run(route, handle, msg)
    answer(msg, route.action, data, problem)
  end
end

--- What only another process of this deployment may send. It gets an answer when it is refused: two processes that
-- thank each other would fill each other's inboxes.
function routes.from_peer(peer, route, handle)
  return function(msg)
    local trusted, stranger = peers.check(peer, msg)
    if not trusted then return answers.refuse(msg, route.action .. "-Error", stranger) end
    local _, problem = run(route, handle, msg)
    if problem then answers.refuse(msg, route.action .. "-Error", problem) end
  end
end

local function documentation_of(route)
  local tags = {}
  for i, field in ipairs(route.fields or {}) do
    tags[i] = {
      name = field.name,
      type = field.type,
      required = field.required,
      description = field.description,
      examples = field.examples,
      validation = field.validation,
    }
  end
  return {
    action = route.action,
    pattern = { "Action" },
    description = route.description,
    category = route.category,
    tags = tags,
    examples = route.examples,
  }
end

--- The answer to Info. `about` has name, description and what else a process tells of itself.
function routes.info(about, updated_at)
  local handlers = {}
  for i, route in ipairs(documented) do handlers[i] = documentation_of(route) end
  local info = {
    owner = Owner,
    processId = ao.id,
    protocolVersion = "1.0",
    lastUpdated = clock.iso(updated_at),
    handlers = handlers,
    capabilities = {
      supportsHandlerRegistry = true,
      supportsParameterValidation = true,
      supportsTagValidation = true,
      supportsExamples = true,
    },
  }
  for key, value in pairs(about) do info[key] = value end
  -- The names by which older tools look for the same.
  info.Name, info.Description, info.Owner, info.ProcessId = info.name, info.description, Owner, ao.id
  return info
end

return routes
