--- Tells our server what the other servers of the same buffers answer, so that nothing is shown
--- twice (`aios.navigation = auto`).
local M = {}

--- Requests that several servers would answer for one document.
M.methods = {
  'textDocument/hover',
  'textDocument/definition',
  'textDocument/declaration',
  'textDocument/typeDefinition',
  'textDocument/implementation',
  'textDocument/references',
  'textDocument/documentHighlight',
  'textDocument/documentSymbol',
  'textDocument/documentLink',
  'textDocument/codeLens',
  'textDocument/prepareCallHierarchy',
  'textDocument/prepareTypeHierarchy',
  'textDocument/prepareRename',
  'textDocument/rename',
  'workspace/symbol',
}

--- What the other clients of a client's buffers answer, by filetype.
---@param client vim.lsp.Client
---@return table<string, string[]>
function M.answered(client)
  ---@type table<string, table<string, boolean>>
  local found = {}
  for bufnr in pairs(client.attached_buffers) do
    local language = client.get_language_id(bufnr, vim.bo[bufnr].filetype)
    for _, other in ipairs(vim.lsp.get_clients({ bufnr = bufnr })) do
      if other.id ~= client.id and other.name ~= 'aios' then
        for _, method in ipairs(M.methods) do
          if other:supports_method(method, bufnr) then
            found[language] = found[language] or {}
            found[language][method] = true
          end
        end
      end
    end
  end
  local languages = vim.empty_dict()
  for language, methods in pairs(found) do
    local names = vim.tbl_keys(methods)
    table.sort(names)
    languages[language] = names
  end
  return languages
end

---@type table<integer, string>
local told = {}

--- Tells every server of ours that has not been told so.
function M.tell()
  for _, client in ipairs(vim.lsp.get_clients({ name = 'aios' })) do
    local languages = M.answered(client)
    local text = vim.json.encode(languages)
    -- A server that was told nothing knows of no others.
    if text ~= (told[client.id] or '{}') then
      told[client.id] = text
      client:notify('aios/otherServers', { languages = languages })
    end
  end
end

--- Tells now and whenever clients come to buffers or leave them.
function M.watch()
  local group = vim.api.nvim_create_augroup('aios.others', {})
  vim.api.nvim_create_autocmd({ 'LspAttach', 'LspDetach' }, {
    group = group,
    desc = 'Tell the aios server which other servers there are',
    -- A client that detaches is still attached while its event runs.
    callback = vim.schedule_wrap(M.tell),
  })
  M.tell()
end

return M
