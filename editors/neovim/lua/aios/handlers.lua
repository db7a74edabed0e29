--- What the server sends that Neovim does not handle, or not far enough.
local M = {}

---@class aios.ServerStatus
---@field health 'ok'|'warning'|'error'
---@field quiescent boolean
---@field message? string
---@field revision integer
---@field files integer
---@field indexed integer
---@field skipped integer
---@field readOnly boolean

---@type table<integer, aios.ServerStatus>
local status_by_client = {}

--- The documents that servers have shown.
---@type table<string, boolean>
local shown = {}

--- True for a document that a server has shown: it is that server's.
---@param bufnr integer
---@return boolean
function M.is_shown(bufnr)
  return shown[vim.uri_from_bufnr(bufnr)] == true
end

--- Opens the document and attaches the server to it: a proposal's diff lies outside the workspace,
--- and its actions (apply, reject) come from the server that wrote it.
---@param err? lsp.ResponseError
---@param params lsp.ShowDocumentParams
---@param ctx lsp.HandlerContext
function M.show_document(err, params, ctx)
  local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
  local path = not params.external and vim.fs.normalize(vim.uri_to_fname(params.uri))
  -- A file of the workspace is everybody's.
  if path and not (client.root_dir and vim.startswith(path, client.root_dir .. '/')) then
    shown[vim.uri_from_fname(path)] = true
  end
  local result = vim.lsp.handlers['window/showDocument'](err, params, ctx)
  if result and result.success and not params.external then
    local bufnr = vim.uri_to_bufnr(params.uri)
    local preview = require('aios.preview')
    -- Before the server is attached: a new filetype makes Neovim detach it again.
    if preview.proposal(bufnr) or preview.is_trust(bufnr) then
      preview.dress(bufnr)
    end
    vim.lsp.buf_attach_client(bufnr, ctx.client_id)
  end
  return result
end

--- Saves the buffers that a change was made in, where `aios.changes.save` says so.
---@param params { uris: string[] }
function M.save(params)
  for _, uri in ipairs(params.uris) do
    local bufnr = vim.uri_to_bufnr(uri)
    if vim.api.nvim_buf_is_loaded(bufnr) and vim.bo[bufnr].modified then
      vim.api.nvim_buf_call(bufnr, function()
        vim.cmd('silent update')
      end)
    end
  end
end

--- Reads a document again that the server has written anew: the transcript of a run, while its
--- model speaks. What the user has written in it stays.
---@param params { uri: string }
function M.document_changed(params)
  local bufnr = vim.uri_to_bufnr(params.uri)
  if vim.api.nvim_buf_is_loaded(bufnr) and not vim.bo[bufnr].modified then
    vim.bo[bufnr].autoread = true
    vim.cmd.checktime(bufnr)
  end
end

--- Writes the document of the server in which the user has written to an agent, before it is sent:
--- what comes of it is written behind, and is read again.
---@param bufnr integer
function M.save_written(bufnr)
  if M.is_shown(bufnr) and vim.bo[bufnr].modified then
    vim.api.nvim_buf_call(bufnr, function()
      vim.cmd('silent write!')
    end)
  end
end

---@param _ any
---@param status aios.ServerStatus
---@param ctx lsp.HandlerContext
function M.server_status(_, status, ctx)
  status_by_client[ctx.client_id] = status
  local data = { client_id = ctx.client_id, status = status }
  vim.api.nvim_exec_autocmds('User', { pattern = 'AiosStatus', modeline = false, data = data })
  -- Nothing else would draw what the status line says of it.
  vim.cmd.redrawstatus({ bang = true })
end

--- The last status that a client's server sent.
---@param client_id integer
---@return aios.ServerStatus?
function M.status(client_id)
  return status_by_client[client_id]
end

return M
