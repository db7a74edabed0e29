--- What a user's configuration may call.
local M = {}

--- The state of the buffer's server in a few characters, for a status line:
--- `%{%v:lua.require'aios'.statusline()%}`. Empty where no server of ours is attached.
---@return string
function M.statusline()
  local client = vim.lsp.get_clients({ name = 'aios', bufnr = 0 })[1]
  if not client then
    return ''
  end
  local status = require('aios.handlers').status(client.id)
  if not status then
    return 'aios …'
  end
  if status.health ~= 'ok' then
    return 'aios ' .. (status.health == 'error' and 'error' or 'warning')
  end
  if not status.quiescent then
    return ('aios %d/%d'):format(status.indexed, status.files)
  end
  return 'aios'
end

return M
