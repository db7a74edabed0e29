--- Choosing among hits, proposals and changes with `vim.ui.select`, which pickers replace.
local server = require('aios.server')

local M = {}

---@param location lsp.Location
---@param client vim.lsp.Client
local function jump(location, client)
  vim.lsp.util.show_document(location, client.offset_encoding, { focus = true })
end

---@param ms integer milliseconds since 1970
---@return string
local function clock(ms)
  return tostring(os.date('%Y-%m-%d %H:%M', math.floor(ms / 1000)))
end

--- Hits for a question; the chosen one is opened.
---@param client vim.lsp.Client
---@param query string
function M.search(client, query)
  if query == '' then
    return vim.ui.input({ prompt = 'Search for: ' }, function(text)
      if text and text ~= '' then
        M.search(client, text)
      end
    end)
  end
  server.execute(client, 'aios.search', { query = query }, function(answer)
    if #answer.hits == 0 then
      return server.notify('nothing found')
    end
    vim.ui.select(answer.hits, {
      prompt = 'aios: ' .. query,
      kind = 'aios.hit',
      format_item = function(hit)
        local line = hit.location.range.start.line + 1
        return ('%s  %s:%d  %s'):format(hit.symbol or hit.kind, hit.path, line, hit.why)
      end,
    }, function(hit)
      if hit then
        jump(hit.location, client)
      end
    end)
  end)
end

--- What can be done with a change that was chosen.
---@param client vim.lsp.Client
---@param change table
local function answer_change(client, change)
  local choices = {}
  -- Before it is known what came of it there is nothing to take back or to bring back.
  if change.standing ~= 'under way' then
    choices[1] = { text = change.stands and 'Take it back' or 'Bring it back' }
    choices[1].command = change.stands and 'aios.undo' or 'aios.redo'
    choices[1].argument = { transaction = change.transaction }
  end
  for _, file in ipairs(change.files) do
    local name = vim.fn.fnamemodify(vim.uri_to_fname(file.uri), ':.')
    choices[#choices + 1] = { text = ('Open %s (%s)'):format(name, file.standing), file = file }
  end
  vim.ui.select(choices, {
    prompt = change.title,
    kind = 'aios.answer',
    format_item = function(choice)
      return choice.text
    end,
  }, function(choice)
    if choice and choice.file then
      vim.cmd.edit(vim.fn.fnameescape(vim.uri_to_fname(choice.file.uri)))
    elseif choice then
      server.execute(client, choice.command, choice.argument)
    end
  end)
end

--- The changes that were made, newest first.
---@param client vim.lsp.Client
function M.journal(client)
  server.execute(client, 'aios.journal', nil, function(changes)
    if #changes == 0 then
      return server.notify('no change was made here yet')
    end
    vim.ui.select(changes, {
      prompt = 'aios: changes',
      kind = 'aios.change',
      format_item = function(it)
        local when = clock(it.startedMs)
        return ('%s  %s  %d files  %s'):format(when, it.title, #it.files, it.standing)
      end,
    }, function(change)
      if change then
        answer_change(client, change)
      end
    end)
  end)
end

--- What is under way, to be stopped, and what agents did, to be read.
---@param client vim.lsp.Client
function M.runs(client)
  server.execute(client, 'aios.running', nil, function(running)
    server.execute(client, 'aios.runs', nil, function(ended)
      local choices = vim.list_extend({}, running)
      for _, it in ipairs(ended.runs) do
        if it.state ~= 'running' then
          choices[#choices + 1] = it
        end
      end
      if #choices == 0 then
        return server.notify('nothing runs, and no agent has run here yet')
      end
      vim.ui.select(choices, {
        prompt = 'aios: runs',
        kind = 'aios.run',
        format_item = function(it)
          if it.title then
            return ('stop: %s'):format(it.title)
          end
          return ('%s  %s  %s  %s'):format(clock(it.beganMs), it.agent, it.state, it.message)
        end,
      }, function(it)
        if it and it.title then
          server.execute(client, 'aios.cancelRun', { run = it.run })
        elseif it then
          server.execute(client, 'aios.showRun', { transcript = it.transcript })
        end
      end)
    end)
  end)
end

--- The proposals that wait; the chosen one is shown as its diff.
---@param client vim.lsp.Client
function M.proposals(client)
  server.execute(client, 'aios.proposals', nil, function(proposals)
    if #proposals == 0 then
      return server.notify('no proposal waits')
    end
    vim.ui.select(proposals, {
      prompt = 'aios: proposals',
      kind = 'aios.proposal',
      format_item = function(it)
        return ('%s  %d files  risk %s'):format(it.title, #it.files, it.risk)
      end,
    }, function(proposal)
      if proposal then
        server.execute(client, 'aios.showProposal', { proposal = proposal.proposal })
      end
    end)
  end)
end

return M
