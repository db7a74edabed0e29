--- The server as the rest of the client calls it.
local M = {}

---@param text string
---@param level? integer
function M.notify(text, level)
  vim.notify('aios: ' .. text, level or vim.log.levels.INFO)
end

--- The client of the current buffer, else the only one there is.
---@return vim.lsp.Client?
function M.client()
  local here = vim.lsp.get_clients({ name = 'aios', bufnr = 0 })
  local all = #here > 0 and here or vim.lsp.get_clients({ name = 'aios' })
  return all[1]
end

--- Runs a command of the server; a refusal is shown.
---@param client vim.lsp.Client
---@param command string
---@param argument? table
---@param on_result? fun(result: any)
function M.execute(client, command, argument, on_result)
  local params = { command = command, arguments = { argument or vim.empty_dict() } }
  client:request('workspace/executeCommand', params, function(err, result)
    if err then
      M.notify(err.message, vim.log.levels.ERROR)
    elseif on_result then
      on_result(result)
    end
  end)
end

return M
