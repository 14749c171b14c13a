--- Handlers that document themselves, by the AO documentation protocol (ADP) 1.0.
--
-- A handler is a table of what is said of it, { description, category, fields, examples }, and a function of what its
-- fields were read as: function(input, msg, now) -> data | nil, problem. Here it becomes what Handlers.add takes behind
-- its name: a pattern and a function of the message.

local answers = require("answers")
local clock = require("clock")
local fields = require("fields")
local peers = require("peers")

local routes = {}

local documented = {}
local evaluated_at = os.time()

local function action_is(name)
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
function routes.serve(action, route, handle)
  route.action = action
  documented[#documented + 1] = route
  return action_is(action), function(msg)
    local data, problem = run(route, handle, msg)
    answer(msg, action, data, problem)
  end
end

--- What only another process of this deployment may send. It gets an answer when it is refused: two processes that
-- thank each other would fill each other's inboxes.
function routes.from_peer(action, peer, route, handle)
  return action_is(action), function(msg)
    local trusted, stranger = peers.check(peer, msg)
    if not trusted then return answers.refuse(msg, action .. "-Error", stranger) end
    local _, problem = run(route, handle, msg)
    if problem then answers.refuse(msg, action .. "-Error", problem) end
  end
end

local function documentation_of(route)
  local tags = {}
  for i, field in ipairs(route.fields or {}) do
    tags[i] = {
      name = field.name,
      type = field.type or "string",
      required = field.required == true,
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

local function info_of(about)
  local handlers = {}
  for i, route in ipairs(documented) do handlers[i] = documentation_of(route) end
  local info = {
    owner = Owner,
    processId = ao.id,
    protocolVersion = "1.0",
    lastUpdated = clock.iso(evaluated_at),
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

--- `about()` has name, description and what else a process tells of itself.
function routes.info(about)
  return routes.serve("Info", {
    category = "core",
    description = "What this process is, and all that it can be asked",
  }, function() return info_of(about()) end)
end

--- `counted()` has the numbers that go into the answer.
function routes.ping(counted)
  return routes.serve("Ping", {
    category = "utility",
    description = "Whether this process answers",
  }, function(_, _, now)
    local pong = counted()
    pong.at = now
    return pong
  end)
end

return routes
