-- The server as `vim.lsp.config` knows it. Enable it with `vim.lsp.enable('aios')`; change
-- any field with `vim.lsp.config('aios', { … })`.

---@type vim.lsp.Config
return {
  cmd = { 'aios', 'lsp' },
  filetypes = {
    'rust', 'python', 'javascript', 'javascriptreact', 'typescript', 'typescriptreact', 'go',
    'java', 'c', 'cpp', 'cs', 'ruby', 'php', 'sh', 'bash', 'lua', 'sql', 'html', 'css', 'json',
    'yaml', 'toml', 'markdown', 'dockerfile',
  },
  root_markers = { '.aios', '.git' },
  -- What a server shows is its own: it lies outside of every workspace, and another server would be
  -- started for it.
  root_dir = function(bufnr, on_dir)
    if not require('aios.handlers').is_shown(bufnr) then
      on_dir(vim.fs.root(bufnr, vim.lsp.config.aios.root_markers or {}))
    end
  end,
  capabilities = {
    -- Neovim 0.11 takes edits that name the version they were made for, and skips them where the
    -- buffer is newer, but does not say so. Without versions an edit that was overtaken by typing
    -- would be made all the same.
    workspace = {
      workspaceEdit = {
        documentChanges = true,
        -- Neovim 0.12 would ask about each file as a whole, without showing it. The diff that it is
        -- shown without this can be taken hunk by hunk, in both versions.
        changeAnnotationSupport = vim.NIL,
      },
    },
    experimental = {
      serverStatusNotification = true,
      aios = { inputNewName = true, candidates = true, save = true, liveDocuments = true },
    },
  },
  -- Definition, hover and their like are left to a language's own server where there is one.
  on_init = function()
    require('aios.others').watch()
  end,
  -- A command that needs a name asks for it here; the protocol has no way to ask.
  commands = {
    ['aios.renameSymbol'] = function(command, ctx)
      require('aios.commands').rename_at(command, ctx)
    end,
    -- What an agent is told is asked for here, too.
    ['aios.runAgent'] = function(command, ctx)
      require('aios.commands').run_agent(command, ctx)
    end,
    ['aios.continueRun'] = function(command, ctx)
      require('aios.commands').run_agent(command, ctx)
    end,
    -- What a lens with callers and tests runs.
    ['aios.callers'] = function(command, ctx)
      require('aios.commands').ask_at(command, ctx)
    end,
  },
  handlers = {
    ['window/showDocument'] = function(err, params, ctx)
      return require('aios.handlers').show_document(err, params, ctx)
    end,
    ['aios/save'] = function(_, params)
      require('aios.handlers').save(params)
    end,
    ['aios/documentChanged'] = function(_, params)
      require('aios.handlers').document_changed(params)
    end,
    ['aios/serverStatus'] = function(err, status, ctx)
      require('aios.handlers').server_status(err, status, ctx)
    end,
  },
}
