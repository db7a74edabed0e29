--- `:checkhealth aios`: what is missing, and what to do about it.
local M = {}

local function check_neovim()
  if vim.fn.has('nvim-0.11') == 1 then
    vim.health.ok('Neovim ' .. tostring(vim.version()))
  else
    vim.health.error('Neovim 0.11 or newer is needed', { 'vim.lsp.config came with 0.11' })
  end
end

---@return string[]? command
local function check_binary()
  local config = vim.lsp.config.aios
  local cmd = config and config.cmd
  if type(cmd) ~= 'table' then
    vim.health.error('lsp/aios.lua is not on the runtimepath')
    return nil
  end
  if vim.fn.executable(cmd[1]) ~= 1 then
    vim.health.error(('`%s` is not executable'):format(cmd[1]), {
      'build it with `cargo build --release` and put target/release on your PATH, or',
      "vim.lsp.config('aios', { cmd = { '/path/to/aios', 'lsp' } })",
    })
    return nil
  end
  local version = vim.trim(vim.fn.system({ cmd[1], '--version' }))
  vim.health.ok(('%s (%s)'):format(version, vim.fn.exepath(cmd[1])))
  return cmd
end

local function check_clients()
  if not vim.lsp.is_enabled('aios') then
    vim.health.warn('not enabled', { "vim.lsp.enable('aios')" })
  end
  local clients = vim.lsp.get_clients({ name = 'aios' })
  if #clients == 0 then
    vim.health.info('no server is running; it starts with the first file of a language it knows')
  end
  for _, client in ipairs(clients) do
    local root = client.root_dir or 'no folder'
    vim.health.ok(('server %d on %s, %s'):format(client.id, root, client.offset_encoding))
    local status = require('aios.handlers').status(client.id)
    if status then
      vim.health.info(('%d of %d files indexed'):format(status.indexed, status.files))
      if status.message then
        vim.health.warn(status.message)
      end
    end
  end
end

function M.check()
  vim.health.start('aios')
  check_neovim()
  if check_binary() then
    check_clients()
  end
end

return M
