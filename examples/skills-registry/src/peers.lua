--- The other processes of this deployment. Their ids are given at each evaluation, so they are looked up when needed.

local problems = require("problems")

local peers = {}

--- The id of a process by its name in ao.yml, or nothing where it was not deployed.
function peers.id(name)
  local deployed = __AO_DEPLOY and __AO_DEPLOY.processes
  return deployed and deployed[name]
end

--- Whether a message is from that process. aos has dropped what only claims to be: From is the sender's own id,
-- unless an authority of this process vouches for another.
function peers.check(name, msg)
  local id = peers.id(name)
  if id and msg.From == id then return true end
  return nil, problems.not_peer(name)
end

--- Sends to that process; tells whether there is one.
function peers.send(name, message)
  local id = peers.id(name)
  if not id then return false end
  message.Target = id
  ao.send(message)
  return true
end

return peers
