--- What can be wrong with a message, as data: a code for programs, a sentence for people.

local problems = {}

local function problem(code, message)
  return { code = code, message = message }
end

--- `list` has { field, message } for each field that is wrong; all are told at once.
function problems.invalid(list)
  local sentences = {}
  for i, wrong in ipairs(list) do sentences[i] = wrong.field .. " " .. wrong.message end
  local found = problem("invalid-input", table.concat(sentences, "; "))
  found.fields = list
  return found
end

function problems.unknown_skill(name)
  return problem("not-found", "no skill is named " .. name)
end

function problems.unknown_version(name, wanted)
  return problem("not-found", name .. " has no version " .. wanted)
end

function problems.name_taken(name)
  return problem("name-taken", "the name " .. name .. " is taken by another owner")
end

function problems.name_used(name)
  return problem("already-registered", name .. " is yours already: send Update")
end

function problems.version_used(name, version)
  return problem("version-used", name .. " has a version " .. version .. " already, and a version never changes")
end

function problems.too_many_versions(name, most)
  return problem("too-many-versions", name .. " has " .. most .. " versions, which is the most there may be")
end

function problems.of_a_version()
  return problem("version-missing", "Content-Id, Dependencies and data are a version's: give a new Version")
end

function problems.nothing_to_do()
  return problem("nothing-to-do", "the message changes nothing: give a Version or a field to change")
end

function problems.not_owner(name)
  return problem("not-owner", "only the owner of " .. name .. " may do that")
end

function problems.not_process_owner()
  return problem("not-owner", "only the owner of this process may do that")
end

function problems.not_peer(peer)
  return problem("not-trusted", "only the process " .. peer .. " of this deployment may say that")
end

function problems.no_peer(peer)
  return problem("no-peer", "this deployment has no process " .. peer)
end

return problems
